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
    Measurement,
    Medication,
    OpenOrder,
    PregnancyStatus,
    Procedure,
)
from clinical.chart.gathering import Located, Shelf, gather, types_in
from clinical.chart.illegible import says_what_was_measured, why_illegible
from clinical.chart.medications import read_medication
from clinical.chart.naming import identify
from clinical.chart.observations import analyte_named, read_observation
from clinical.chart.open_orders import read_open_order
from clinical.chart.problems import read_allergy, read_condition, read_pregnancy, read_procedure, read_reasons
from clinical.chart.subjects import Owner, find_owner
from clinical.chart.versions import refuse_other_versions
from clinical.chart.wire import Resource

_Fact = TypeVar("_Fact", Condition, Medication, Allergy, Procedure, PregnancyStatus, OpenOrder)
_MEDICATIONS = frozenset({"MedicationRequest", "MedicationStatement", "MedicationAdministration"})
_REFERENCED = frozenset({"Medication", "Specimen"})


class _Found(msgspec.Struct):
    measurements: list[Measurement] = []
    notes: list[DataQuality] = []
    conditions: list[Condition] = []
    medications: list[Medication] = []
    allergies: list[Allergy] = []
    procedures: list[Procedure] = []
    pregnancy: list[PregnancyStatus] = []
    open_orders: list[OpenOrder] = []
    strangers: list[str] = []
    partly_read: set[str] = set()
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
    located = gather(resources)
    refuse_other_versions(located)
    owner = find_owner(located, patient_id, refuse_other_patients)
    found = _Found()
    shelf = Shelf(located, _REFERENCED)
    for item in located:
        _read(item, owner, shelf, local_codes or {}, found)
    return _chart(owner, found, frozenset(types_in(located)) if answered is None else answered)


def _read(item: Located, owner: Owner, shelf: Shelf, local_codes: Mapping[str, str], found: _Found) -> None:
    kind = item.resource.resource_type
    if kind == "Observation":
        _read_observation(item, owner, shelf, local_codes, found)
    elif kind in _READERS:
        if not owner.owns(item):
            found.strangers.append(item.reference)
        elif reason := why_illegible(item, shelf) if kind in _LISTS else None:
            found.notes.append(DataQuality("DQ.ILLEGIBLE", reason, None, item.reference))
            found.partly_read.add(_LISTS[kind])
        else:
            _READERS[kind](item, shelf, found)
    elif kind == "Patient" and item.reference != owner.patient.reference:
        found.strangers.append(item.reference)


def _read_observation(item: Located, owner: Owner, shelf: Shelf, local: Mapping[str, str], found: _Found) -> None:
    if not owner.owns(item):
        _set_aside(item, local, found)
    elif not item.resource.component and identify(item.resource.code, local) is None:
        # Four of five results are about something else: they are let go before anything of them is built.
        if pregnancy := read_pregnancy(item):
            found.pregnancy.append(pregnancy)
            if pregnancy.pregnant is None and pregnancy.due is None:
                reason = "it does not tell whether there is a pregnancy"
                found.notes.append(DataQuality("DQ.ILLEGIBLE", reason, None, item.reference))
        elif not says_what_was_measured(item.resource):
            reason = "it does not tell what was measured"
            found.notes.append(DataQuality("DQ.ILLEGIBLE", reason, None, item.reference))
        else:
            found.other_tests += 1
    else:
        reading = read_observation(item, local, shelf)
        found.measurements += reading.measurements
        found.notes += reading.notes


def _set_aside(item: Located, local: Mapping[str, str], found: _Found) -> None:
    found.strangers.append(item.reference)
    if name := analyte_named(item.resource, local):
        reason = "it belongs to another patient and was set aside"
        found.notes.append(DataQuality("DQ.ID", reason, name, item.reference))


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
        if procedure.groups and procedure.performed is None:
            reason = "it does not tell when it was done"
            found.notes.append(DataQuality("DQ.DATE_MISSING", reason, None, item.reference, blocks=False))


def _read_encounter(item: Located, _: Shelf, found: _Found) -> None:
    found.conditions.extend(read_reasons(item))


def _read_service_request(item: Located, _: Shelf, found: _Found) -> None:
    if order := read_open_order(item):
        found.open_orders.append(order)


_READERS = {
    "Condition": _read_condition,
    "AllergyIntolerance": _read_allergy,
    "Procedure": _read_procedure,
    "Encounter": _read_encounter,
    "ServiceRequest": _read_service_request,
    **dict.fromkeys(_MEDICATIONS, _read_medication),
}


# The list of which an entry is one; reasons of an encounter are no list, and no order means that nothing is ordered.
_LISTS = {
    **{kind: kind for kind in _READERS if kind not in ("Encounter", "ServiceRequest") and kind not in _MEDICATIONS},
    **dict.fromkeys(_MEDICATIONS, "MedicationRequest"),
}


def _chart(owner: Owner, found: _Found, answered: frozenset[str]) -> Chart:
    if answered & _MEDICATIONS:
        answered |= {"MedicationRequest"}
    return Chart(
        patient=owner.patient,
        measurements=tuple(found.measurements),
        conditions=_sorted(found.conditions),
        medications=_sorted(found.medications),
        allergies=_sorted(found.allergies),
        procedures=_sorted(found.procedures),
        pregnancy=_sorted(found.pregnancy),
        open_orders=_sorted(found.open_orders),
        data_quality=tuple(found.notes),
        other_patients=tuple(sorted(set(found.strangers))),
        answered=answered - found.partly_read,
        partly_read=frozenset(found.partly_read),
        not_read=found.other_tests,
    )


def _sorted(facts: Sequence[_Fact]) -> tuple[_Fact, ...]:
    """In an order that does not depend on how they came in."""
    return tuple(sorted(facts, key=lambda fact: (fact.source, repr(fact))))
