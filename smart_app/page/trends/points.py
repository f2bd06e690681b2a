"""What a trend is made of: results as points or intervals, results that may not be shown, inflammation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from clinical import Knowledge, Measurement, Seen
from smart_app.page.reading import Reading, is_part
from smart_app.page.results import Results
from smart_app.page.units import Amount, Units
from terminology import convert, written

Kind = Literal["point", "below", "above", "between"]
_INFLAMMATION = "crp-inflammation"


@dataclass(frozen=True)
class Point:
    """One result that may be shown. ``day`` counts days as ``date.toordinal``, with the time of day behind the point;
    ``low`` and ``high`` are its ends in the unit shown. Only of kind ``point`` are they one number."""

    day: float
    kind: Kind
    low: float
    high: float
    amount: Amount
    date: str
    side: str
    band: str
    reported: str
    remarks: tuple[str, ...]
    part: bool
    stale: bool


@dataclass(frozen=True)
class SetAside:
    """A result that was read and may not be shown as a value: only that there was one, and why it does not count."""

    day: float
    date: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Inflammation:
    """A raised CRP."""

    day: float
    date: str
    amount: Amount


class Gathering:
    """Prepared once from the knowledge."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._results = Results(knowledge)
        limit = knowledge.limits[_INFLAMMATION].values[0]
        self._raised, self._raised_unit = limit.value, limit.unit
        self.near_days = max(_days_paired(knowledge), default=7)

    def points(self, name: str, reading: Reading, units: Units) -> list[Point]:
        """Oldest first. A result without a date has no place in time; it stands in the table of results."""
        raised = self.inflammation(reading, units) if name == "ferritin" else []
        dated = [seen for seen in reversed(reading.readable(name)) if seen.measurement.effective]
        return [self._point(seen, reading, units, raised) for seen in dated]

    def _point(self, seen: Seen, reading: Reading, units: Units, raised: list[Inflammation]) -> Point:
        it = seen.measurement
        low, high = ends(it, units)
        band = self._results.band_word(seen)
        day = day_of(it)
        near = (f"CRP {one.amount} on {one.date}" for one in raised if abs(int(one.day) - int(day)) <= self.near_days)
        notes = (note.reason for note in reading.notes_of(it))
        part = (f"25-OH-{it.part} only, not the total",) if is_part(seen) else ()
        return Point(
            day=day,
            kind=kind_of(it),
            low=low,
            high=high,
            amount=units.result(it),
            date=it.effective.iso_day if it.effective else "",
            side=band.side if band else "none",
            band=band.title if band else "",
            reported=written(it.reported),
            remarks=(*part, *(("calculated",) if it.derived_from else ()), *near, *dict.fromkeys(notes)),
            part=is_part(seen),
            stale=reading.is_stale(seen),
        )

    def set_aside(self, name: str, reading: Reading) -> list[SetAside]:
        """Without copies of a result that is drawn already."""
        return list(_set_aside(reading.set_aside(name), reading))

    def inflammation(self, reading: Reading, units: Units) -> list[Inflammation]:
        """Every CRP that is raised for certain; "<6" is not."""
        results = (seen.measurement for seen in reading.readable("crp"))
        return [
            Inflammation(day_of(it), it.effective.iso_day, units.result(it))
            for it in results
            if it.effective and self._is_raised(it)
        ]

    def _is_raised(self, it: Measurement) -> bool:
        value = convert(it.value, it.analyte, it.unit, self._raised_unit)
        return it.comparator not in ("<", "<=") and value > self._raised


def _days_paired(knowledge: Knowledge) -> Iterator[int]:
    """How near to a ferritin the rules look for a CRP."""
    for table in knowledge.tables:
        for rule in table.rules:
            yield from _paired_in(rule.when.model_dump())


def _paired_in(question: object) -> Iterator[int]:
    if isinstance(question, dict):
        if question.get("analyte") == "crp" and question.get("paired_with") == "ferritin":
            yield int(question["paired_days"])
        for inner in question.values():
            yield from _paired_in(inner)
    elif isinstance(question, tuple | list):
        for inner in question:
            yield from _paired_in(inner)


def _set_aside(results: Iterable[Seen], reading: Reading) -> Iterator[SetAside]:
    for seen in results:
        it, notes = seen.measurement, reading.notes_of(seen.measurement)
        if it.effective and not any(note.id == "DQ.DUPLICATE" for note in notes):
            reasons = tuple(dict.fromkeys(note.reason for note in notes if note.blocks))
            yield SetAside(day_of(it), it.effective.iso_day, reasons)


def kind_of(it: Measurement) -> Kind:
    if it.upper is not None:
        return "between"
    if it.comparator is None:
        return "point"
    return "below" if it.comparator in ("<", "<=") else "above"


def ends(it: Measurement, units: Units) -> tuple[float, float]:
    """Both ends in the unit shown. Of "<3" the low one is 0, of ">1500" the high one is 1500 again: it has none."""
    value = float(units.number(it.value, it.analyte, it.unit))
    if it.upper is not None:
        return value, float(units.number(it.upper, it.analyte, it.unit))
    return (0.0, value) if it.comparator in ("<", "<=") else (value, value)


def day_of(it: Measurement) -> float:
    """The day by the sender's calendar; results of one day stand in the order of their hours."""
    if it.effective is None:
        return 0.0
    instant = it.effective.instant
    hours = instant.hour + instant.minute / 60 if instant else 0.0  # as the sender's clock showed it, not in UTC
    return it.effective.day.toordinal() + hours / 24
