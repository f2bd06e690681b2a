"""The EHR's look: known names and plain values, and nothing that could end a declaration."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehr_reader import Deadline
from hosting import Ehr
from smart_app.discovery import Discovery
from smart_app.ehr_style import EhrStyles, as_stylesheet, checked_style
from smart_app.sending import NotAnswered, Reply, Sender

EHR = Ehr(name="general-hospital", fhir_base="https://ehr.example.org/fhir")
ADDRESS = "https://ehr.example.org/style.json"
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


class Asked:
    """What stands at an address: one answer after the other, told how often it was asked."""

    def __init__(self, *replies: Reply | NotAnswered) -> None:
        self.replies = list(replies)
        self.times = 0

    def get(self, _address: str, _deadline: Deadline) -> Reply:
        reply = self.replies[min(self.times, len(self.replies) - 1)]
        self.times += 1
        if isinstance(reply, NotAnswered):
            raise reply
        return reply


GOOD = Reply(200, {}, b'{"color_text": "#303030"}')
FAILED = [Reply(503, {}, GOOD.body), Reply(404, {}, b"{}"), Reply(200, {}, b"<html>"), NotAnswered(504, "too late")]


def looks(asked: Asked, *moments: float) -> list[dict[str, str]]:
    """What is known of the EHR's look after each page, at these seconds."""
    now = [0.0]
    styles = EhrStyles(cast(Sender, asked), cast(Discovery, SimpleNamespace(known=lambda _: None)), lambda: now[0])
    found = []
    for now[0] in moments:
        fetching = styles.fetch_beside(EHR, ADDRESS, Deadline.in_seconds(60))
        if fetching is not None:
            fetching.join()
        found.append(styles.of(EHR, ADDRESS))
    return found


@pytest.mark.parametrize("failure", FAILED, ids=["busy", "not there", "no JSON", "too late"])
def test_what_failed_is_asked_again_and_not_on_each_page(failure: Reply | NotAnswered) -> None:
    asked = Asked(failure, GOOD)
    assert looks(asked, 0, 1, 3600, 3601) == [{}, {}, {"color_text": "#303030"}, {"color_text": "#303030"}]
    assert asked.times == 2


def test_what_was_read_once_holds() -> None:
    for reply, known in ((GOOD, {"color_text": "#303030"}), (Reply(200, {}, b"{}"), {})):
        asked = Asked(reply)
        assert looks(asked, 0, 1, 1e9) == [known] * 3
        assert asked.times == 1


@given(st.dictionaries(st.sampled_from(sorted(EXAMPLE)), st.text() | st.sampled_from(sorted(EXAMPLE.values()))))
def test_a_stylesheet_is_one_rule_whatever_was_sent(members: dict[str, str]) -> None:
    written = as_stylesheet(checked_style(members))
    assert written.startswith(":root{") and written.endswith("}\n")
    assert written.count("{") == written.count("}") == 1
    assert not set('<>\\/"@()\n') & set(written[:-1])
