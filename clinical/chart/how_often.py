"""How many times a day a dose is taken, as a Dosage tells it.

Source: FHIR R4 Timing (``repeat`` and ``code``; code system v3-GTSAbbreviation). Where both stand, ``repeat`` tells it
exactly and the code only names it.
"""

from __future__ import annotations

from decimal import Decimal

from clinical.chart.quantities import Number, read_quantity
from clinical.chart.wire import Dosage, Quantity, Timing, TimingRepeat

_DAYS = {"h": Decimal(1) / 24, "d": Decimal(1), "wk": Decimal(7), "mo": Decimal(30), "a": Decimal(365)}
# Abbreviations that people write beside those of the code system, under which EHRs send them as text.
_BY_CODE = {
    "QD": Decimal(1), "DAILY": Decimal(1), "QDAY": Decimal(1), "AM": Decimal(1), "PM": Decimal(1), "BED": Decimal(1),
    "QAM": Decimal(1), "QPM": Decimal(1), "QHS": Decimal(1), "HS": Decimal(1), "NIGHTLY": Decimal(1),
    "BID": Decimal(2), "TID": Decimal(3), "QID": Decimal(4),
    "Q1H": Decimal(24), "Q2H": Decimal(12), "Q3H": Decimal(8), "Q4H": Decimal(6), "Q6H": Decimal(4), "Q8H": Decimal(3),
    "Q12H": Decimal(2), "Q24H": Decimal(1), "QOD": Decimal(1) / 2, "WK": Decimal(1) / 7, "WEEKLY": Decimal(1) / 7,
    "QWK": Decimal(1) / 7, "MO": Decimal(1) / 30, "MONTHLY": Decimal(1) / 30,
}  # fmt: skip


def times_a_day(dosage: Dosage) -> Decimal | None:
    """``None`` where it is not told, or in words that may mean several things."""
    timing = dosage.timing
    if timing is None:
        return None
    return _repeated(timing.repeat) if timing.repeat and timing.repeat.period_unit else _coded(timing)


def _repeated(repeat: TimingRepeat) -> Decimal | None:
    if repeat.period_unit not in _DAYS:
        return None
    frequency = read_quantity(Quantity(value=repeat.frequency)) if bytes(repeat.frequency) else Number(Decimal(1), "1")
    period = read_quantity(Quantity(value=repeat.period))
    if not isinstance(frequency, Number) or not isinstance(period, Number) or period.value <= 0:
        return None
    return frequency.value / (period.value * _DAYS[repeat.period_unit])


def _coded(timing: Timing) -> Decimal | None:
    """By any coding or the text; unknown where they contradict each other."""
    concept = timing.code
    if concept is None:
        return None
    told = (*(one.code for one in concept.coding), *(one.display for one in concept.coding), concept.text)
    found = {_BY_CODE[word] for name in told if name and (word := name.strip().rstrip(".").upper()) in _BY_CODE}
    return found.pop() if len(found) == 1 else None
