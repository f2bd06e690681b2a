"""FHIR resources in, a ``Chart`` out. One bad resource never costs another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from typing import TypeVar

import msgspec

from clinical.chart.facts import (
    Allergy,
    Chart,
    Condition,
    DataQuality,
    Medication,
    OpenOrder,
    PregnancyStatus,
    Procedure,
)
from clinical.chart.gathering import Gathered, Located, Shelf, gather
from clinical.chart.illegible import tells_by_code, tells_drug_by_code, why_illegible
from clinical.chart.medications import drug_of, read_medication
from clinical.chart.naming import Name, name_in
from clinical.chart.observations import Reading, analyte_named, read_observation
from clinical.chart.open_orders import read_open_order
from clinical.chart.problems import read_allergy, read_condition, read_pregnancy, read_procedure, read_reasons
from clinical.chart.specimens import Rack
from clinical.chart.subjects import Owner, find_owner
from clinical.chart.versions import refuse_other_versions
from clinical.chart.wire import Resource

_Fact = TypeVar("_Fact", Condition, Medication, Allergy, Procedure, PregnancyStatus, OpenOrder)
_source = attrgetter("source")
_MEDICATIONS = frozenset({"MedicationRequest", "MedicationStatement", "MedicationAdministration"})
_REFERENCED = ("Medication", "Specimen")


class _Found(msgspec.Struct):
    results: Reading
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
    there is "none on file" an answer. Without it, the types that are in the input count as answered, unless a Bundle of
    them tells of a next page or of an error. ``local_codes`` maps ``system|code`` of a laboratory to an analyte id.
    Raises ``WrongFhirVersion`` and, where ``refuse_other_patients``, ``TwoPatients``; otherwise other patients'
    resources are set aside and named in ``Chart.other_patients``.
    """
    gathered = gather(resources)
    refuse_other_versions(gathered)
    owner = find_owner(gathered, patient_id, refuse_other_patients)
    strangers = [item.reference for item in gathered.of("Patient") if not owner.is_at(item.reference)]
    found = _Found(Reading(), strangers=strangers)
    shelf = Shelf(gathered.of(*_REFERENCED))
    _read_observations(gathered.of("Observation"), owner, Rack(shelf), local_codes or {}, found)
    _read_lists(gathered, owner, shelf, found)
    return _chart(owner, found, gathered.whole_types if answered is None else answered)


def _read_observations(
    items: Iterable[Located], owner: Owner, rack: Rack, local: Mapping[str, str], found: _Found
) -> None:
    for item in items:
        resource = item.resource
        if not owner.owns(item):
            _set_aside(item, local, found)
            continue
        name = name_in(resource.code_json, local)
        if name.use is not None or resource.component:
            read_observation(item, name, local, rack, found.results)
        elif name.of_pregnancy or not name.is_told:
            _read_another(item, name, found)
        else:
            # Four of five results are about something else: they are let go before anything of them is built.
            found.other_tests += 1


def _read_another(item: Located, name: Name, found: _Found) -> None:
    """A status of pregnancy, or an Observation of nobody knows what."""
    pregnancy = read_pregnancy(item) if name.of_pregnancy else None
    if pregnancy is not None:
        found.pregnancy.append(pregnancy)
        if pregnancy.pregnant is None and pregnancy.due is None:
            _note_illegible("it does not tell whether there is a pregnancy", item, found)
    elif not name.is_told:
        _note_illegible("it does not tell what was measured", item, found)
    else:
        found.other_tests += 1


def _read_lists(gathered: Gathered, owner: Owner, shelf: Shelf, found: _Found) -> None:
    for kind, read in _READERS.items():
        for item in gathered.of(kind):
            if not owner.owns(item):
                found.strangers.append(item.reference)
            elif reason := why_illegible(item, shelf) if kind in _LISTS else None:
                _note_illegible(reason, item, found)
                found.partly_read.add(_LISTS[kind])
            else:
                read(item, shelf, found)


def _note_illegible(reason: str, item: Located, found: _Found) -> None:
    found.results.notes.append(DataQuality("DQ.ILLEGIBLE", reason, None, item.reference))


def _set_aside(item: Located, local: Mapping[str, str], found: _Found) -> None:
    found.strangers.append(item.reference)
    if name := analyte_named(item.resource, local):
        reason = "it belongs to another patient and was set aside"
        found.results.notes.append(DataQuality("DQ.ID", reason, name, item.reference))


def _read_condition(item: Located, _: Shelf, found: _Found) -> None:
    if condition := read_condition(item):
        found.conditions.append(condition)
        understood = condition.text or condition.groups or tells_by_code(item.resource.code)
        if not understood and condition.state != "refuted":
            _note_unknown_code("the condition", item, found)


def _note_unknown_code(what: str, item: Located, found: _Found) -> None:
    _note_illegible(f"its code is not known here and stands without words: {what} is not known", item, found)
    found.partly_read.add(_LISTS[item.resource.resource_type])


def _read_medication(item: Located, shelf: Shelf, found: _Found) -> None:
    drug = drug_of(item.resource, shelf)
    if medication := read_medication(item, shelf, drug):
        found.medications.append(medication)
        if not (medication.text or medication.groups or any(map(tells_drug_by_code, drug.concepts))):
            _note_unknown_code("the drug", item, found)
        found.conditions.extend(read_reasons(item))


def _read_allergy(item: Located, _: Shelf, found: _Found) -> None:
    if allergy := read_allergy(item):
        found.allergies.append(allergy)
        if not (allergy.text or allergy.groups or tells_by_code(item.resource.code)):
            _note_unknown_code("the substance", item, found)


def _read_procedure(item: Located, _: Shelf, found: _Found) -> None:
    if procedure := read_procedure(item):
        found.procedures.append(procedure)
        if procedure.groups and procedure.performed is None:
            reason = "it does not tell when it was done"
            found.results.notes.append(DataQuality("DQ.DATE_MISSING", reason, None, item.reference, blocks=False))


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
        measurements=tuple(found.results.measurements),
        conditions=_sorted(found.conditions),
        medications=_sorted(found.medications),
        allergies=_sorted(found.allergies),
        procedures=_sorted(found.procedures),
        pregnancy=_sorted(found.pregnancy),
        open_orders=_sorted(found.open_orders),
        data_quality=tuple(found.results.notes),
        other_patients=tuple(sorted(set(found.strangers))),
        answered=answered - found.partly_read,
        partly_read=frozenset(found.partly_read),
        not_read=found.other_tests,
    )


def _sorted(facts: Sequence[_Fact]) -> tuple[_Fact, ...]:
    """In an order that does not depend on how they came in."""
    if len({fact.source for fact in facts}) == len(facts):
        return tuple(sorted(facts, key=_source))
    return tuple(sorted(facts, key=lambda fact: (fact.source, repr(fact))))
