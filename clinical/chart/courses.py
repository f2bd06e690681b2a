"""From when to when a drug was taken, as far as its resource tells.

The date of a prescription is a beginning and never an end: a drug may be taken long after the last prescription for it
was written. Where nobody says when it ended, the end stays unknown; ``over_by`` then tells the latest day it can be.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

from clinical.chart.dates import FhirDate, read_date
from clinical.chart.quantities import Number, read_quantity
from clinical.chart.wire import DispenseRequest, Dosage, Period, Quantity, Resource

# On hold is on the drug: it is to be taken again.
RUNNING = frozenset({"active", "in-progress", "intended", "on-hold"})
_DAYS = {
    "d": 1, "day": 1, "days": 1, "wk": 7, "week": 7, "weeks": 7, "mo": 30, "month": 30, "months": 30, "a": 365,
}  # fmt: skip
_MOST_DAYS = 3660


class Course(NamedTuple):
    """``start_is_prescription``: the start is only a prescription's date. ``over_by``: an unknown end is no later."""

    started: FhirDate | None
    start_is_prescription: bool
    ended: FhirDate | None
    over_by: FhirDate | None = None


def course_of(resource: Resource) -> Course:
    period = resource.effective_period
    start = read_date(period.start) if period else None
    end = read_date(period.end) if period else None
    if resource.resource_type == "MedicationAdministration":
        given = read_date(resource.effective_date_time) or start
        return Course(given, False, end or given)
    prescribed = read_date(resource.authored_on) or read_date(resource.effective_date_time)
    if resource.status in RUNNING:
        return Course(start or prescribed, start is None, end)
    bounds = _bounds(resource)
    first = read_date(bounds.start) if bounds and resource.status == "completed" else None
    began = start or first or prescribed
    return _over(resource, Course(began, start is None, end), _planned_end(resource, bounds, began))


def _over(resource: Resource, course: Course, planned: FhirDate | None) -> Course:
    """One that is over, or of which nobody knows. What was completed was taken as planned; one that was stopped ended
    before that, and before somebody said so, which stands for the end where no day else is told."""
    if course.ended is not None:
        return course
    asserted = None if resource.status == "unknown" else read_date(resource.date_asserted)
    if resource.status == "completed" and planned is not None:
        return course._replace(ended=planned)
    if course.started is None:
        return course._replace(ended=asserted, over_by=planned)
    known = [one for one in (planned, asserted) if one is not None]
    return course._replace(over_by=min(known, key=lambda one: one.order, default=None))


def _bounds(resource: Resource) -> Period | None:
    """From when to when it is to be taken, as a prescription's first dosage that says so tells."""
    dosages = resource.dosage if isinstance(resource.dosage, tuple) else ()
    timings = (one.timing for one in (*resource.dosage_instruction, *dosages) if isinstance(one, Dosage))
    repeats = (timing.repeat for timing in timings if timing is not None)
    return next((repeat.bounds_period for repeat in repeats if repeat is not None and repeat.bounds_period), None)


def _planned_end(resource: Resource, bounds: Period | None, began: FhirDate | None) -> FhirDate | None:
    """Of the last day of its dosage, of its validity and of what was supplied, the latest that is told."""
    told = [*_supply_ends(resource.dispense_request, began)] if resource.dispense_request else []
    if bounds is not None:
        told.append(read_date(bounds.end))
    return max((one for one in told if one is not None), key=lambda one: one.order, default=None)


def _supply_ends(dispensing: DispenseRequest, began: FhirDate | None) -> Iterator[FhirDate | None]:
    validity = dispensing.validity_period
    if validity is not None:
        yield read_date(validity.end)
    days = _days_of(dispensing.expected_supply_duration)
    start = (read_date(validity.start) if validity else None) or began
    repeats = read_quantity(Quantity(value=dispensing.number_of_repeats_allowed))
    times = 1 + (int(repeats.value) if isinstance(repeats, Number) and 0 < repeats.value < _MOST_DAYS else 0)
    if days is not None and start is not None and days * times <= _MOST_DAYS:
        yield read_date((start.day + timedelta(days=days * times)).isoformat())


def _days_of(duration: Quantity | None) -> int | None:
    number = read_quantity(duration) if duration is not None else None
    if not isinstance(number, Number) or number.comparator or not 0 < number.value <= _MOST_DAYS:
        return None
    unit = _DAYS.get((number.code or number.unit or "").strip().lower())
    return None if unit is None else int(number.value * unit)
