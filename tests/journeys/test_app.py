"""The app's pages for eyes and for assistive technology, with and without script."""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from demo_ehr.desk.chart_view import stories
from tests.journeys.charts import ADA, expect_ferritin
from tests.journeys.conftest import Contexts, RunningDemo
from tests.journeys.test_faces import open_everything, violations
from tests.journeys.watching import Watch

CROWDED = "mixed-units-and-bad-data"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(
    contexts: Contexts, watch: Watch, demo: RunningDemo, scheme: Literal["light", "dark"]
) -> None:
    watch.expected.add(400)
    page = contexts(color_scheme=scheme, bypass_csp=True).new_page()
    page.goto(f"/patients/{CROWDED}/launch")
    open_everything(page)
    found = {"chart": violations(page)}
    page.get_by_role("link", name="Patient handout").click()
    page.wait_for_url("**/handout*")
    found["handout"] = violations(page)
    pages = {
        "notice": f"{demo.smart_app}/launch",
        "about": f"{demo.smart_app}/about",
        "picker": f"{demo.smart_app}/launch/standalone?iss={demo.ehr}/fhir",
    }
    # A megabyte of one repeated form: looked at once, for axe needs half a minute.
    if scheme == "light":
        pages["sources"] = f"{demo.smart_app}/source-attributes"
    for name, address in pages.items():
        page.goto(address)
        found[name] = violations(page)
    assert {name: complaints for name, complaints in found.items() if complaints} == {}


def test_every_chart_opens(page: Page) -> None:
    for patient in stories():
        page.goto(f"/patients/{patient}/launch")
        expect(page.locator("tr[data-analyte]").first).to_be_visible()


@pytest.mark.parametrize("width", [320, 768])
def test_nothing_runs_off_the_side(contexts: Contexts, width: int) -> None:
    page = contexts(viewport={"width": width, "height": 800}).new_page()
    for patient in (ADA, CROWDED):
        page.goto(f"/patients/{patient}/launch")
        open_everything(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_without_javascript_everything_is_there(contexts: Contexts) -> None:
    page = contexts(java_script_enabled=False).new_page()
    page.goto(f"/patients/{ADA}/launch")
    expect_ferritin(page)
    expect(page.locator("svg[role='img']").first).to_be_visible()
    finding = page.locator("[data-finding='IRON.RLS_LOW']").first
    finding.get_by_text("Why?").click()
    expect(finding.locator("details[open]")).to_contain_text("75 ng/mL")
    page.get_by_role("link", name="SI", exact=True).click()
    expect(page.locator("tr[data-analyte='ferritin']")).to_contain_text("22 ug/L")
    page.get_by_role("button", name="Copy to note").click()
    expect(page.locator("textarea")).to_contain_text("Ferritin")
    page.get_by_role("button", name="Close session").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The session is closed")


def test_si_units_show_their_factor_and_go_back(page: Page) -> None:
    page.goto(f"/patients/{ADA}/launch")
    vitamin_d = page.locator("tr[data-analyte='vitamin-d']")
    expect(vitamin_d).to_contain_text("31 ng/mL")
    page.get_by_role("link", name="SI", exact=True).click()
    expect(vitamin_d).to_contain_text("77.5 nmol/L")
    expect(page.locator("main")).to_contain_text("1 ng/mL = 2.5 nmol/L")
    page.get_by_role("link", name="Conventional").click()
    expect(vitamin_d).to_contain_text("31 ng/mL")


def test_copy_to_note_fills_the_clipboard(contexts: Contexts) -> None:
    page = contexts(permissions=["clipboard-read", "clipboard-write"]).new_page()
    page.goto(f"/patients/{ADA}/launch")
    page.get_by_role("button", name="Copy to note").click()
    expect(page.get_by_role("status")).to_contain_text("copied")
    note = page.evaluate("navigator.clipboard.readText()")
    assert "Ferritin 22 ng/mL" in note
    assert "Knowledge" in note


def test_everything_can_be_reached_by_keyboard(page: Page) -> None:
    page.goto(f"/patients/{ADA}/launch")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    reached = set()
    for _ in range(12):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.textContent.trim()"))
    assert {"SI", "Copy to note", "Patient handout", "Close session"} <= reached
