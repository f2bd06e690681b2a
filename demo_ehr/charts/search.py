"""FHIR R4 search over resources in memory: the parameters that a SMART app or a CDS service would use.

What is listed here is what the CapabilityStatement promises. Unknown parameters are ignored, as FHIR's lenient handling
allows; unknown modifiers, sort orders and dates are refused, because they would change the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeAlias

from demo_ehr.charts.dates import has_date, span_of
from demo_ehr.charts.tokens import has_token, refers_to

Resource: TypeAlias = dict[str, Any]
Parameters: TypeAlias = tuple[tuple[str, str], ...]
Matcher: TypeAlias = Callable[[Any, str], bool]

INCLUDE_MEDICATION = "MedicationRequest:medication"
_ABOUT = {"patient": ("token", "subject"), "subject": ("token", "subject"), "_id": ("token", "id")}
_CODED = {"code": ("token", "code"), "category": ("token", "category"), "status": ("token", "status")}
_STATES = {
    "clinical-status": ("token", "clinicalStatus"),
    "verification-status": ("token", "verificationStatus"),
}
# By type and parameter: its kind in the CapabilityStatement, and the member that it looks at.
SEARCHABLE: dict[str, dict[str, tuple[str, str]]] = {
    "Patient": {"_id": ("token", "id"), "identifier": ("token", "identifier"), "birthdate": ("date", "birthDate")},
    "Observation": {**_ABOUT, **_CODED, "date": ("date", "effective")},
    "Condition": {**_ABOUT, **_CODED, **_STATES, "recorded-date": ("date", "recordedDate")},
    "MedicationRequest": {
        **_ABOUT,
        **_CODED,
        "code": ("token", "medicationCodeableConcept"),
        "intent": ("token", "intent"),
        "authoredon": ("date", "authoredOn"),
    },
    "AllergyIntolerance": {**_ABOUT, **_CODED, **_STATES, "date": ("date", "recordedDate")},
    "Procedure": {**_ABOUT, **_CODED, "date": ("date", "performed")},
    "ServiceRequest": {**_ABOUT, **_CODED, "intent": ("token", "intent"), "authored": ("date", "authoredOn")},
    "Task": {**_ABOUT, "status": ("token", "status")},
    "Medication": {"_id": ("token", "id"), "code": ("token", "code")},
}
_REFERENCES = ("patient", "subject")
# Members with a choice of types, and members that are named otherwise in some resources.
_SPELLINGS = {
    "effective": ("effectiveDateTime", "effectivePeriod", "effectiveInstant"),
    "performed": ("performedDateTime", "performedPeriod"),
    "subject": ("subject", "patient", "for"),
}


class CannotSearch(Exception):
    """A search value that cannot be understood; ``code`` is the issue type of the OperationOutcome."""

    def __init__(self, text: str, code: str = "value") -> None:
        super().__init__(text)
        self.code = code


class SearchResult(NamedTuple):
    """All matches in order, and what ``_include`` adds to them."""

    matches: list[Resource]
    included: list[Resource]


def search_among(resources: Iterable[Resource], resource_type: str, parameters: Parameters) -> SearchResult:
    """Raises ``CannotSearch``. ``_count`` is the business of who pages."""
    resources = list(resources)
    matches = [it for it in resources if it["resourceType"] == resource_type and _matches(it, parameters)]
    return SearchResult(_sorted(matches, resource_type, parameters), included_by(matches, resources, parameters))


def included_by(matches: list[Resource], resources: Iterable[Resource], parameters: Parameters) -> list[Resource]:
    """The Medications to which the matches refer, where ``_include`` asks for them."""
    if ("_include", INCLUDE_MEDICATION) not in parameters:
        return []
    asked = [it["medicationReference"] for it in matches if "medicationReference" in it]
    medications = (it for it in resources if it["resourceType"] == "Medication")
    return [it for it in medications if any(refers_to(reference, it["id"]) for reference in asked)]


def _matches(resource: Resource, parameters: Parameters) -> bool:
    return all(_has(resource, name, value) for name, value in parameters)


def _has(resource: Resource, name: str, value: str) -> bool:
    name, colon, modifier = name.partition(":")
    searchable = SEARCHABLE.get(resource["resourceType"], {})
    if name not in searchable:
        return True
    if colon and not (name in _REFERENCES and modifier == "Patient"):
        raise CannotSearch(f"the modifier :{modifier} of {name} is not supported", "not-supported")
    kind, member = searchable[name]
    return any(_matcher(name, kind)(held, value) for held in held_under(resource, member))


def held_under(resource: Resource, member: str) -> list[Any]:
    return [resource[name] for name in _SPELLINGS.get(member, (member,)) if name in resource]


def _matcher(name: str, kind: str) -> Matcher:
    if name in _REFERENCES:
        return refers_to
    return _has_date if kind == "date" else has_token


def _has_date(held: Any, value: str) -> bool:
    try:
        return has_date(held, value)
    except ValueError as error:
        raise CannotSearch(str(error)) from None


def _sorted(matches: list[Resource], resource_type: str, parameters: Parameters) -> list[Resource]:
    """By one date parameter or ``_id``; what has no date comes last either way."""
    order = next((value for name, value in parameters if name == "_sort" and value), "")
    name, backwards = order.removeprefix("-"), order.startswith("-")
    if name in ("", "_id"):
        return sorted(matches, key=lambda it: str(it["id"]), reverse=backwards) if name else matches
    kind, member = SEARCHABLE.get(resource_type, {}).get(name, ("", ""))
    if kind != "date":
        raise CannotSearch(f"cannot sort {resource_type} by {name}", "not-supported")
    dated = [(when, it) for it in matches if (when := _when(it, member))]
    ordered = [it for _, it in sorted(dated, key=lambda pair: pair[0], reverse=backwards)]
    return [*ordered, *(it for it in matches if not _when(it, member))]


def _when(resource: Resource, member: str) -> datetime | None:
    spans = [span for held in held_under(resource, member) if (span := span_of(held))]
    return spans[0].low.astimezone(UTC) if spans else None
