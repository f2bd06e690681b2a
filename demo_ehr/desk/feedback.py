"""What the EHR tells a service about a card: accepted with which suggestions, or overridden and why.

Source: CDS Hooks 2.0.1 section Feedback. Cards that nobody touched are never reported.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

LONGEST_COMMENT = 1000


def accepted(card: Mapping[str, Any], suggestion: Mapping[str, Any]) -> dict[str, Any]:
    return _entry(card, "accepted") | {"acceptedSuggestions": [{"id": suggestion["uuid"]}]}


def overridden(card: Mapping[str, Any], code: str, comment: str) -> dict[str, Any]:
    """``code`` counts only where the card offered it; without code and comment the override has no reason."""
    reason = next((one for one in _reasons(card) if one.get("code") == code), None)
    told: dict[str, Any] = {}
    if reason:
        told["reason"] = dict(reason)
    if comment.strip():
        told["userComment"] = comment.strip()[:LONGEST_COMMENT]
    return _entry(card, "overridden") | ({"overrideReason": told} if told else {})


def _reasons(card: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    reasons: Sequence[Mapping[str, Any]] = card.get("overrideReasons", ())
    return reasons


def _entry(card: Mapping[str, Any], outcome: str) -> dict[str, Any]:
    moment = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return {"card": card["uuid"], "outcome": outcome, "outcomeTimestamp": moment}
