"""Text for a note: ASCII, 100 columns, nothing lost without a trace."""

from __future__ import annotations

import pytest

from command_line.plain_text import COLUMNS, ascii_of, paragraph, section


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("38 µg/L", "38 ug/L"),
        ("38 μg/L", "38 ug/L"),
        ("1.73 m²", "1.73 m2"),
        ("ferritin ≤ 75", "ferritin <= 75"),
        ("75–100", "75-100"),
        ("Müller’s  test\n\tline", "Muller's test line"),
        ("鉄 22", "? 22"),
    ],
)
def test_ascii(text: str, plain: str) -> None:
    assert ascii_of(text) == plain


def test_a_long_sentence_is_wrapped_under_its_beginning() -> None:
    first, *rest = paragraph("ferritin " * 40, "  - ")
    assert first.startswith("  - ferritin")
    assert all(line.startswith("    ferritin") for line in rest)
    assert all(len(line) <= COLUMNS for line in (first, *rest))


def test_an_empty_section_is_left_out() -> None:
    assert list(section("NOT KNOWN", [])) == []
    assert list(section("NOT KNOWN", ["  eGFR"])) == ["", "NOT KNOWN", "  eGFR"]
