"""What can be wrong with the knowledge, told so that the person who wrote the file can mend it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing to mend: in which file, at which item, and what it is."""

    file: str
    item: str
    sentence: str

    def __str__(self) -> str:
        place = f"{self.file}, {self.item}" if self.item else self.file
        return f"{place}: {self.sentence}"


class KnowledgeError(Exception):
    """The files cannot be read into knowledge. ``problems`` lists everything that was refused, in reading order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))
