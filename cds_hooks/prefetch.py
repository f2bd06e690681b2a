"""Prefetched data: what was sent, what was answered with nothing, and what could not be read.

Source: CDS Hooks 2.0.1 section Prefetch Template. An absent key was not asked for or not answered; ``null`` and an
empty searchset are the answer "nothing on file"; an OperationOutcome, in place of an answer or as an entry of one, is
an error and never "nothing on file". EHRs may prefetch under keys of their own; what stands there is read as well.
What was fetched afterwards stands under the same keys.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple, get_args

from cds_hooks.refusals import DataMissing
from cds_hooks.request import Answer
from clinical import Need, Resource
from ehr_reader import LABORATORY_KEY, LOINC

_PATIENT = re.compile(r"(?:^|/)Patient/([^/?#]+)")

State = Literal["answered", "partial", "foreign", "unreadable", "refused", "unanswered", "not-granted", "absent"]
# A need is as well answered as the best of the keys that may hold it.
_FROM_BEST_TO_WORST: tuple[State, ...] = get_args(State)
READABLE = frozenset({"answered", "partial"})
# Not an answer of any kind, hence worth asking for. An error of the EHR is one: it is not asked for again.
_OPEN = frozenset({"foreign", "unreadable", "absent"})

# How a gap is told to a clinician, in the order of the card.
SENTENCES: dict[State, str] = {
    "refused": "The EHR reported an error instead of",
    "unanswered": "The EHR could not be reached, or not in time, for",
    "unreadable": "What the EHR sent could not be read as",
    "foreign": "Only another patient's data came, and none was used, for",
    "partial": "The EHR sent only a part of",
    "not-granted": "The EHR did not grant access to",
    "absent": "The EHR did not send",
}


class Gap(NamedTuple):
    """One need that was not, or not wholly, answered."""

    need: Need
    state: State

    @property
    def faulty(self) -> bool:
        """Whether something went wrong with results that were asked for, so that silence would be misread as normal."""
        return self.need.laboratory and self.state not in ("absent", "not-granted", "partial")


class Prefetched(NamedTuple):
    """``answered``: the resource types of which an absent entry means that there is none."""

    resources: tuple[Resource, ...]
    answered: frozenset[str]
    gaps: tuple[Gap, ...]


def read_prefetch(
    prefetch: Mapping[str, Answer], needed: Sequence[Need], patient_id: str, failed: Mapping[str, State] | None = None
) -> Prefetched:
    """``failed`` tells by key what became of asking for it. Raises ``DataMissing`` (412) without laboratory results."""
    all_needs, others = _answers(prefetch, needed, patient_id, failed or {})
    if not others.results and not any(gap.need.laboratory and gap.state in READABLE for gap in all_needs):
        raise DataMissing(_what_is_missing(all_needs))
    return _prefetched(prefetch, all_needs)


def read_any_prefetch(
    prefetch: Mapping[str, Answer], needed: Sequence[Need], patient_id: str, failed: Mapping[str, State] | None = None
) -> Prefetched:
    """The same, where it depends on more than this whether enough was read: for orders the lists may do."""
    return _prefetched(prefetch, _answers(prefetch, needed, patient_id, failed or {})[0])


def _prefetched(prefetch: Mapping[str, Answer], all_needs: Sequence[Gap]) -> Prefetched:
    values = tuple(value for value in prefetch.values() if isinstance(value, Resource))
    gaps = tuple(gap for gap in all_needs if gap.state != "answered")
    return Prefetched(values, frozenset(_answered_types(all_needs)), gaps)


def open_needs(prefetch: Mapping[str, Answer], needed: Sequence[Need], patient_id: str) -> list[Need]:
    """The needs that the prefetch leaves unanswered."""
    return [gap.need for gap in _answers(prefetch, needed, patient_id, {})[0] if gap.state in _OPEN]


def gap_sentences(gaps: Iterable[Gap]) -> list[str]:
    """One sentence per kind of gap, naming what is missing."""
    labels: dict[State, list[str]] = {}
    for need, state in gaps:
        labels.setdefault(state, []).append(need.label)
    return [f"{begins}: {', '.join(labels[state])}." for state, begins in SENTENCES.items() if state in labels]


def _answers(
    prefetch: Mapping[str, Answer], needed: Sequence[Need], patient_id: str, failed: Mapping[str, State]
) -> tuple[list[Gap], _Others]:
    """How each need was answered, and what stands under other keys than ours."""
    keys = own_keys(needed)
    states = {key: _state(prefetch[key], kind, patient_id) for key, kind in keys.items() if key in prefetch}
    states.update(failed)
    others = _Others(value for key, value in prefetch.items() if key not in keys and isinstance(value, Resource))
    return [Gap(need, _state_of(need, states, others, patient_id)) for need in needed], others


def own_keys(needed: Sequence[Need]) -> dict[str, str]:
    """The keys that discovery advertises, in either style, with the resource type that is expected there."""
    return {need.key: need.resource_type for need in needed} | {LABORATORY_KEY: "Observation"}


class _Others:
    """What stands under keys that we did not advertise: the resources, by type and by LOINC code."""

    def __init__(self, values: Iterable[Resource]) -> None:
        self.by_type: dict[str, list[Resource]] = {}
        self._by_code: dict[str, list[Resource]] = {}
        for value in values:
            for resource in [entry.resource for entry in value.entry if entry.resource is not None] or [value]:
                self.by_type.setdefault(resource.resource_type, []).append(resource)
                for coding in resource.code.coding if resource.code else ():
                    if coding.system == LOINC and coding.code:
                        self._by_code.setdefault(coding.code, []).append(resource)

    @property
    def results(self) -> list[Resource]:
        """Any Observation: its code may be one that only the registry knows."""
        return self.by_type.get("Observation", [])

    def of(self, need: Need) -> list[Resource]:
        if not need.codes:
            return self.by_type.get(need.resource_type, [])
        return [resource for code in need.codes for resource in self._by_code.get(code, ())]


def _state_of(need: Need, states: Mapping[str, State], others: _Others, patient_id: str) -> State:
    state = states.get(need.key, "absent")
    if need.laboratory and LABORATORY_KEY in states:
        state = _better(state, states[LABORATORY_KEY])
    if others.by_type and (elsewhere := others.of(need)):
        state = _better(state, _state_of_resources(elsewhere, need.resource_type, patient_id))
    return state


def _better(one: State, other: State) -> State:
    return min(one, other, key=_FROM_BEST_TO_WORST.index)


def _state(value: Answer, resource_type: str, patient_id: str) -> State:
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
    faults = any(_is_error(remark) for remark in remarks)
    if len(remarks) == len(resources):
        # Nothing but a remark of the server: whether there is no data or no access is not said. And where a page is
        # to come, what is missing here may stand there.
        return "refused" if faults else "partial" if remarks or _has_next(value) else "answered"
    state = _state_of_resources(resources, resource_type, patient_id)
    return "partial" if state == "answered" and (faults or _has_next(value)) else state


def _state_of_resources(resources: Sequence[Resource], resource_type: str, patient_id: str) -> State:
    """Answered by the first that may be this patient's, most often the first of all."""
    state: State = "unreadable"
    for resource in resources:
        if resource.resource_type == resource_type:
            if not _of_another(resource, patient_id):
                return "answered"
            state = "foreign"
    return state


def _of_another(resource: Resource, patient_id: str) -> bool:
    """Only what plainly names another patient; the chart reader judges the rest with the Patient at hand."""
    if resource.resource_type == "Patient":
        return resource.id != patient_id
    subject = resource.subject or resource.patient
    named = _PATIENT.search(subject.reference) if subject and subject.reference else None
    return named is not None and named[1] != patient_id


def _is_error(resource: Resource) -> bool:
    """Of an OperationOutcome.

    Epic adds warnings such as "may not contain the entire record" to nearly every answer: those are no failure.
    """
    severities = {issue.severity for issue in resource.issue}
    return not severities or not severities <= {"warning", "information"}


def _has_next(bundle: Resource) -> bool:
    return any(link.relation == "next" for link in bundle.link)


def _answered_types(gaps: Sequence[Gap]) -> set[str]:
    """A type of which one need is open is not answered: the missing entry may be there."""
    answered = {need.resource_type for need, state in gaps if state == "answered"}
    return answered - {need.resource_type for need, state in gaps if state != "answered"}


def _what_is_missing(gaps: Sequence[Gap]) -> str:
    laboratory = [gap for gap in gaps if gap.need.laboratory]
    keys = [gap.need.key for gap in laboratory]
    told = gap_sentences(laboratory)
    return (
        f"No laboratory results could be read. {' '.join(told)} Prefetch keys: {', '.join(keys)} "
        f"(or {LABORATORY_KEY}). Where the EHR holds nothing, null or an empty searchset Bundle is an answer."
    )
