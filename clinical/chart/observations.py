"""One Observation in; its measurements, and the reasons for what could not be used, out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

import msgspec

from clinical.chart.facts import DataQuality, Measurement
from clinical.chart.gathering import Located
from clinical.chart.naming import Name
from clinical.chart.results import Result
from clinical.chart.specimens import Rack
from clinical.chart.values import Value, values_of, whole_value
from clinical.chart.wire import Resource
from terminology import CodeUse, Property, analyte, keeps_promise, unit_of, written

_EMPTY = frozenset({"DQ.ABSENT", "DQ.RANGE_ONLY"})


class Reading(msgspec.Struct):
    """What came of Observations: what can be shown, and what is to be said."""

    measurements: list[Measurement] = []
    notes: list[DataQuality] = []

    def keep(self, measurement: Measurement, value: Value, item: Located) -> None:
        self.measurements.append(measurement)
        if _is_remarkable(measurement, value, item.resource):
            self.notes.extend(_remarks(measurement, value, item))


def read_observation(item: Located, name: Name, local_codes: Mapping[str, str], rack: Rack, reading: Reading) -> None:
    """Adds to ``reading`` all that one Observation, which has this name, says of our analytes."""
    if item.resource.component:
        _read_parts(item, local_codes, rack, reading)
        return
    value = whole_value(item.resource, name)
    result = _read_value(value, item, rack)
    if isinstance(result, Measurement):
        reading.keep(result, value, item)
    elif result is not None:
        reading.notes.append(result)


def _read_parts(item: Located, local_codes: Mapping[str, str], rack: Rack, reading: Reading) -> None:
    """Components, and the whole beside them."""
    results = [(value, _read_value(value, item, rack)) for value in values_of(item.resource, local_codes)]
    measured = [(value, result) for value, result in results if isinstance(result, Measurement)]
    twice = _told_twice([measurement for _, measurement in measured])
    kept = [(value, one) for value, one in measured if (one.analyte, one.part) not in twice]
    # A whole without a number whose components carry the result is a heading: nothing was lost with it.
    headed = {one.analyte for _, one in kept}
    refused = [result for _, result in results if isinstance(result, DataQuality)]
    reading.notes += [note for note in refused if note.id not in _EMPTY or note.analyte not in headed]
    reason = "one Observation holds two results of it; neither is used"
    reading.notes += [DataQuality("DQ.TWO_VALUES", reason, name, item.reference) for name, _ in twice]
    for value, measurement in kept:
        reading.keep(measurement, value, item)


def _told_twice(measurements: Iterable[Measurement]) -> list[tuple[str, str | None]]:
    """Two readings of one analyte in one Observation (a value and a component, say): neither is trusted."""
    # eGFR is exempt: a report may give it twice, split by race or formula; the lower one is taken later.
    names = [(each.analyte, each.part) for each in measurements if each.analyte != "egfr"]
    return sorted({name for name in names if names.count(name) > 1}, key=str)


def _read_value(value: Value, item: Located, rack: Rack) -> Measurement | DataQuality | None:
    """``None`` where it is about something else."""
    use = value.name.use
    if use is None:
        return None
    return _unknown_code(use, item) if isinstance(use, str) else Result(item, value, use, rack).read()


def analyte_named(resource: Resource, local_codes: Mapping[str, str]) -> str | None:
    """The analyte that an Observation's codes or words name, if any; nothing of its value is looked at."""
    names = (value.name.analyte for value in values_of(resource, local_codes))
    return next((name for name in names if name is not None), None)


def _unknown_code(name: str, item: Located) -> DataQuality:
    reason = f"named like {analyte(name).name}, but its code is not read as that; the registry's local_codes can map it"
    return DataQuality("DQ.LOCAL_VALIDATION", reason, name, item.reference)


def _is_remarkable(measurement: Measurement, value: Value, resource: Resource) -> bool:
    """Most results need no remark."""
    if measurement.preliminary or measurement.unusual or measurement.number_was_text:
        return True
    return not resource.effective_date_time or _mismatch(value, measurement)


def _remarks(measurement: Measurement, value: Value, item: Located) -> Iterator[DataQuality]:
    """What is used with reserve, and what is shown only."""
    resource, name = item.resource, measurement.analyte
    if measurement.preliminary:
        yield DataQuality("DQ.PRELIM", "preliminary: shown, and not used before it is final", name, item.reference)
    if not (resource.effective_date_time or resource.effective_instant or resource.effective_period):
        reason = "no time of collection was sent; the time of issue stands for it"
        yield DataQuality("DQ.DATE_MISSING", reason, name, item.reference, blocks=False)
    if _mismatch(value, measurement):
        reason = f"the code says {_promised(value)}, the unit is {written(measurement.reported_unit)}: read by its unit"
        yield DataQuality("DQ.LOINC_UNIT_MISMATCH", reason, name, item.reference, blocks=False)
    if measurement.unusual:
        reason = f"{written(measurement.reported)} is unusual: check the unit"
        yield DataQuality("DQ.IMPLAUSIBLE", reason, name, item.reference, blocks=False)
    if measurement.number_was_text:
        yield DataQuality(
            "DQ.STRING", "the number was sent as text; it is plain enough to be read", name, item.reference, False
        )


def _mismatch(value: Value, measurement: Measurement) -> bool:
    return _breaks_promise(_promised(value), measurement.analyte, measurement.reported_unit)


@lru_cache(maxsize=1024)
def _breaks_promise(promised: Property | None, name: str, reported_unit: str) -> bool:
    unit = unit_of(name, reported_unit)
    return unit is not None and not keeps_promise(promised, unit)


def _promised(value: Value) -> Property | None:
    return value.name.use.property if isinstance(value.name.use, CodeUse) else None
