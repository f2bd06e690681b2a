"""The one sentence of a card that everybody reads.

Source: CDS Hooks section Card Attributes: ``summary`` is one sentence of fewer than 140 characters.
"""

from __future__ import annotations

import re

from cds_hooks.markdown import plain

LONGEST = 139
_ELLIPSIS = "…"
# What must not be the last word: a number would lose its unit, an opening bracket its content.
_DANGLING = re.compile(r"(?:^|\s+)(?:\S*\d[\d.,]*|[<>=≤≥]+|\S*\([^\s)]*)$")


def shorten(text: str, longest: int = LONGEST) -> str:
    """``text`` as one line of at most ``longest`` characters, cut between words and never behind a bare number."""
    line = plain(text)
    if len(line) <= longest:
        return line
    kept = line[: longest - len(_ELLIPSIS) + 1].rpartition(" ")[0] or _first_word(line, longest)
    while dangling := _DANGLING.search(kept):
        kept = kept[: dangling.start()]
    return kept.rstrip(" ,;:(-–") + _ELLIPSIS


def _first_word(line: str, longest: int) -> str:
    """A single word longer than the line is cut where it must be, but before any digit."""
    word = line[: longest - len(_ELLIPSIS)]
    return re.split(r"\d", word, maxsplit=1)[0]
