"""Text that survives every note field: ASCII, at most 100 columns, no tabs, no trailing spaces."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterable, Iterator

COLUMNS = 100
# What laboratories and guidelines write, where decomposing the character would lose its meaning.
SPELLINGS = str.maketrans(
    {
        "\u00b5": "u", "\u03bc": "u", "\u2264": "<=", "\u2265": ">=", "\u2013": "-", "\u2014": "-", "\u2212": "-",
        "\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u00d7": "x", "\u2192": "->", "\u2026": "...",
        "\u00b1": "+/-", "\u00df": "ss", "\u00e6": "ae", "\u00f8": "o", "\u00a0": " ", "\u2022": "-",
    }
)  # fmt: skip


def ascii_of(text: str) -> str:
    """One line; accents fall, a character without any ASCII spelling becomes "?" rather than vanish."""
    plain = unicodedata.normalize("NFKD", " ".join(text.translate(SPELLINGS).split()))
    bare = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return "".join(letter if " " <= letter <= "~" else "?" for letter in bare)


def paragraph(text: str, first: str = "", indent: int | None = None, columns: int = COLUMNS) -> Iterator[str]:
    """Wrapped lines that begin with ``first`` and continue under its end, or at ``indent``."""
    hanging = " " * (len(first) if indent is None else indent)
    yield from textwrap.wrap(
        ascii_of(text),
        columns,
        initial_indent=first,
        subsequent_indent=hanging,
        break_on_hyphens=False,
    ) or [first.rstrip()]


def section(title: str, lines: Iterable[str]) -> Iterator[str]:
    """A blank line, the title and the lines; nothing at all where there are none."""
    content = list(lines)
    if content:
        yield ""
        yield title
        yield from content
