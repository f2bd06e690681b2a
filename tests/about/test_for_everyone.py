"""The pages without a mouse, without scripts, on a small screen, in the dark, and read aloud."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest

import about

CSS = (Path(about.__file__).parent / "static" / "about.css").read_text("utf-8")


@pytest.fixture(params=["about", "source_attributes"])
def page(request):
    return request.getfixturevalue(request.param)


def test_headings_begin_with_one_and_leave_no_level_out(page):
    levels = [int(heading.tag[1]) for heading in page.all("h1", "h2", "h3", "h4", "h5", "h6")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_the_page_says_its_language_its_title_and_fits_a_small_screen(page):
    assert page.all("html")[0].attributes["lang"] == "en"
    assert page.all("title")[0].text.endswith("· rls-nutrients")
    assert "width=device-width" in str([meta.attributes for meta in page.all("meta")])
    assert [len(page.all(landmark)) for landmark in ("header", "main", "footer")] == [1, 1, 1]


def test_every_table_has_a_caption_and_every_heading_cell_its_scope(page):
    assert page.all("table")
    assert [table.text[:40] for table in page.all("table") if len(table.all("caption")) != 1] == []
    assert {cell.attributes.get("scope") for cell in page.all("th")} == {"col", "row"}
    assert [row.text for row in page.all("tr") if not row.all("th")] == []


def test_an_id_stands_once_and_links_within_the_page_lead_somewhere(page):
    assert len(page.ids) == len(set(page.ids))
    targets = {link.attributes["href"] for link in page.all("a")}
    assert {target[1:] for target in targets if target.startswith("#")} <= set(page.ids)


def test_links_to_the_other_page_lead_somewhere(about, source_attributes):
    targets = {link.attributes["href"].partition("#")[2] for link in about.all("a") if "#" in link.attributes["href"]}
    assert targets <= {*about.ids, *source_attributes.ids}


def test_labels_name_something(page):
    labels = {
        tag.attributes["aria-labelledby"] for tag in page.all("nav", "div") if "aria-labelledby" in tag.attributes
    }
    assert labels
    assert labels <= set(page.ids)


def test_there_is_no_script_no_style_and_no_handler_in_the_page(page):
    assert page.all("script", "style", "iframe", "img", "form") == []
    attributes = {name for element in page.all("a", "div", "table", "details", "body") for name in element.attributes}
    assert not any(name == "style" or name.startswith("on") for name in attributes)


def themes() -> list[dict[str, str]]:
    """The colours in the light, and those that stand in for them in the dark."""
    blocks = re.findall(r":root \{(.*?)\}", CSS, re.DOTALL)
    return [dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", block)) for block in blocks]


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(share * part for share, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("theme", themes(), ids=["light", "dark"])
@pytest.mark.parametrize("text", ["text", "quiet", "link"])
@pytest.mark.parametrize("ground", ["page", "raised"])
def test_text_can_be_read_on_its_ground(theme, text, ground):
    """WCAG 2.2 criterion 1.4.3: 4.5 to 1."""
    darker, lighter = sorted((luminance(theme[text]), luminance(theme[ground])))
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5
