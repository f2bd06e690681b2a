"""What a committee for decision support asks of each rule: how often it fired, was shown, accepted, overridden and why.

No report is no answer: EHRs never tell of cards that were ignored, so that what was shown is counted here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from hosting import CardCount, Database, FeedbackCount

ALL_RULES = "all"
NO_REASON = "none-given"


class Place(NamedTuple):
    """What is counted together. ``rule`` is ``all`` where each card counts once, whatever its rules."""

    month: str
    ehr: str
    service: str
    rule: str


class Count:
    """The counts of one place; ``fates`` and ``reasons`` by their names."""

    def __init__(self) -> None:
        self.fates: Counter[str] = Counter()
        self.outcomes: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()

    @property
    def fired(self) -> int:
        return self.fates.total()

    @property
    def shown(self) -> int:
        return self.fates["shown"]


def counts_of(database: Database) -> dict[Place, Count]:
    """In the order of month, EHR, service and rule. Raises ``DatabaseFault``."""
    counts: dict[Place, Count] = {}
    for fired in database.count_cards():
        for place in _places(fired):
            counts.setdefault(place, Count()).fates[fired.fate] += fired.number
    for told in database.count_feedback():
        for place in _places(told):
            counts.setdefault(place, Count()).outcomes[told.outcome] += told.number
    for told in database.count_feedback(reasons=True):
        if told.outcome == "overridden":
            for place in _places(told):
                counts.setdefault(place, Count()).reasons[told.reason or NO_REASON] += told.number
    return dict(sorted(counts.items()))


def over_all_months(counts: dict[Place, Count]) -> dict[Place, Count]:
    """The same without the month, which is then empty."""
    summed: dict[Place, Count] = {}
    for place, count in counts.items():
        total = summed.setdefault(place._replace(month=""), Count())
        total.fates += count.fates
        total.outcomes += count.outcomes
        total.reasons += count.reasons
    return summed


def _places(one: CardCount | FeedbackCount) -> Iterable[Place]:
    return [Place(one.month, one.ehr, one.service, rule) for rule in (ALL_RULES, *one.rules)]
