"""What of a prefetch is an answer, need by need: with data, with "nothing on file", or with no answer at all.

Source: CDS Hooks 2.0.1 section Prefetch Template; FHIR R4 sections Search and Paging. An absent key was not asked for
or not answered; ``null`` and an empty searchset are the answer "nothing on file"; an OperationOutcome, in place of an
answer or as an entry of one, is an error and never "nothing on file"; where a page is to come, what is missing may
stand there. EHRs may prefetch under keys of their own; what stands there counts as well. The service and the command
line ask here, so that the same call never means two things.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple, get_args

from clinical.chart.wire import Resource
from clinical.knowledge.needs import LABORATORY_KEY, Need
from terminology import LOINC

_PATIENT = re.compile(r"(?:^|/)Patient/([^/?#]+)")

State = Literal[
    "answered", "warned", "partial", "foreign", "unreadable", "refused", "unanswered", "not-granted", "absent"
]
# A need is as well answered as the best of the keys that may hold it.
_FROM_BEST_TO_WORST: tuple[State, ...] = get_args(State)


class Gap(NamedTuple):
    """One need and what became of it: a gap unless the state is ``answered``."""

    need: Need
    state: State

    @property
    def faulty(self) -> bool:
        """Whether something went wrong with results that were asked for, so that silence would be misread as normal."""
        return self.need.laboratory and self.state not in ("absent", "not-granted", "partial", "warned")

    @property
    def may_hide_results(self) -> bool:
        """Whether there may be results on file that did not come, so that nothing may rest on their absence. Epic
        warns in nearly every answer, also where it found nothing: there the search was done."""
        return self.need.laboratory and self.state not in ("answered", "warned")


class Answers(NamedTuple):
    """``needs``: every need with its state. ``other_results``: an Observation stands under a key that is not ours: its
    code may be one that only the registry knows."""

    needs: list[Gap]
    other_results: bool

    @property
    def types(self) -> frozenset[str]:
        """The resource types of which an absent entry means that there is none. A type of which one need is open is
        not answered: the missing entry may be there."""
        answered = {need.resource_type for need, state in self.needs if state == "answered"}
        return frozenset(answered - {need.resource_type for need, state in self.needs if state != "answered"})


def answers_of(
    prefetch: Mapping[str, Any],
    needed: Sequence[Need],
    patient_id: str | None,
    failed: Mapping[str, State] | None = None,
) -> Answers:
    """``failed`` tells by key what became of asking for it afterwards. Without ``patient_id`` nobody is another."""
    keys = own_keys(needed)
    states = {key: _state(prefetch[key], kind, patient_id) for key, kind in keys.items() if key in prefetch}
    states.update(failed or {})
    others = _Others(value for key, value in prefetch.items() if key not in keys and isinstance(value, Resource))
    every = [Gap(need, _state_of(need, states, others, patient_id)) for need in needed]
    return Answers(every, "Observation" in others.by_type)


def own_keys(needed: Sequence[Need]) -> dict[str, str]:
    """The keys that discovery advertises, in either style, with the resource type that is expected there."""
    return {need.key: need.resource_type for need in needed} | {LABORATORY_KEY: "Observation"}


def names_another(resource: Resource, patient_id: str | None) -> bool:
    """Only what plainly names another patient; the chart reader judges the rest with the Patient at hand."""
    if patient_id is None:
        return False
    if resource.resource_type == "Patient":
        return resource.id != patient_id
    subject = resource.subject or resource.patient
    named = _PATIENT.search(subject.reference) if subject and subject.reference else None
    return named is not None and named[1] != patient_id


def is_unfinished(bundle: Resource) -> bool:
    """Whether entries may be missing: another page is to come, or an error stands among them."""
    return has_next(bundle) or any(entry.resource is not None and is_error(entry.resource) for entry in bundle.entry)


def is_error(resource: Resource) -> bool:
    """An OperationOutcome that tells of one.

    Epic adds warnings such as "may not contain the entire record" to nearly every answer: those are no failure.
    """
    if resource.resource_type != "OperationOutcome":
        return False
    severities = {issue.severity for issue in resource.issue}
    return not severities or not severities <= {"warning", "information"}


def has_next(bundle: Resource) -> bool:
    return any(link.relation == "next" for link in bundle.link)


class _Others:
    """What stands under keys that we did not advertise: the resources, by type and by LOINC code, and which of them are
    only the beginning of an answer."""

    def __init__(self, values: Iterable[Resource]) -> None:
        self.by_type: dict[str, list[Resource]] = {}
        self._by_code: dict[str, list[Resource]] = {}
        self._unfinished: set[int] = set()
        for value in values:
            unfinished = is_unfinished(value)
            for resource in [entry.resource for entry in value.entry if entry.resource is not None] or [value]:
                if unfinished:
                    self._unfinished.add(id(resource))
                self.by_type.setdefault(resource.resource_type, []).append(resource)
                for coding in resource.code.coding if resource.code else ():
                    if coding.system == LOINC and coding.code:
                        self._by_code.setdefault(coding.code, []).append(resource)

    def state_of(self, need: Need, patient_id: str | None) -> State:
        found = [resource for code in need.codes for resource in self._by_code.get(code, ())]
        found = found if need.codes else self.by_type.get(need.resource_type, [])
        if not found:
            return "absent"
        state = _state_of_resources(found, need.resource_type, patient_id)
        return "partial" if state == "answered" and any(id(one) in self._unfinished for one in found) else state


def _state_of(need: Need, states: Mapping[str, State], others: _Others, patient_id: str | None) -> State:
    state = states.get(need.key, "absent")
    if need.laboratory and LABORATORY_KEY in states:
        state = _better(state, states[LABORATORY_KEY])
    return _better(state, others.state_of(need, patient_id)) if others.by_type else state


def _better(one: State, other: State) -> State:
    return min(one, other, key=_FROM_BEST_TO_WORST.index)


def _state(value: Any, resource_type: str, patient_id: str | None) -> State:
    if value is None:
        return "answered"
    if not isinstance(value, Resource):
        return "unreadable"
    if value.resource_type == "OperationOutcome":
        return "refused"
    if value.resource_type != "Bundle":
        return _state_of_resources([value], resource_type, patient_id)
    resources = [entry.resource for entry in value.entry if entry.resource is not None]
    remarks = [resource for resource in resources if resource.resource_type == "OperationOutcome"]
    faults = any(map(is_error, remarks))
    if len(remarks) == len(resources):
        # Nothing but a remark of the server: whether there is no data or no access is not said.
        return "refused" if faults else "partial" if has_next(value) else "warned" if remarks else "answered"
    state = _state_of_resources(resources, resource_type, patient_id)
    return "partial" if state == "answered" and (faults or has_next(value)) else state


def _state_of_resources(resources: Sequence[Resource], resource_type: str, patient_id: str | None) -> State:
    """Answered by the first that may be this patient's, most often the first of all."""
    state: State = "unreadable"
    for resource in resources:
        if resource.resource_type == resource_type:
            if not names_another(resource, patient_id):
                return "answered"
            state = "foreign"
    return state
