"""Less noise: a card that was set aside stays silent, until there is something new to say."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import RunningDemo

HANA, CARMEN = "mixed-units-and-bad-data", "pregnancy-with-anaemia"


def switch_quietness(page: Page) -> None:
    page.goto("/switchboard")
    page.get_by_role("button", name="Silence repeats").click()


@pytest.fixture
def quiet(page: Page, demo: RunningDemo) -> Iterator[Page]:
    """A page of a demo whose CDS service does not repeat itself."""
    switch_quietness(page)
    expect(page.get_by_role("button", name="Silence repeats")).to_have_text("On")
    yield page
    switch_quietness(page)
    expect(page.get_by_role("button", name="Silence repeats")).to_have_text("Off")


def test_set_aside_then_silent_then_back_on_a_new_result(quiet: Page) -> None:
    quiet.goto(f"/patients/{CARMEN}")
    cards = quiet.locator(".card")
    iron = cards.filter(has_text="erritin").first
    expect(iron).to_be_visible()
    iron.get_by_text("Set aside …").click()
    iron.get_by_role("button", name="Set aside").click()
    expect(quiet.locator(".outcome").first).to_contain_text("Overridden")

    quiet.get_by_role("link", name="Open the chart again").click()
    expect(cards).to_have_count(0)
    expect(quiet.locator(".nothing")).to_be_visible()

    quiet.get_by_label("New ferritin of today").fill("9")
    quiet.get_by_role("button", name="Add result").click()
    expect(cards.filter(has_text="Ferritin 9 ng/mL").first).to_be_visible()
