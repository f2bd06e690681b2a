"""Every page of the desk, for eyes and for assistive technology: axe, narrow screens, both colour schemes."""

from __future__ import annotations

from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Contexts, RunningDemo
from tests.journeys.watching import Watch

ADA = "restless-legs-low-ferritin"
PAGES = {
    "patients": "/",
    "chart": f"/patients/{ADA}",
    "orders": f"/patients/{ADA}/orders",
    "launches": "/launches",
    "switchboard": "/switchboard",
    "calls": "/calls",
    "nowhere": "/nowhere",
}


def violations(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found]


def open_everything(page: Page) -> None:
    """Opens what is closed, so that axe sees it too."""
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(contexts: Contexts, watch: Watch, scheme: Literal["light", "dark"]) -> None:
    watch.expected.add(404)
    page = contexts(color_scheme=scheme, bypass_csp=True).new_page()
    found = {}
    for name, address in PAGES.items():
        page.goto(address)
        open_everything(page)
        found[name] = violations(page)
    page.goto(f"/patients/{ADA}")
    page.get_by_role("button", name="Accept").first.click()
    expect(page.locator(".outcome")).to_contain_text("Accepted")
    found["accepted"] = violations(page)
    page.goto("/calls")
    page.get_by_role("link", name="patient-view").first.click()
    page.wait_for_url("**/calls/*")
    found["call"] = violations(page)
    page.goto(f"/patients/{ADA}/orders")
    page.get_by_label("Drug").select_option("ferrous-sulfate")
    page.get_by_role("button", name="Choose").click()
    expect(page.locator(".card").first).to_be_visible()
    found["order with a card"] = violations(page)
    assert {name: complaints for name, complaints in found.items() if complaints} == {}


@pytest.mark.parametrize("name", PAGES)
def test_at_320_pixels_nothing_runs_off_the_side(contexts: Contexts, watch: Watch, name: str) -> None:
    watch.expected.add(404)
    page = contexts(viewport={"width": 320, "height": 640}).new_page()
    page.goto(PAGES[name])
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_every_control_can_be_hit(contexts: Contexts) -> None:
    """WCAG 2.2 target size: 24 pixels, links in running text excepted."""
    page = contexts().new_page()
    small = []
    for address in PAGES.values():
        if address == "/nowhere":
            continue
        page.goto(address)
        for control in page.locator("button, summary, nav a, .action, select").all():
            box = control.bounding_box()
            # What is folded away has no box, or one without a size.
            if box and 0 < min(box["width"], box["height"]) < 24:
                small.append((address, control.inner_text(), box))
    assert small == []


def test_the_desk_works_without_javascript(contexts: Contexts, demo: RunningDemo) -> None:
    page = contexts(java_script_enabled=False).new_page()
    page.goto(f"/patients/{ADA}")
    page.get_by_role("button", name="Accept").first.click()
    expect(page.locator(".outcome")).to_contain_text("Accepted")


def test_another_site_cannot_act_here(contexts: Contexts, demo: RunningDemo, watch: Watch) -> None:
    """A form on another site that posts to the desk changes nothing."""
    watch.expected.add(403)
    page = contexts(bypass_csp=True).new_page()
    page.goto(f"{demo.ehr_elsewhere}/switchboard")
    page.evaluate(
        """address => { const form = document.forms[1]; form.action = address + '/switchboard/fault';
        form.querySelector('button').click() }""",
        demo.ehr,
    )
    expect(page.locator("main")).to_contain_text("asked from another site")
    page.goto(f"{demo.ehr}/switchboard")
    expect(page.get_by_role("button", pressed=True)).to_have_count(0)
