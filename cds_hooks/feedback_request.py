"""A feedback request as it arrives: checked as a whole, before anything of it is kept.

Source: CDS Hooks 2.0.1 section Feedback, and the invariants cds-fb-1 to cds-fb-3 of its logical models. One request may
speak of many cards, and of one card more than once. ``null`` is read as absent; unknown members are ignored.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cds_hooks.json_body import line, read_object
from cds_hooks.refusals import NotUnderstood, TooMuch
from hosting import FeedbackReport

MOST_ENTRIES = 10_000
_LONGEST_ID = 256
_LONGEST_TEXT = 20_000
# RFC 3339 section 5.6. It has to say how far from UTC it is: a bare local time is no moment.
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


def read_feedback(data: bytes, media_type: str, service: str, received_at: int) -> list[FeedbackReport]:
    """Raises ``NotJson`` (415), ``TooMuch`` (413) and ``NotUnderstood`` (400), which names the member.

    ``received_at`` in seconds since 1970. Which EHR speaks is not in the request, and is left empty here.
    """
    entries = read_object(data, media_type).get("feedback")
    if not isinstance(entries, list) or not entries:
        raise NotUnderstood("feedback must be an array of one or more entries.")
    if len(entries) > MOST_ENTRIES:
        raise TooMuch(f"The request holds more than {MOST_ENTRIES} entries of feedback.")
    return [_report(entry, f"feedback[{place}]", service, received_at) for place, entry in enumerate(entries)]


def _report(entry: Any, place: str, service: str, received_at: int) -> FeedbackReport:
    told = _object(entry, place)
    outcome = told.get("outcome")
    if outcome not in ("accepted", "overridden"):
        raise NotUnderstood(f"{place}.outcome must be accepted or overridden.")
    accepted = _accepted(told.get("acceptedSuggestions"), f"{place}.acceptedSuggestions")
    if outcome == "accepted" and not accepted:
        raise NotUnderstood(f"{place}.acceptedSuggestions must name a suggestion where outcome is accepted.")
    reason, comment = _override(told.get("overrideReason"), f"{place}.overrideReason")
    return FeedbackReport(
        ehr="",
        service=service,
        card=_id(told.get("card"), f"{place}.card").lower(),
        outcome=outcome,
        outcome_timestamp=_instant(told.get("outcomeTimestamp"), f"{place}.outcomeTimestamp"),
        received_at=received_at,
        accepted=accepted,
        reason_code=_optional(reason.get("code"), f"{place}.overrideReason.reason.code"),
        reason_system=_optional(reason.get("system"), f"{place}.overrideReason.reason.system"),
        reason_display=_optional(reason.get("display"), f"{place}.overrideReason.reason.display"),
        comment=comment,
    )


def _accepted(value: Any, place: str) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise NotUnderstood(f"{place} must be an array.")
    return tuple(_id(_object(item, place).get("id"), f"{place}.id").lower() for item in value)


def _override(value: Any, place: str) -> tuple[Mapping[str, Any], str | None]:
    """The chosen reason, empty where none was chosen, and what was typed. One of the two has to be there (cds-fb-3)."""
    if value is None:
        return {}, None
    told = _object(value, place)
    reason, comment = told.get("reason"), _optional(told.get("userComment"), f"{place}.userComment")
    if reason is None and comment is None:
        raise NotUnderstood(f"{place} must hold a reason, a userComment, or both.")
    chosen = {} if reason is None else _object(reason, f"{place}.reason")
    if reason is not None:
        _id(chosen.get("code"), f"{place}.reason.code")
    return chosen, comment


def _object(value: Any, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise NotUnderstood(f"{place} must be an object.")
    return value


def _id(value: Any, place: str) -> str:
    return line(value, place, _LONGEST_ID)


def _optional(value: Any, place: str) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > _LONGEST_TEXT:
        raise NotUnderstood(f"{place} must be a text of {_LONGEST_TEXT} characters at most.")
    return value


def _instant(value: Any, place: str) -> str:
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        try:
            datetime.fromisoformat(value.upper())
            return value
        except ValueError:
            pass
    raise NotUnderstood(f"{place} must be a moment such as 2026-11-22T08:30:00Z.")
