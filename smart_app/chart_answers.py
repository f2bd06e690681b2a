"""What came of each question of a chart: answered, in part, or not, and why. Silence is never taken for "nothing".

Source: FHIR R4 sections Search (an OperationOutcome among the results tells of problems) and Paging.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

from clinical import Need, Resource
from ehr_reader import (
    Answer,
    AskDifferently,
    AskForAccess,
    CheckConnection,
    OutOfTime,
    ReadFailed,
    RenewToken,
    TryAgainLater,
)

_PATIENT = re.compile(r"(?:^|/)Patient/([^/?#]+)")

State = Literal[
    "answered", "partial", "foreign", "unreadable", "refused", "late", "unanswered", "denied", "not-granted"
]
# How a gap is told, in the order of the page.
SENTENCES: dict[State, str] = {
    "unanswered": "The EHR could not be reached for",
    "late": "The EHR did not answer in time for",
    "refused": "The EHR reported an error instead of",
    "unreadable": "What the EHR sent could not be read as",
    "foreign": "Only another patient's data came, and none was used, for",
    "partial": "The EHR sent only a part of",
    "denied": "The EHR refused to give",
    "not-granted": "The EHR did not grant access to",
}
READABLE = frozenset({"answered", "partial"})
# What we answer where no laboratory result could be had, the likeliest cause first.
_STATUS: dict[State, int] = {"late": 504, "unanswered": 503, "unreadable": 502, "refused": 502, "foreign": 502}


class Told(NamedTuple):
    """One need and what became of it."""

    need: Need
    state: State


def state_of(answer: Answer[Resource], resource_type: str, patient_id: str) -> State:
    """What one answer is worth."""
    if not answer.pages:
        return _state_of_failure(answer.failure)
    states = [_state_of_page(page, resource_type, patient_id) for page in answer.pages]
    if states[0] not in READABLE:
        return states[0]
    whole = answer.failure is None and set(states) == {"answered"} and not _has_next(answer.pages[-1])
    return "answered" if whole else "partial"


def gap_sentences(told: Iterable[Told]) -> tuple[str, ...]:
    """One sentence per kind of gap, naming what is missing."""
    listed = list(told)
    names = {state: [one.need.label for one in listed if one.state == state] for state in SENTENCES}
    return tuple(f"{SENTENCES[state]}: {', '.join(missing)}." for state, missing in names.items() if missing)


def answered_types(told: Sequence[Told]) -> frozenset[str]:
    """The resource types of which an absent entry means that there is none: every need of them is answered."""
    return frozenset(
        {one.need.resource_type for one in told}
        - {one.need.resource_type for one in told if one.state != "answered"}
    )  # fmt: skip


def status_without_results(told: Iterable[Told]) -> int | None:
    """403, 502, 503 or 504 where no laboratory result could be read; None where one could."""
    states = {one.state for one in told if one.need.laboratory}
    if states & READABLE:
        return None
    return next((status for state, status in _STATUS.items() if state in states), 403)


def resources_of(answers: Mapping[str, Answer[Resource]]) -> tuple[Resource, ...]:
    """Every page that came; the same answer may stand under several keys."""
    pages = {id(page): page for answer in answers.values() for page in answer.pages}
    return tuple(page for page in pages.values() if page.resource_type != "OperationOutcome")


def _state_of_failure(failure: ReadFailed | None) -> State:
    match failure:
        case OutOfTime():
            return "late"
        case TryAgainLater():
            return "unanswered"
        case AskForAccess() | RenewToken():
            return "denied"
        case AskDifferently():
            return "refused"
        case CheckConnection():
            return "unreadable"
    return "unreadable"


def _state_of_page(page: Resource, resource_type: str, patient_id: str) -> State:
    if page.resource_type == "OperationOutcome":
        return "refused"
    if page.resource_type != "Bundle":
        return _state_of_resources([page], resource_type, patient_id)
    resources = [entry.resource for entry in page.entry if entry.resource is not None]
    faults = any(map(_is_error, resources))
    data = [resource for resource in resources if resource.resource_type != "OperationOutcome"]
    if not data:
        # Nothing but a remark of the server: whether there is no data or no access is not said.
        return "refused" if faults else "partial" if resources else "answered"
    state = _state_of_resources(data, resource_type, patient_id)
    return "partial" if state == "answered" and faults else state


def _state_of_resources(resources: Sequence[Resource], resource_type: str, patient_id: str) -> State:
    fitting = [resource for resource in resources if resource.resource_type == resource_type]
    if not fitting:
        return "unreadable"
    return "answered" if any(not of_another(resource, patient_id) for resource in fitting) else "foreign"


def of_another(resource: Resource, patient_id: str) -> bool:
    """Only what plainly names another patient; the chart judges the rest with the Patient at hand."""
    if resource.resource_type == "Patient":
        return resource.id != patient_id
    subject = resource.subject or resource.patient
    named = _PATIENT.search(subject.reference) if subject and subject.reference else None
    return named is not None and named[1] != patient_id


def _is_error(resource: Resource) -> bool:
    """Epic adds warnings such as "may not contain the entire record" to nearly every answer: those are no failure."""
    if resource.resource_type != "OperationOutcome":
        return False
    severities = {issue.severity for issue in resource.issue}
    return not severities or not severities <= {"warning", "information"}


def _has_next(bundle: Resource) -> bool:
    return any(link.relation == "next" for link in bundle.link)
