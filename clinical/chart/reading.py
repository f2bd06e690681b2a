"""FHIR resources in, a ``Chart`` out. One bad resource never costs another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

import msgspec

from clinical.chart.facts import (
    Allergy,
    Chart,
    Condition,
    DataQuality,
    Medication,
    PregnancyStatus,
    Procedure,
)
from clinical.chart.gathering import Gathered, Located, Shelf, gather
from clinical.chart.medications import read_medication
from clinical.chart.naming import name_in
from clinical.chart.observations import Reading, analyte_named, read_observation
from clinical.chart.problems import read_allergy, read_condition, read_pregnancy, read_procedure, read_reasons
from clinical.chart.subjects import Owner, find_owner
from clinical.chart.versions import refuse_other_versions
from clinical.chart.wire import Resource

_Fact = TypeVar("_Fact", Condition, Medication, Allergy, Procedure, PregnancyStatus)
_MEDICATIONS = frozenset({"MedicationRequest", "MedicationStatement", "MedicationAdministration"})
_REFERENCED = ("Medication", "Specimen")


class _Found(msgspec.Struct):
    results: Reading
    conditions: list[Condition] = []
    medications: list[Medication] = []
    allergies: list[Allergy] = []
    procedures: list[Procedure] = []
    pregnancy: list[PregnancyStatus] = []
    strangers: list[str] = []
    other_tests: int = 0


def read_chart(
    resources: Iterable[Resource],
    *,
    patient_id: str | None = None,
    answered: frozenset[str] | None = None,
    local_codes: Mapping[str, str] | None = None,
    refuse_other_patients: bool = True,
) -> Chart:
    """The facts of one patient's chart.

    ``answered`` names the resource types that the sender was asked for and answered in full, be it with nothing: only
    there is "none on file" an answer. Without it, the types that are in the input count as answered. ``local_codes``
    maps ``system|code`` of a laboratory to an analyte id.
    Raises ``WrongFhirVersion`` and, where ``refuse_other_patients``, ``TwoPatients``; otherwise other patients'
    resources are set aside and named in ``Chart.other_patients``.
    """
    gathered = gather(resources)
    refuse_other_versions(gathered)
    owner = find_owner(gathered, patient_id, refuse_other_patients)
    strangers = [item.reference for item in gathered.of("Patient") if not owner.is_at(item.reference)]
    found = _Found(Reading(), strangers=strangers)
    shelf = Shelf(gathered.of(*_REFERENCED))
    _read_observations(gathered.of("Observation"), owner, shelf, local_codes or {}, found)
    _read_lists(gathered, owner, shelf, found)
    return _chart(owner, found, frozenset(gathered.of_type) if answered is None else answered)


def _read_observations(
    items: Iterable[Located], owner: Owner, shelf: Shelf, local: Mapping[str, str], found: _Found
) -> None:
    for item in items:
        resource = item.resource
        if not owner.owns(item):
            _set_aside(item, local, found)
            continue
        name = name_in(resource.code_json, local)
        if name.use is not None or resource.component:
            read_observation(item, name, local, shelf, found.results)
        elif name.of_pregnancy and (pregnancy := read_pregnancy(item)):
            found.pregnancy.append(pregnancy)
        else:
            # Four of five results are about something else: they are let go before anything of them is built.
            found.other_tests += 1


def _read_lists(gathered: Gathered, owner: Owner, shelf: Shelf, found: _Found) -> None:
    for kind, read in _READERS.items():
        for item in gathered.of(kind):
            if owner.owns(item):
                read(item, shelf, found)
            else:
                found.strangers.append(item.reference)


def _set_aside(item: Located, local: Mapping[str, str], found: _Found) -> None:
    found.strangers.append(item.reference)
    if name := analyte_named(item.resource, local):
        reason = "it belongs to another patient and was set aside"
        found.results.notes.append(DataQuality("DQ.ID", reason, name, item.reference))


def _read_condition(item: Located, _: Shelf, found: _Found) -> None:
    if condition := read_condition(item):
        found.conditions.append(condition)


def _read_medication(item: Located, shelf: Shelf, found: _Found) -> None:
    if medication := read_medication(item, shelf):
        found.medications.append(medication)
        found.conditions.extend(read_reasons(item))


def _read_allergy(item: Located, _: Shelf, found: _Found) -> None:
    if allergy := read_allergy(item):
        found.allergies.append(allergy)


def _read_procedure(item: Located, _: Shelf, found: _Found) -> None:
    if procedure := read_procedure(item):
        found.procedures.append(procedure)


def _read_encounter(item: Located, _: Shelf, found: _Found) -> None:
    found.conditions.extend(read_reasons(item))


_READERS = {
    "Condition": _read_condition,
    "AllergyIntolerance": _read_allergy,
    "Procedure": _read_procedure,
    "Encounter": _read_encounter,
    **dict.fromkeys(_MEDICATIONS, _read_medication),
}


def _chart(owner: Owner, found: _Found, answered: frozenset[str]) -> Chart:
    if answered & _MEDICATIONS:
        answered |= {"MedicationRequest"}
    return Chart(
        patient=owner.patient,
        measurements=tuple(found.results.measurements),
        conditions=_sorted(found.conditions),
        medications=_sorted(found.medications),
        allergies=_sorted(found.allergies),
        procedures=_sorted(found.procedures),
        pregnancy=_sorted(found.pregnancy),
        data_quality=tuple(found.results.notes),
        other_patients=tuple(sorted(set(found.strangers))),
        answered=answered,
        not_read=found.other_tests,
    )


def _sorted(facts: Sequence[_Fact]) -> tuple[_Fact, ...]:
    """In an order that does not depend on how they came in."""
    return tuple(sorted(facts, key=lambda fact: (fact.source, repr(fact))))
