"""Conditions, allergies, procedures and pregnancy observations: what else of the chart decides about a supplement."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from clinical.chart.dates import FhirDate, read_date
from clinical.chart.facts import Allergy, Condition, PregnancyStatus, Procedure
from clinical.chart.gathering import Located
from clinical.chart.naming import all_words
from clinical.chart.wire import CodeableConcept, Resource
from terminology import EDD_LOINC, LOINC, SNOMED_CT, canonical, conditions_by_name, drug_groups_by_name, groups_of

_PAST = frozenset({"inactive", "remission", "resolved"})
_NOT_MEANT = frozenset({"refuted", "entered-in-error"})
_UNSURE = frozenset({"unconfirmed", "provisional", "differential"})
# Answers to LOINC 82810-3, in SNOMED CT as US Core and in LOINC as IPS bind them (from memory), and in words.
_PREGNANT = frozenset({(SNOMED_CT, "77386006"), (LOINC, "LA15173-0")})
_NOT_PREGNANT = frozenset({(SNOMED_CT, "60001007"), (LOINC, "LA26683-5")})


def read_condition(item: Located) -> Condition | None:
    """``None`` for an entry made in error. A condition without a status counts as active unless it has ended."""
    resource = item.resource
    verification = _code_of(resource.verification_status)
    if verification == "entered-in-error":
        return None
    state: Literal["active", "past", "refuted", "unconfirmed"] = "active"
    if verification == "refuted":
        state = "refuted"
    elif _code_of(resource.clinical_status) in _PAST or _ended(resource):
        state = "past"
    elif verification in _UNSURE:
        state = "unconfirmed"
    code = resource.code
    groups = groups_of_concept(code)
    possible = conditions_by_name("; ".join(filter(None, all_words(code)))) - groups
    return Condition(item.reference, groups, state, words_of(code), _began(resource), possible)


def _ended(resource: Resource) -> bool:
    return resource.clinical_status is None and resource.abatement_date_time is not None


def _began(resource: Resource) -> FhirDate | None:
    return read_date(resource.onset_date_time) or read_date(resource.recorded_date)


def read_reasons(item: Located) -> Iterator[Condition]:
    """Restless legs as the reason of an encounter or a prescription asserts it (E.1); other reasons do not last."""
    if item.resource.status in ("entered-in-error", "cancelled"):
        return
    for concept in item.resource.reason_code:
        groups = groups_of_concept(concept) & {"restless-legs"}
        if groups:
            yield Condition(item.reference, groups, "active", words_of(concept))


def read_allergy(item: Located) -> Allergy | None:
    """``None`` for one that is past, refuted or entered in error."""
    resource = item.resource
    if _code_of(resource.verification_status) in _NOT_MEANT or _code_of(resource.clinical_status) in _PAST:
        return None
    kind: Literal["allergy", "intolerance"] | None = None
    if resource.type in ("allergy", "intolerance"):
        kind = resource.type  # type: ignore[assignment]
    code = resource.code
    words = words_of(code)
    return Allergy(item.reference, groups_of_concept(code) | drug_groups_by_name(words), kind, words)


def read_procedure(item: Located) -> Procedure | None:
    """``None`` unless it was done or is being done."""
    resource = item.resource
    if resource.status not in ("completed", "in-progress"):
        return None
    period = resource.performed_period
    performed = read_date(resource.performed_date_time) or (read_date(period.end or period.start) if period else None)
    code = resource.code
    return Procedure(item.reference, groups_of_concept(code), words_of(code), performed)


def read_pregnancy(item: Located) -> PregnancyStatus | None:
    """Pregnancy status (LOINC 82810-3) or estimated date of delivery (11779-6); ``None`` where it is not final."""
    resource = item.resource
    if resource.status not in ("final", "amended", "corrected"):
        return None
    effective = read_date(resource.effective_date_time)
    if resource.code is not None and any(coding.code == EDD_LOINC for coding in resource.code.coding):
        return PregnancyStatus(item.reference, None, read_date(resource.value_date_time), effective)
    return PregnancyStatus(item.reference, _pregnant(resource.value_codeable_concept), None, effective)


def _pregnant(answer: CodeableConcept | None) -> bool | None:
    if answer is None:
        return None
    codes = {(canonical(coding.system or ""), coding.code) for coding in answer.coding}
    words = {" ".join(text.split()).lower() for text in all_words(answer) if text}
    yes = not codes.isdisjoint(_PREGNANT) or "pregnant" in words
    no = not codes.isdisjoint(_NOT_PREGNANT) or "not pregnant" in words
    return None if yes == no else yes


def groups_of_concept(concept: CodeableConcept | None) -> frozenset[str]:
    """The value sets that any coding of a concept belongs to."""
    if concept is None:
        return frozenset()
    found = [groups_of(coding.system, coding.code) for coding in concept.coding if coding.code]
    return frozenset().union(*found) if found else frozenset()


def words_of(concept: CodeableConcept | None) -> str:
    """The words of a concept: its text, else the first display."""
    if concept is None:
        return ""
    return concept.text or next((coding.display for coding in concept.coding if coding.display), "") or ""


def _code_of(status: CodeableConcept | str | None) -> str | None:
    if status is None or isinstance(status, str):
        return status
    return next((coding.code for coding in status.coding if coding.code), status.text)
