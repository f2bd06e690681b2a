"""What is kept of a card and of a clinician's answer to it, and how each becomes a row of the database.

No patient, user or value is in a card's record: who and what it was about is kept as keyed hashes only.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Literal

from hosting.storable_text import storable

# ``listed``: named in a line of another card; ``shadow``: the service only watches; ``repeated``: shown before with the
# same facts; ``switched-off``: the topic is.
Fate = Literal["shown", "listed", "shadow", "repeated", "switched-off"]
Outcome = Literal["accepted", "overridden"]


@dataclass(frozen=True, kw_only=True)
class CardRecord:
    """A card that was ready to be shown. ``fired_at``: the hour, in seconds since 1970; the keys are keyed hashes."""

    uuid: str
    fired_at: int
    ehr: str
    service: str
    topic: str
    rules: tuple[str, ...]
    fate: Fate
    matter_key: str | None = None
    facts_key: str | None = None


@dataclass(frozen=True, kw_only=True)
class FeedbackReport:
    """One entry of a CDS Hooks feedback request, as the EHR wrote it. ``received_at`` in seconds since 1970."""

    ehr: str
    service: str
    card: str
    outcome: Outcome
    outcome_timestamp: str
    received_at: int
    accepted: tuple[str, ...] = ()
    reason_code: str | None = None
    reason_system: str | None = None
    reason_display: str | None = None
    comment: str | None = None


@lru_cache(maxsize=64)
def month_of(second: int) -> str:
    """``2026-11``, by UTC."""
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m")


def card_row(record: CardRecord) -> dict[str, Any]:
    # Not by asdict: it copies each text deeply, which took longer than writing the row.
    return vars(record) | {"rules": json.dumps(record.rules), "month": month_of(record.fired_at)}


def card_of(row: Mapping[Any, Any]) -> CardRecord:
    told = {field.name: row[field.name] for field in fields(CardRecord)}
    return CardRecord(**told | {"rules": tuple(json.loads(row["rules"]))})


def feedback_row(report: FeedbackReport) -> dict[str, Any]:
    """``digest`` is the same for a report that is sent again, whenever it arrives."""
    row = {name: storable(value) for name, value in vars(report).items()}
    told = {name: value for name, value in row.items() if name != "received_at"}
    digest = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
    return row | {"accepted": json.dumps(row["accepted"]), "digest": digest, "month": month_of(report.received_at)}


def feedback_of(row: Mapping[Any, Any]) -> FeedbackReport:
    told = {field.name: row[field.name] for field in fields(FeedbackReport)}
    return FeedbackReport(**told | {"accepted": tuple(json.loads(row["accepted"]))})
