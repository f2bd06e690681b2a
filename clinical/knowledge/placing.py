"""Items with the place where they stand, so that a problem can be found again in its file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from clinical.knowledge.problems import Problem
from clinical.knowledge.reading import ITEM_KINDS, KnowledgeFile


class Placed(NamedTuple):
    """One item of one file. ``kind`` is the word of its TOML table."""

    file: str
    kind: str
    item: Any

    @property
    def name(self) -> str:
        return f"{self.kind} {_name(self.item)}"

    def problem(self, sentence: str) -> Problem:
        return Problem(self.file, self.name, sentence)


def placed_items(files: Iterable[KnowledgeFile]) -> Iterator[Placed]:
    """Every item of every file, in reading order."""
    for file in files:
        for kind in ITEM_KINDS:
            for item in getattr(file.content, kind):
                yield Placed(file.name, kind, item)


def _name(item: Any) -> str:
    for word in ("id", "analyte"):
        if hasattr(item, word):
            return str(getattr(item, word))
    return " and ".join(item.analytes)
