"""Feedback and its counts as files: JSON for programs, CSV for spreadsheets, text for people."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from cds_hooks.committee_counts import Count, Place
from hosting import FeedbackReport

FEEDBACK_COLUMNS = (
    *("service", "card", "outcome", "acceptedSuggestions"),
    *("reasonCode", "reasonSystem", "reasonDisplay", "userComment"),
    *("outcomeTimestamp", "receivedAt"),
)
COUNT_COLUMNS = ("month", "ehr", "service", "rule", "fired", "shown", "accepted", "overridden", "reasons")
# A spreadsheet would take what begins so for a formula, and a comment is free text.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def report_as_object(report: FeedbackReport) -> dict[str, Any]:
    """As the EHR reported it, plus when it arrived."""
    return {
        "service": report.service,
        "card": report.card,
        "outcome": report.outcome,
        "acceptedSuggestions": [{"id": suggestion} for suggestion in report.accepted],
        "overrideReason": _override_reason(report),
        "outcomeTimestamp": report.outcome_timestamp,
        "receivedAt": _moment(report.received_at),
    }


def _override_reason(report: FeedbackReport) -> dict[str, Any] | None:
    reason = {"code": report.reason_code, "system": report.reason_system, "display": report.reason_display}
    chosen = {name: value for name, value in reason.items() if value is not None}
    told = ({"reason": chosen} if chosen else {}) | ({} if report.comment is None else {"userComment": report.comment})
    return told or None


def report_as_row(report: FeedbackReport) -> tuple[str, ...]:
    """In the order of FEEDBACK_COLUMNS."""
    return (
        report.service,
        report.card,
        report.outcome,
        " ".join(report.accepted),
        report.reason_code or "",
        report.reason_system or "",
        report.reason_display or "",
        report.comment or "",
        report.outcome_timestamp,
        _moment(report.received_at),
    )


def count_as_object(place: Place, count: Count) -> dict[str, Any]:
    return place._asdict() | {
        "fired": count.fired,
        "shown": count.shown,
        "accepted": count.outcomes["accepted"],
        "overridden": count.outcomes["overridden"],
        "overriddenBy": dict(sorted(count.reasons.items())),
        "notShown": {fate: number for fate, number in sorted(count.fates.items()) if fate != "shown"},
    }


def count_as_row(place: Place, count: Count) -> tuple[str, ...]:
    """In the order of COUNT_COLUMNS."""
    reasons = " ".join(f"{reason}:{number}" for reason, number in sorted(count.reasons.items()))
    numbers = (count.fired, count.shown, count.outcomes["accepted"], count.outcomes["overridden"])
    return (*place, *map(str, numbers), reasons)


def as_csv(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """RFC 4180 with a heading."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(columns)
    writer.writerows([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in row] for row in rows)
    return written.getvalue()


def as_table(counts: Mapping[Place, Count]) -> str:
    """Columns as wide as they need to be."""
    rows = [COUNT_COLUMNS, *(count_as_row(place, count) for place, count in counts.items())]
    widths = [max(len(row[column]) for row in rows) for column in range(len(COUNT_COLUMNS))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)
    return "\n".join(lines) + "\n"


def _moment(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
