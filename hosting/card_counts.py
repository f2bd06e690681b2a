"""How often cards fired, were shown, accepted and overridden: the questions to the database, grouped there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import Select, distinct, func, literal_column, select

from hosting.tables import card, feedback

UNKNOWN_CARD = "unknown-card"


class CardCount(NamedTuple):
    """``number`` cards of one month, EHR, service and list of rules that met one fate."""

    month: str
    ehr: str
    service: str
    rules: tuple[str, ...]
    fate: str
    number: int


class FeedbackCount(NamedTuple):
    """``number`` cards with one outcome reported; ``reason`` is None where none was chosen, or none is asked."""

    month: str
    ehr: str
    service: str
    rules: tuple[str, ...]
    outcome: str
    reason: str | None
    number: int


def cards_by_fate() -> Select[Any]:
    groups = (card.c.month, card.c.ehr, card.c.service, card.c.rules, card.c.fate)
    return select(*groups, func.count().label("number")).group_by(*groups)


def feedback_by_outcome(*, reasons: bool) -> Select[Any]:
    """A card counts once, however often it was reported; by the month in which it was shown, if that is known.

    To an EHR that did not show it, it is unknown: nobody answers for another.
    """
    reason = feedback.c.reason_code if reasons else literal_column("NULL").label("reason_code")
    found = select(
        func.coalesce(card.c.month, feedback.c.month).label("month"),
        feedback.c.ehr,
        feedback.c.service,
        card.c.rules,
        feedback.c.outcome,
        reason,
        feedback.c.card,
    ).join_from(feedback, card, (feedback.c.card == card.c.uuid) & (feedback.c.ehr == card.c.ehr), isouter=True)
    told = found.subquery()
    groups = [column for column in told.c if column.name != "card"]
    return select(*groups, func.count(distinct(told.c.card)).label("number")).group_by(*groups)


def card_count_of(row: Mapping[Any, Any]) -> CardCount:
    return CardCount(**dict(row) | {"rules": tuple(json.loads(row["rules"]))})


def feedback_count_of(row: Mapping[Any, Any]) -> FeedbackCount:
    told = {name: value for name, value in row.items() if name != "reason_code"}
    rules = tuple(json.loads(row["rules"])) if row["rules"] else (UNKNOWN_CARD,)
    return FeedbackCount(**told | {"rules": rules, "reason": row["reason_code"]})
