"""The chart page as axe-core sees it: no violation of any impact, wide and light, narrow and dark, everything unfolded.

The page is rendered here and shown from a file, so that no demo need run; axe comes with its package.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page

from smart_app.page import PageLinks, PageOptions
from tests.clinical.resources import chart, observation, patient
from tests.smart_app.page.pages import chart_of, html_of

STATIC = Path("smart_app/static").resolve()
LINKS = PageLinks(
    page="/chart/h",
    close="/chart/h/close",
    handout="/chart/h/handout",
    stylesheet=(STATIC / "app.css").as_uri(),
    script=(STATIC / "app.js").as_uri(),
    ehr_style=None,
    about="/about",
)
CASES = {
    "vitamin-d-toxicity": lambda: html_of(chart_of("vitamin-d-toxicity"), links=LINKS),
    "mixed-units-and-bad-data": lambda: html_of(chart_of("mixed-units-and-bad-data"), links=LINKS),
    "simulated": lambda: html_of(chart(patient(), observation(value=60)), PageOptions("si", True, True), LINKS),
    "long words": lambda: html_of(chart(patient(), observation(value=22)), links=LINKS, gaps=("W" * 500,)),
}
SCREENS = ((1280, "light"), (320, "dark"))


@pytest.fixture(params=SCREENS, ids=str)
def seen_by(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    width, scheme = request.param
    page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    yield page
    page.close()


@pytest.mark.parametrize("case", CASES)
def test_no_violation_and_no_sideways_scrolling(case: str, seen_by: Page, tmp_path: Path) -> None:
    place = tmp_path / "page.html"
    place.write_text(CASES[case](), encoding="utf-8")
    seen_by.goto(place.as_uri())
    assert seen_by.evaluate("document.documentElement.scrollWidth <= innerWidth")
    seen_by.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    violations = Axe().run(seen_by).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in violations] == []
    assert seen_by.evaluate("document.documentElement.scrollWidth <= innerWidth")
