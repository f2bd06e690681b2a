"""The counts of cards and feedback that are no longer kept one by one: a committee's numbers outlive their details."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any, Literal, NamedTuple

from sqlalchemy import Connection, Row, select

from hosting.card_counts import UNKNOWN_CARD, CardCount, FeedbackCount
from hosting.tables import past_count
from hosting.upserts import insert_into

# ``outcome`` counts each card once per outcome, ``reason`` once per outcome and reason.
Kind = Literal["card", "outcome", "reason"]


class Place(NamedTuple):
    """What is counted together. ``rules`` as JSON, empty where the card was not known; ``reason`` empty for none."""

    kind: Kind
    month: str
    ehr: str
    service: str
    rules: str
    what: str
    reason: str = ""


def counts_of_removed(cards: Iterable[Row[Any]], feedback: Iterable[Row[Any]]) -> Counter[Place]:
    """Counts removed rows as ``hosting.card_counts`` would have counted them."""
    counts: Counter[Place] = Counter()
    known = {}
    for one in cards:
        known[one.uuid, one.ehr] = one
        counts[Place("card", one.month, one.ehr, one.service, one.rules, one.fate)] += 1
    told: set[tuple[Place, str]] = set()
    for one in feedback:
        shown = known.get((one.card, one.ehr))
        month, rules = (shown.month, shown.rules) if shown else (one.month, "")
        told.add((Place("outcome", month, one.ehr, one.service, rules, one.outcome), one.card))
        told.add((Place("reason", month, one.ehr, one.service, rules, one.outcome, one.reason_code or ""), one.card))
    counts.update(place for place, _ in told)
    return counts


def add_counts(connection: Connection, counts: Counter[Place]) -> None:
    for place, number in sorted(counts.items()):  # the same order everywhere, so that no two wait for each other
        row = insert_into(connection, past_count).values(**place._asdict(), number=number)
        key = [past_count.c[name] for name in Place._fields]
        more = {"number": past_count.c.number + number}
        connection.execute(row.on_conflict_do_update(index_elements=key, set_=more))


def past_card_counts(connection: Connection) -> list[CardCount]:
    return [
        CardCount(row.month, row.ehr, row.service, tuple(json.loads(row.rules)), row.what, row.number)
        for row in _rows(connection, "card")
    ]


def past_feedback_counts(connection: Connection, *, reasons: bool) -> list[FeedbackCount]:
    return [
        FeedbackCount(row.month, row.ehr, row.service, _rules(row.rules), row.what, row.reason or None, row.number)
        for row in _rows(connection, "reason" if reasons else "outcome")
    ]


def _rules(written: str) -> tuple[str, ...]:
    return tuple(json.loads(written)) if written else (UNKNOWN_CARD,)


def _rows(connection: Connection, kind: Kind) -> list[Row[Any]]:
    return list(connection.execute(select(past_count).where(past_count.c.kind == kind)))
