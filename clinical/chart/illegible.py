"""Entries of the chart's lists that cannot be read: no code and no words, a code that nobody can resolve and no words,
or no status that means anything.

Whoever wrote such an entry meant something by it. What it was might contraindicate a supplement, so that the list it
stands in no longer answers "none": an unreadable problem is not the absence of a problem.
"""

from __future__ import annotations

import re

from clinical.chart.decoding import lost_in
from clinical.chart.gathering import Located, Shelf
from clinical.chart.wire import CodeableConcept, Resource
from terminology import ATC, canonical, is_known

# FHIR R4 event-status and request-status value sets, with those of MedicationStatement and MedicationAdministration.
_STATUSES = frozenset(
    {"active", "on-hold", "cancelled", "completed", "entered-in-error", "stopped", "draft", "unknown", "intended"}
    | {"not-taken", "not-done", "in-progress", "preparation", "suspended", "revoked", "ended"}
)
_LISTED = {
    "Condition": "which condition it is about",
    "AllergyIntolerance": "what the patient reacts to",
    "Procedure": "which procedure it was",
    "MedicationRequest": "which drug it is about",
    "MedicationStatement": "which drug it is about",
    "MedicationAdministration": "which drug it is about",
}
# What decides whether an entry counts; an element that the decoder had to leave out is none of them told.
_DECISIVE = frozenset(
    {"code", "status", "clinicalStatus", "verificationStatus", "medicationCodeableConcept", "medicationReference"}
    | {"doNotPerform", "performedDateTime", "performedPeriod", "effectivePeriod", "abatementDateTime"}
)
_WHOLE_ATC_CODE = 7
_WITH_STATUS = frozenset(_LISTED) - {"Condition", "AllergyIntolerance"}


def why_illegible(item: Located, shelf: Shelf) -> str | None:
    """What an entry of a list does not tell, as a sentence's end; None where it can be read."""
    resource = item.resource
    if lost := next((root for root in map(_root, resource.lost) if root in _DECISIVE), None):
        return f"its {lost} could not be read"
    if lost_in(resource.code_json, CodeableConcept):
        return "its code could not be read"
    if resource.resource_type in _WITH_STATUS and resource.status not in _STATUSES:
        return "it does not tell its status"
    is_drug = resource.resource_type.startswith("Medication")
    told = _tells_a_drug(resource, shelf) if is_drug else tells(resource.code)
    return None if told else f"it does not tell {_LISTED[resource.resource_type]}"


def _root(path: str) -> str:
    return re.split(r"[.\[]", path, maxsplit=1)[0]


def _tells_a_drug(resource: Resource, shelf: Shelf) -> bool:
    reference = resource.medication_reference
    if tells(resource.medication_codeable_concept) or (reference is not None and bool(reference.display)):
        return True
    medication = shelf.find(reference, resource)
    return medication is not None and (tells(medication.code) or bool(medication.ingredient))


def tells(concept: CodeableConcept | None) -> bool:
    """Whether a concept has a code or words at all, ours or not."""
    return concept is not None and bool(concept.text or any(coding.code or coding.display for coding in concept.coding))


def tells_by_code(concept: CodeableConcept | None) -> bool:
    """Whether a code that stands without words, and in none of our value sets, still says that it means none of them:
    one of a system that we know does, "17" of somebody's own does not."""
    return concept is not None and any(coding.code and is_known(coding.system) for coding in concept.coding)


def tells_drug_by_code(concept: CodeableConcept | None) -> bool:
    """The same of a drug: an ATC code tells the class of every drug. Of RxNorm we know ingredients and few products, so
    that a number which is not among them is not harmless for that."""
    return concept is not None and any(
        coding.code and canonical(coding.system or "") == ATC and len(coding.code.strip()) == _WHOLE_ATC_CODE
        for coding in concept.coding
    )
