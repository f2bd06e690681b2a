"""What journeys look for on the SMART app's page, in a tab or in a frame."""

from __future__ import annotations

import re

from playwright.sync_api import FrameLocator, Page, expect

ADA, EDWIN = "restless-legs-low-ferritin", "haemochromatosis"
ADAS_FERRITIN = "22"
Place = Page | FrameLocator


def framed(page: Page) -> FrameLocator:
    return page.frame_locator("iframe")


def expect_ferritin(place: Place, number: str = ADAS_FERRITIN) -> None:
    expect(place.locator("tr[data-analyte='ferritin'] data").first).to_have_attribute("value", number)


def expect_chart_of(page: Page, family_name: str) -> None:
    expect(page.get_by_role("group", name="Patient")).to_contain_text(family_name)


def expect_notice(place: Place, heading: str) -> None:
    """A page that says what happened, and after it what to do."""
    expect(place.get_by_role("heading", level=1)).to_have_text(heading)
    expect(place.locator("main")).to_contain_text(re.compile("[Pp]lease|ask your EHR support"))
    expect(place.locator("main")).not_to_contain_text(re.compile("Traceback|Error:|Exception"))
