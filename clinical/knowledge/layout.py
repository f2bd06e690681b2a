"""Plain text of 100 columns: headings, paragraphs and small tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap

WIDTH = 100


def heading(text: str, line: str = "-") -> Iterator[str]:
    """A title, underlined, after an empty line."""
    yield ""
    yield text
    yield line * len(text)


def paragraph(text: str, indent: int = 0, first: str = "") -> Iterator[str]:
    """``text`` wrapped at 100 columns; ``first`` stands before the first line in place of the indent."""
    lead = first or " " * indent
    yield from wrap(
        text, WIDTH, initial_indent=lead, subsequent_indent=" " * indent, break_on_hyphens=False, break_long_words=False
    )


def table(rows: Sequence[Sequence[str]], indent: int = 2) -> Iterator[str]:
    """Aligned columns, two spaces apart; the last one is wrapped into what is left of the line."""
    widths = [max(len(row[column]) for row in rows) + 2 for column in range(len(rows[0]) - 1)]
    start = indent + sum(widths)
    for row in rows:
        cells = "".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False))
        lead = " " * indent + cells
        yield from paragraph(row[-1], start, lead) if row[-1] else [lead.rstrip()]
