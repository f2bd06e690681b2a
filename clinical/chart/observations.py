"""One Observation in; its measurements, and the reasons for what could not be used, out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from clinical.chart.facts import DataQuality, Measurement
from clinical.chart.gathering import Located, Shelf
from clinical.chart.naming import Name
from clinical.chart.results import Result
from clinical.chart.values import Value, values_of, whole_value
from clinical.chart.wire import Resource
from terminology import CodeUse, analyte, keeps_promise, unit_of

_EMPTY = frozenset({"DQ.ABSENT", "DQ.RANGE_ONLY"})


class Reading(msgspec.Struct):
    """What came of one Observation: what can be shown with the code it was read by, and what is to be said."""

    measured: list[tuple[CodeUse, Measurement]] = []
    notes: list[DataQuality] = []

    @property
    def measurements(self) -> list[Measurement]:
        return [measurement for _, measurement in self.measured]


def read_observation(item: Located, name: Name, local_codes: Mapping[str, str], shelf: Shelf) -> Reading:
    """All that one Observation with this name says of our analytes; empty where it is about something else."""
    reading = Reading()
    if not item.resource.component:
        _read_value(whole_value(item.resource, name), item, shelf, reading)
    else:
        for value in values_of(item.resource, local_codes):
            _read_value(value, item, shelf, reading)
        _refuse_second_value(reading, item)
        _drop_headings(reading)
    for use, measurement in reading.measured:
        if note := list(_remarks(use, measurement, item)):
            reading.notes += note
    return reading


def _read_value(value: Value, item: Located, shelf: Shelf, reading: Reading) -> None:
    use = value.name.use
    if use is None:
        return
    if isinstance(use, str):
        reading.notes.append(_unknown_code(use, item))
        return
    result = Result(item, value, use, shelf).read()
    if isinstance(result, DataQuality):
        reading.notes.append(result)
    else:
        reading.measured.append((use, result))


def analyte_named(resource: Resource, local_codes: Mapping[str, str]) -> str | None:
    """The analyte that an Observation's codes or words name, if any; nothing of its value is looked at."""
    names = (value.name.analyte for value in values_of(resource, local_codes))
    return next((name for name in names if name is not None), None)


def _unknown_code(name: str, item: Located) -> DataQuality:
    reason = f"named like {analyte(name).name}, but its code is not read as that; the registry's local_codes can map it"
    return DataQuality("DQ.LOCAL_VALIDATION", reason, name, item.reference)


def _refuse_second_value(reading: Reading, item: Located) -> None:
    """Two readings of one analyte in one Observation (a value and a component, say): neither is trusted."""
    # eGFR is exempt: a report may give it twice, split by race or formula; the lower one is taken later.
    names = [(each.analyte, each.part) for each in reading.measurements if each.analyte != "egfr"]
    for name in sorted({name for name in names if names.count(name) > 1}, key=str):
        reading.measured = [pair for pair in reading.measured if (pair[1].analyte, pair[1].part) != name]
        reason = "one Observation holds two results of it; neither is used"
        reading.notes.append(DataQuality("DQ.TWO_VALUES", reason, name[0], item.reference))


def _drop_headings(reading: Reading) -> None:
    """A whole without a number whose components carry the result is a heading: nothing was lost with it."""
    measured = {measurement.analyte for measurement in reading.measurements}
    reading.notes = [note for note in reading.notes if note.id not in _EMPTY or note.analyte not in measured]


def _remarks(use: CodeUse, measurement: Measurement, item: Located) -> Iterator[DataQuality]:
    """What is used with reserve, and what is shown only."""
    resource, name = item.resource, measurement.analyte
    if measurement.preliminary:
        yield DataQuality("DQ.PRELIM", "preliminary: shown, and not used before it is final", name, item.reference)
    if not (resource.effective_date_time or resource.effective_instant or resource.effective_period):
        reason = "no time of collection was sent; the time of issue stands for it"
        yield DataQuality("DQ.DATE_MISSING", reason, name, item.reference, blocks=False)
    if _mismatch(use, measurement):
        reason = f"the code says {use.property}, the unit is {measurement.reported_unit}: read by its unit"
        yield DataQuality("DQ.LOINC_UNIT_MISMATCH", reason, name, item.reference, blocks=False)
    if measurement.unusual:
        reason = f"{measurement.reported} is unusual: check the unit"
        yield DataQuality("DQ.IMPLAUSIBLE", reason, name, item.reference, blocks=False)
    if measurement.number_was_text:
        yield DataQuality(
            "DQ.STRING", "the number was sent as text; it is plain enough to be read", name, item.reference, False
        )


def _mismatch(use: CodeUse, measurement: Measurement) -> bool:
    unit = unit_of(measurement.analyte, measurement.reported_unit)
    return unit is not None and not keeps_promise(use.property, unit)
