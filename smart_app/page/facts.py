"""What stands behind a reference: the result as reported, or the entry of a list, with its date."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from clinical import Chart, FhirDate
from smart_app.page.reading import Reading
from terminology import analyte, written


@dataclass(frozen=True)
class FactShown:
    """``what`` as the EHR says it, ``reported`` with its unit where it is a result, ``source`` the FHIR reference."""

    what: str
    reported: str | None
    date: str | None
    laboratory: str | None
    source: str


class Facts:
    """The facts of one chart by their references."""

    def __init__(self, chart: Chart, reading: Reading) -> None:
        self._reading = reading
        self._listed = dict(_listed(chart))

    def of(self, references: Iterable[str]) -> tuple[FactShown, ...]:
        """Each once: a calculated result stands behind several references."""
        return tuple(dict.fromkeys(fact for reference in references for fact in self._told(reference)))

    def _told(self, reference: str) -> Iterator[FactShown]:
        results = self._reading.behind([reference])
        for seen in results:
            it = seen.measurement
            how = ", calculated" if it.derived_from else ""
            sources = ", ".join(it.facts)
            yield FactShown(
                analyte(it.analyte).name + how, written(it.reported), _day(it.effective), it.laboratory, sources
            )
        if not results:
            yield self._listed.get(reference) or FactShown("", None, None, None, reference)


def _listed(chart: Chart) -> Iterator[tuple[str, FactShown]]:
    for condition in chart.conditions:
        yield _entry(condition.source, f"Problem: {condition.text}", condition.recorded)
    for medication in chart.medications:
        yield _entry(medication.source, f"Medication: {medication.text}", medication.started)
    for allergy in chart.allergies:
        yield _entry(allergy.source, f"{(allergy.kind or 'allergy').capitalize()}: {allergy.text}", None)
    for procedure in chart.procedures:
        yield _entry(procedure.source, f"Procedure: {procedure.text}", procedure.performed)
    for status in chart.pregnancy:
        yield _entry(status.source, "Pregnancy status", status.effective)


def _entry(reference: str, what: str, day: FhirDate | None) -> tuple[str, FactShown]:
    return reference, FactShown(what, None, _day(day), None, reference)


def _day(day: FhirDate | None) -> str | None:
    return day.iso_day if day else None
