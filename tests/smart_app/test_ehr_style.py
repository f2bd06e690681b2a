"""The EHR's look: known names and plain values, and nothing that could end a declaration."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smart_app.ehr_style import as_stylesheet, checked_style

# The example of SMART App Launch 2.2 section Styling.
EXAMPLE = {
    "color_background": "#edeae3",
    "color_error": "#9e2d2d",
    "color_highlight": "#69b5ce",
    "color_modal_backdrop": "",
    "color_success": "#498e49",
    "color_text": "#303030",
    "dim_border_radius": "6px",
    "dim_font_size": "13px",
    "dim_spacing_size": "20px",
    "font_family_body": "Georgia, Times, 'Times New Roman', serif",
    "font_family_heading": "'HelveticaNeue-Light', Helvetica, Arial, 'Lucida Grande', sans-serif;",
}


def test_the_example_of_the_specification() -> None:
    found = checked_style(EXAMPLE)
    assert found["color_background"] == "#edeae3"
    assert found["font_family_body"] == "Georgia, Times, 'Times New Roman', serif"
    assert set(EXAMPLE) - set(found) == {"color_modal_backdrop", "font_family_heading"}
    assert "--ehr-color-background:#edeae3;" in as_stylesheet(found)


@pytest.mark.parametrize(
    "value",
    [
        "red;background:url(https://evil.example)", "#fff}body{display:none", "url(x)", "expression(1)", "#ggg",
        "#12345", "#fff /*", "</style>", 7, None, ["#fff"], "var(--x)", "\\23 fff", "#fff\n",
    ],
)  # fmt: skip
def test_a_colour_is_a_colour(value: object) -> None:
    assert checked_style({"color_text": value}) == {}


@pytest.mark.parametrize("value", ["-1px", "1e9px", "9999px", "10vh", "calc(1px)", "1", "px"])
def test_a_size_is_a_small_size(value: str) -> None:
    assert checked_style({"dim_font_size": value}) == {}


@pytest.mark.parametrize("name", ["color_other", "--x", "background", "__proto__"])
def test_other_names_are_left(name: str) -> None:
    assert checked_style({name: "#fff"}) == {}


@given(st.dictionaries(st.sampled_from(sorted(EXAMPLE)), st.text() | st.sampled_from(sorted(EXAMPLE.values()))))
def test_a_stylesheet_is_one_rule_whatever_was_sent(members: dict[str, str]) -> None:
    written = as_stylesheet(checked_style(members))
    assert written.startswith(":root{") and written.endswith("}\n")
    assert written.count("{") == written.count("}") == 1
    assert not set('<>\\/"@()\n') & set(written[:-1])
