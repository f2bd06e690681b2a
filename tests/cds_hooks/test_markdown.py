"""Whatever a laboratory writes comes out as the same words, in every EHR that renders Markdown or HTML."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_hooks import markdown
from cds_hooks.markdown import escape, plain, section

markdown_it = pytest.importorskip("markdown_it", reason="renders what the cards write")
RENDERER = markdown_it.MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
HOSTILE = "\\`*_{}[]()#+-.!<>|~&@:/\"'= \t\n\r\u2028\u202e0123456789aAbBwWxX"


def words_of(text: str) -> str:
    """What a reader may expect to see: the same text on one line, without controls of any kind."""
    visible = re.sub(r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u200b]", "", text)
    return re.sub(r"[\s\x00-\x1f\x7f-\x9f]+", " ", visible).strip()


def rendered(markdown: str) -> tuple[set[str], str]:
    """The kinds of markup that a renderer finds, and the text it shows."""
    tokens = [inner for token in RENDERER.parse(markdown) for inner in (token, *(token.children or ()))]
    kinds = {token.type for token in tokens} - {"text", "text_special", "inline"}
    return kinds, "".join(t.content for t in tokens if t.type in ("text", "text_special")).replace("\u200b", "")


@given(st.text(alphabet=st.sampled_from(HOSTILE)) | st.text())
def test_a_text_that_is_spared_the_search_has_nothing_to_be_found(text: str) -> None:
    if markdown._is_plain(text):
        assert markdown._without_markup(text) == text.strip()
    assert markdown._is_plain("".join(character for character in text if character.isascii() and character.isalnum()))


@given(st.text(alphabet=st.sampled_from(HOSTILE)) | st.text())
def test_any_text_is_shown_as_written_and_as_nothing_but_text(text: str) -> None:
    kinds, shown = rendered(section("Found", [f"before {escape(text)} after"]))
    assert kinds <= {
        "paragraph_open", "paragraph_close", "strong_open", "strong_close",
        "bullet_list_open", "bullet_list_close", "list_item_open", "list_item_close",
    }  # fmt: skip
    assert words_of(shown) == words_of(f"Found before {text} after".replace("Found ", "Found", 1))


@given(st.text(alphabet=st.sampled_from(HOSTILE), min_size=1))
def test_a_text_at_the_start_of_a_line_begins_no_list_heading_or_quotation(text: str) -> None:
    kinds, _ = rendered(f"- {escape(text)}")
    assert not any(
        kind.startswith(("heading", "blockquote", "hr", "ordered", "code", "fence", "html")) for kind in kinds
    )
    assert len(RENDERER.parse(f"- {escape(text)}")) <= len(RENDERER.parse("- a"))


@given(st.text())
def test_no_tag_can_open_anywhere(text: str) -> None:
    assert not re.search(r"<[A-Za-z/!?]", escape(text))
    assert not re.search(r"<[A-Za-z/!?]", plain(text))
    assert "\n" not in escape(text) + plain(text)


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("Ferritin <3 ng/mL (2026-11-15)", "Ferritin \\<3 ng/mL (2026-11-15)"),
        ("<script>alert(1)</script>", "&lt;script\\>alert(1)&lt;/script\\>"),
        ("[click](https://evil.example)", "\\[click\\]\\(https:\u200b//\u200bevil.example)"),
        ("www.evil.example", "www\u200b.\u200bevil.example"),
        ("a@b.example", "a\u200b@\u200bb.example"),
        ("| a | b |", "\\| a \\| b \\|"),
        ("12. Ferritin", "12\\. Ferritin"),
        ("- low", "\\- low"),
        ("IRON.RLS_LOW", "IRON.RLS_LOW"),
        ("_low_", "\\_low\\_"),
        ("line one\r\nline two\u2028three", "line one line two three"),
        ("5\u202e1", "51"),
        ("salt & pepper", "salt & pepper"),
        ("&lt;b&gt;", "\\&lt;b\\&gt;"),
    ],
)
def test_escaped(text: str, escaped: str) -> None:
    assert escape(text) == escaped


def test_a_section_without_lines_is_not_there() -> None:
    assert section("Beware of", []) == ""
    assert section("Found", ["a", "b"]) == "**Found**\n\n- a\n- b"
