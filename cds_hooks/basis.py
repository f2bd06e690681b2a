"""On what a card rests: rules, sources, how strong and how well checked they are, and when they are due for review.

A clinician must be able to review the basis of each recommendation independently (FDA guidance on clinical decision
support software, 2026-01-06, criterion 4).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from cds_hooks.markdown import escape, section
from clinical import Caution, Finding, Knowledge

_VERIFIED = {
    "verified": "checked in the source",
    "second-hand": "seen quoted elsewhere",
    "from-memory": "from memory, not yet checked",
    "policy": "policy of this project",
}
Statement = Finding | Caution


class _Review(NamedTuple):
    reviewed: date
    due: date


class Told(NamedTuple):
    """One line per rule with the numbers of its sources, and one for the dates of review; the section of the sources,
    empty where there are none."""

    rules: tuple[str, ...]
    sources: str


class _Ground(NamedTuple):
    """What of a finding or caution is the knowledge's and no patient's."""

    id: str
    rule: str
    section: str
    strength: str
    verified: str
    citations: tuple[str, ...]


class Basis:
    """Prepared once from the knowledge: citations and dates of review, ready to be put into Markdown."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._citations = {name: escape(source.citation) for name, source in knowledge.sources.items()}
        self._reviews = _reviews(knowledge)
        self._told = lru_cache(maxsize=1024)(self._written)

    def of(self, statements: Sequence[Statement], today: date) -> Told:
        """Many patients' cards rest on the same rules. What is kept of them is of the knowledge alone."""
        return self._told(tuple(_ground(one) for one in statements), today)

    def _written(self, grounds: Sequence[_Ground], today: date) -> Told:
        numbers = {name: 0 for one in grounds for name in one.citations}
        for number, name in enumerate(numbers, 1):
            numbers[name] = number
        reviews = [self._reviews.get(one.rule) or self._reviews.get(one.id) for one in grounds]
        lines = [_line(one, review, today, numbers) for one, review in zip(grounds, reviews, strict=True)]
        known = [review for review in reviews if review is not None]
        sources = [self._citations.get(name) or escape(name) for name in numbers]
        return Told((*dict.fromkeys(lines), *_dates(known)), section("Sources", sources, numbered=True))


def _ground(statement: Statement) -> _Ground:
    rule = statement.rule if isinstance(statement, Finding) else statement.id
    return _Ground(statement.id, rule, statement.section, statement.strength, statement.verified, statement.citations)


def _line(ground: _Ground, review: _Review | None, today: date, numbers: Mapping[str, int]) -> str:
    overdue = ["REVIEW OVERDUE"] if review is not None and review.due < today else []
    told = [ground.section, ground.strength, _VERIFIED.get(ground.verified, ground.verified), *overdue]
    words = f"**{escape(ground.id)}**: {escape('; '.join(told))}."
    listed = ", ".join(str(numbers[name]) for name in ground.citations)
    return f"{words} Source{'s' if len(ground.citations) > 1 else ''} {listed}." if listed else words


def _dates(reviews: Sequence[_Review]) -> Iterator[str]:
    if reviews:
        first = min(reviews)
        yield f"Last reviewed {first.reviewed.isoformat()}, next review due {first.due.isoformat()}."


def _reviews(knowledge: Knowledge) -> Mapping[str, _Review]:
    """The dates of each rule, finding, band and caution; of several entries with one id the earliest."""
    found: dict[str, _Review] = {}
    for name, review in _dated(knowledge):
        found[name] = min(review, found.get(name, review))
    return found


def _dated(knowledge: Knowledge) -> Iterator[tuple[str, _Review]]:
    for rule in (rule for table in knowledge.tables for rule in table.rules):
        yield rule.id, _Review(rule.reviewed, rule.due)
    for band in (band for entries in knowledge.bands_by_id.values() for band in entries):
        yield band.id, _Review(band.reviewed, band.due)
    for finding in knowledge.findings.values():
        yield finding.id, _Review(finding.reviewed, finding.due)
    for caution in (*knowledge.cautions, *(one for file in knowledge.files for one in file.content.order_caution)):
        yield caution.id, _Review(caution.reviewed, caution.due)
