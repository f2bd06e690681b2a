"""Search by date: FHIR R4 section Search, parameter type date. A day, month or year is all of its time."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

_VALUE = re.compile(r"(?P<prefix>eq|ne|gt|lt|ge|le|sa|eb)?(?P<when>\d{4}.*)", re.ASCII)
_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)
_EVER = datetime.max.replace(tzinfo=UTC)
_NEVER = datetime.min.replace(tzinfo=UTC)


class Span(NamedTuple):
    """From ``low``, up to and without ``high``."""

    low: datetime
    high: datetime


def span_of(member: Any) -> Span | None:
    """The time of a date, dateTime or Period; None where there is none."""
    if isinstance(member, dict):
        start, end = span_of(member.get("start")), span_of(member.get("end"))
        return Span(start.low if start else _NEVER, end.high if end else _EVER) if start or end else None
    return _span(member) if isinstance(member, str) else None


def has_date(member: Any, value: str) -> bool:
    """Raises ``ValueError`` for a value that is no date."""
    match = _VALUE.fullmatch(value)
    if match is None:
        raise ValueError(f"not a date: {value}")
    asked, held = _span(match["when"]), span_of(member)
    if asked is None:
        raise ValueError(f"not a date: {value}")
    return held is not None and _compared(match["prefix"] or "eq", held, asked)


def _compared(prefix: str, held: Span, asked: Span) -> bool:
    within = asked.low <= held.low and held.high <= asked.high
    answers = {
        "eq": within,
        "ne": not within,
        "gt": held.high > asked.high,
        "lt": held.low < asked.low,
        "ge": held.high > asked.high or within,
        "le": held.low < asked.low or within,
        "sa": held.low >= asked.high,
        "eb": held.high <= asked.low,
    }
    return answers[prefix]


def _span(text: str) -> Span | None:
    try:
        partial = _PARTIAL.fullmatch(text)
        if partial is None:
            moment = datetime.fromisoformat(text)
            moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            return Span(moment, moment + timedelta(seconds=1))
        year, month, day = (int(part) if part else None for part in partial.groups())
        low = datetime(year or 1, month or 1, day or 1, tzinfo=UTC)
    except ValueError:
        return None
    return Span(low, _end(low, month, day))


def _end(low: datetime, month: int | None, day: int | None) -> datetime:
    if day:
        return low + timedelta(days=1)
    if month and month < 12:
        return low.replace(month=month + 1)
    return low.replace(year=low.year + 1, month=1)
