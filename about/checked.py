"""How far the knowledge was checked, when it is to be read again, and what it uses: counts and lists for the pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import NamedTuple

from about.attributes import ATTRIBUTES, INDIRECTLY, NOT_USED
from about.entries import KINDS, Entry

# In the words of the legend, clinical/knowledge/README.md.
MARKS = {
    "verified": "the figure was read in the source named, at least in an abstract, extract or label",
    "second-hand": "read where another text quotes the source",
    "from-memory": "general knowledge, not yet traced: confirm it before clinical use",
    "policy": "a decision of this project; no guideline gives the number",
}
NOT_YET_VERIFIED = ("from-memory", "second-hand")


class Row(NamedTuple):
    """One kind of item, with how many bear each mark."""

    title: str
    counts: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


class UseOfData(NamedTuple):
    """How many items use one kind of data about the person."""

    title: str
    directly: int
    indirectly: int
    not_used: int


class Review(NamedTuple):
    """One file of the knowledge: the oldest review in it, the first that is due, and what is overdue."""

    topic: str
    reviewed: date
    due: date
    overdue: tuple[Entry, ...]


def counted(entries: Iterable[Entry]) -> list[Row]:
    """A row for each kind that occurs, and one for them all."""
    by_kind = {kind: Counter[str]() for kind in KINDS}
    for entry in entries:
        by_kind[entry.kind][entry.item.verified] += 1
    rows = [Row(KINDS[kind], counts) for kind, counts in by_kind.items() if counts]
    return [*rows, Row("All", sum(by_kind.values(), Counter[str]()))]


def use_of_data(entries: Sequence[Entry]) -> Iterator[UseOfData]:
    """A row for each attribute that is about the use of data."""
    for name, title in ATTRIBUTES.items():
        if name.startswith("useOf"):
            told = [entry.attributes[name] for entry in entries]
            indirectly = sum(use.startswith(INDIRECTLY) for use in told)
            yield UseOfData(title, len(told) - indirectly - told.count(NOT_USED), indirectly, told.count(NOT_USED))


def marked(entries: Iterable[Entry], mark: str) -> list[Entry]:
    return [entry for entry in entries if entry.item.verified == mark]


def by_topic(entries: Iterable[Entry]) -> Iterator[tuple[str, list[Entry]]]:
    """Entries of one file together; they are in reading order already."""
    for topic, members in groupby(entries, key=lambda entry: entry.topic):
        yield topic, list(members)


def by_kind(entries: Iterable[Entry]) -> list[tuple[str, list[Entry]]]:
    """Entries of one kind together, under the heading of the kind."""
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        groups.setdefault(KINDS[entry.kind], []).append(entry)
    return list(groups.items())


def reviews(entries: Iterable[Entry], today: date) -> list[Review]:
    return [
        Review(
            topic,
            min(entry.item.reviewed for entry in members),
            min(entry.item.due for entry in members),
            tuple(entry for entry in members if entry.overdue(today)),
        )
        for topic, members in by_topic(entries)
    ]
