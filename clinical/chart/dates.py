"""FHIR dates, which may be partial: 2026, 2026-10, 2026-10-01, or an instant with its offset.

A partial date is a clinical question, not a formatting one. The earliest day it can mean is used: a result is then
rather too old than too fresh. Source: FHIR R4 datatypes, ``dateTime``.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from typing import Literal

import msgspec

Precision = Literal["year", "month", "day", "instant"]

_DATE_TIME = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d{2})(?:-(?P<day>\d{2})"
    r"(?:T(?P<hour>\d{2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d+)?)?(?P<offset>Z|[+-]\d{2}:?\d{2})?)?)?)?",
    re.ASCII,
)


class FhirDate(msgspec.Struct, frozen=True, gc=False):
    """A date as reported (``text``), the earliest ``day`` it can mean, its ``instant`` where the sender gave one, and
    its ``moment`` in seconds for sorting (midnight UTC for a date without a time)."""

    text: str
    day: date
    precision: Precision
    moment: float
    instant: datetime | None = None

    @property
    def order(self) -> tuple[float, str]:
        """Sorts chronologically; equal days keep a fixed order whatever way the results came in."""
        return self.moment, self.text

    @property
    def iso_day(self) -> str:
        """For people and JSON: as precise as reported, without the time of day."""
        return self.text[:10]

    def days_before(self, today: date) -> int:
        return (today - self.day).days

    def after(self, today: date) -> bool:
        """Later than ``today`` both where it was written and in UTC: ahead by a time zone is not the future."""
        if self.day <= today:
            return False
        return self.instant is None or self.instant.astimezone(UTC).date() > today

    @property
    def local_hour(self) -> int | None:
        """The hour at the place of collection; unknown for UTC, for midnight and for dates without a time."""
        if self.instant is None or self.text.endswith("Z") or (self.instant.hour == self.instant.minute == 0):
            return None
        return self.instant.hour


@lru_cache(maxsize=4096)
def read_date(text: str | None) -> FhirDate | None:
    """``None`` for what is absent or is no date at all; nothing is guessed from half a date."""
    match = _DATE_TIME.fullmatch(text.strip()) if text else None
    if text is None or match is None:
        return None
    parts = match.groupdict()
    try:
        day = date(int(parts["year"]), int(parts["month"] or 1), int(parts["day"] or 1))
        instant = _instant(day, parts) if parts["hour"] else None
    except (ValueError, OverflowError):
        return None
    precision: Precision = "instant" if instant else "day" if parts["day"] else "month" if parts["month"] else "year"
    moment = (instant or datetime(day.year, day.month, day.day, tzinfo=UTC)).timestamp()
    return FhirDate(text.strip(), day, precision, moment, instant)


def _instant(day: date, parts: dict[str, str | None]) -> datetime:
    hour, minute, second = int(parts["hour"] or 0), int(parts["minute"] or 0), int(parts["second"] or 0)
    moment = datetime(day.year, day.month, day.day, hour, minute, min(second, 59), tzinfo=_zone(parts["offset"]))
    moment.timestamp()  # a year 1 or 9999 instant has no UTC twin: refused here, not later
    moment.astimezone(UTC)
    return moment


def _zone(offset: str | None) -> timezone:
    # A time without an offset is against FHIR but common; its day is right, its instant is only good for sorting.
    if offset in (None, "Z"):
        return UTC
    sign = -1 if offset[0] == "-" else 1
    digits = offset[1:].replace(":", "")
    return timezone(sign * timedelta(hours=int(digits[:2]), minutes=int(digits[2:])))
