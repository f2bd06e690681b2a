"""Every way into the SMART app, and out of it."""

from __future__ import annotations

import re

import pytest
import requests
from playwright.sync_api import Page, expect

from tests.journeys.charts import ADA, EDWIN, expect_chart_of, expect_ferritin, expect_notice, framed
from tests.journeys.conftest import Contexts, RunningDemo
from tests.journeys.watching import Watch


def test_from_the_hook_to_the_card_to_the_app(page: Page) -> None:
    page.goto(f"/patients/{ADA}")
    page.get_by_role("link", name="Open the patient's nutrient page").click()
    expect_ferritin(framed(page))
    expect(framed(page).locator("[data-finding='IRON.RLS_LOW']").first).to_be_visible()
    told = framed(page).get_by_text("Opened from the card on iron")
    told.get_by_role("link", name="results").click()
    expect(framed(page).locator("#results-iron")).to_be_in_viewport()


def test_from_the_card_into_a_window_of_its_own(page: Page) -> None:
    page.goto(f"/patients/{ADA}")
    with page.expect_popup() as opened:
        page.get_by_role("link", name="in a new window").click()
    expect_ferritin(opened.value)
    expect_chart_of(opened.value, "Fictional")


def launch(page: Page, patient: str, *choices: str) -> None:
    page.goto("/launches")
    page.get_by_label("Patient", exact=True).select_option(patient)
    for choice in choices:
        page.get_by_label(choice).check()
    page.get_by_role("button", name="Launch").click()


@pytest.mark.parametrize(
    ("choice", "is_shown"),
    [("The app has to show one", True), ("The EHR shows one", False), ("The EHR does not say", True)],
)
def test_the_banner_is_shown_unless_the_ehr_shows_one(page: Page, choice: str, is_shown: bool) -> None:
    launch(page, ADA, choice)
    expect_ferritin(page)
    expect(page.get_by_role("group", name="Patient")).to_be_visible(visible=is_shown)


def test_no_patient_data_in_the_address(page: Page) -> None:
    launch(page, ADA)
    expect_ferritin(page)
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/chart/[\w-]{16,}", page.url)


def test_a_launch_from_a_frame_of_the_chart(page: Page) -> None:
    launch(page, EDWIN, "In a frame of the chart")
    expect(framed(page).locator("tr[data-analyte='ferritin']")).to_be_visible()


def test_standalone_asks_for_the_patient(page: Page) -> None:
    page.goto("/launches")
    page.get_by_role("link", name="Launch standalone").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Pick a patient")
    page.get_by_role("link", name=re.compile("Fictional")).click()
    expect_ferritin(page)
    expect_chart_of(page, "Fictional")


def test_two_patients_in_two_tabs_never_mix(contexts: Contexts, watch: Watch) -> None:
    context = contexts()
    ada, edwin = context.new_page(), context.new_page()
    # Both launches are under way at once: each callback has to find its own.
    ada.goto(f"/patients/{ADA}/launch", wait_until="commit")
    edwin.goto(f"/patients/{EDWIN}/launch", wait_until="commit")
    for _round in range(2):
        expect_chart_of(ada, "Fictional")
        expect_chart_of(edwin, "Pretend")
        expect_ferritin(ada)
        ada.get_by_role("link", name="SI", exact=True).click()
        edwin.reload()
    ada.get_by_role("button", name="Close session").click()
    expect(ada.get_by_role("heading", level=1)).to_have_text("The session is closed")
    edwin.reload()
    expect_chart_of(edwin, "Pretend")


def test_a_closed_session_stays_closed(page: Page, watch: Watch) -> None:
    watch.expected.add(401)
    launch(page, ADA)
    expect_ferritin(page)
    address = page.url
    page.get_by_role("button", name="Close session").click()
    expect_notice(page, "The session is closed")
    page.goto(address)
    expect_notice(page, "This session has ended")
    expect(page.locator("body")).not_to_contain_text("Fictional")


def test_another_browser_sees_nothing(contexts: Contexts, watch: Watch, page: Page) -> None:
    watch.expected.add(401)
    launch(page, ADA)
    expect_ferritin(page)
    stranger = contexts().new_page()
    stranger.goto(page.url)
    expect_notice(stranger, "This session has ended")
    expect(stranger.locator("body")).not_to_contain_text("Fictional")


def test_an_order_signed_in_the_ehr_is_seen_by_the_app(page: Page, demo: RunningDemo) -> None:
    form = {"ferritin": "48"}
    requests.post(f"{demo.ehr}/patients/{ADA}/results", data=form, timeout=60).raise_for_status()
    launch(page, ADA)
    expect_ferritin(page, "48")
