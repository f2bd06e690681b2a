"""From numbers and days to places in a picture, with round marks on both axes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

_SHORTEST_DAYS = 180
_MONTHS = (1, 2, 3, 6, 12, 24, 60, 120, 240)
_MOST_DATES = 4


@dataclass(frozen=True)
class Scale:
    """Linear: ``low`` is drawn at ``start``, ``high`` at ``end``."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return round(self.start + share * (self.end - self.start), 1)

    def within(self, value: float) -> float:
        """The place of the value, or of the nearer edge if it lies outside."""
        return self.at(min(max(value, self.low), self.high))

    def holds(self, value: float) -> bool:
        return self.low <= value <= self.high


def value_range(values: Iterable[float], wanted: Iterable[float], edges: Iterable[float]) -> tuple[float, float]:
    """From where to where the axis runs: ``values``, ``wanted`` limits, and the nearest of ``edges`` on both sides.

    It begins at zero, unless the values lie far above it in a narrow range (a haemoglobin, an MCV).
    """
    seen = [*values, *wanted]
    low, high = min(seen), max(seen)
    below, above = [edge for edge in edges if edge <= low], [edge for edge in edges if edge >= high]
    low, high = max(below, default=low), min(above, default=high)
    if low <= 0.5 * high:
        return 0.0, (high * 1.12) or 1.0
    space = (high - low) * 0.15 or high * 0.1
    return low - space, high + space


def round_marks(low: float, high: float, most: int = 5) -> list[float]:
    """Round numbers between ``low`` and ``high``: steps of 1, 2, 2.5 or 5 times a power of ten."""
    rough = (high - low) / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(one * power for one in (1, 2, 2.5, 5, 10) if one * power >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    return [round(number * step, 10) for number in range(first, math.floor(high / step + 1e-9) + 1)]


def mark_in_words(value: float) -> str:
    return f"{value:.10f}".rstrip("0").rstrip(".")


def day_range(days: Iterable[float], today: date) -> tuple[float, float]:
    """From the first result to today, never less than half a year; a single result stands near the right edge."""
    seen = [*days, float(today.toordinal())]
    first, last = min(seen), max(seen)
    first = min(first, last - _SHORTEST_DAYS)
    space = (last - first) * 0.04
    return first - space, last + space


def date_marks(low: float, high: float) -> list[tuple[float, str]]:
    """First days of months, or of years, and how they are written: at most five."""
    for step in _MONTHS:
        marks = list(_months(low, high, step))
        if len(marks) <= _MOST_DATES:
            break
    return [(float(day.toordinal()), str(day.year) if step % 12 == 0 else day.isoformat()[:7]) for day in marks]


def _months(low: float, high: float, step: int) -> Iterator[date]:
    first = date.fromordinal(max(int(low), 1))
    number = math.ceil((first.year * 12 + first.month - 1) / step) * step
    while number // 12 <= date.max.year:
        day = date(number // 12, number % 12 + 1, 1)
        if day.toordinal() > high:
            return
        if day.toordinal() >= low:
            yield day
        number += step
