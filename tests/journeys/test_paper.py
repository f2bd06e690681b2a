"""On paper every sheet says whose it is and of which day, whatever the EHR shows around the app."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from smart_app.visit import PatientIdentity
from tests.journeys.paper import sheets
from tests.journeys.test_page_axe import LINKS
from tests.smart_app.page.pages import chart_of, html_of

EVERY_SHEET = "Fictional,AdaBorn1981-04-12"
DAY = "Printed2026-11-22"


def printed(browser: Browser, html: str, folder: Path) -> list[str]:
    """Without scripts: they would set the machine's own day."""
    place = folder / "page.html"
    place.write_text(html, encoding="utf-8")
    context = browser.new_context(java_script_enabled=False, color_scheme="dark")
    page = context.new_page()
    page.goto(place.as_uri())
    pdf = page.pdf(format="A4", prefer_css_page_size=True)
    context.close()
    return sheets(pdf)


@pytest.mark.parametrize("needs_banner", [True, False])
def test_every_sheet_bears_name_birth_date_and_day(needs_banner: bool, browser: Browser, tmp_path: Path) -> None:
    gaps = tuple(f"List {number} could not be read: the EHR answered 503." for number in range(90))
    chart = chart_of("mixed-units-and-bad-data")
    html = html_of(chart, links=LINKS, gaps=gaps, need_patient_banner=needs_banner)
    found = printed(browser, html, tmp_path)
    assert len(found) >= 3
    for sheet in found:
        assert sheet.startswith(EVERY_SHEET) and DAY in sheet[:120]
        assert sheet.count(EVERY_SHEET) == 1
    assert all(gap.replace(" ", "") in "".join(found) for gap in gaps)


def test_a_long_name_leaves_the_rest_of_the_sheet_alone(browser: Browser, tmp_path: Path) -> None:
    name = "Maria-Wilhelmina van der Overdrevenlangenaam-Verzonnen " * 3
    chart = chart_of("mixed-units-and-bad-data")
    found = printed(browser, html_of(chart, links=LINKS, identity=PatientIdentity(name, "1981-04-12")), tmp_path)
    assert all("Verzonnen" in sheet and "Born1981-04-12" in sheet for sheet in found)
    assert "DQ.UNIT_UNKNOWN" in "".join(found)


@pytest.mark.parametrize("name", ["restless-legs-low-ferritin", "mixed-units-and-bad-data", "vitamin-d-toxicity"])
def test_a_page_of_the_demo_is_one_or_two_sheets(name: str, browser: Browser, tmp_path: Path) -> None:
    found = printed(browser, html_of(chart_of(name), links=LINKS), tmp_path)
    assert len(found) <= 2
    assert "Strength:" in found[0] and "Passage" not in "".join(found)
