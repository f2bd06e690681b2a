"""What is asked for a chart: no more than the scopes reach, and orders together with their drugs."""

from __future__ import annotations

import pytest

from clinical import load_knowledge, needs
from ehr_reader import Query, Question, Scopes, is_whole_laboratory
from hosting import Ehr
from smart_app.chart_questions import granted_questions

EHR = Ehr(name="general-hospital", fhir_base="https://ehr.example.org/fhir", client_id="x")
NEEDED = needs(load_knowledge("international"))

BY_CATEGORY = EHR.model_copy(update={"prefetch_style": "category"})


def asked(scope: str, ehr: Ehr = EHR) -> dict[str, Question]:
    return granted_questions(NEEDED, ehr, "p1", Scopes(scope, one_patient=True))


@pytest.mark.parametrize("ehr", [EHR, BY_CATEGORY], ids=lambda ehr: ehr.prefetch_style)
def test_every_need_is_asked_where_all_is_granted(ehr: Ehr) -> None:
    assert set(asked("patient/*.rs", ehr)) == {need.key for need in NEEDED}


def test_by_category_the_whole_laboratory_is_asked_once_for_all_needs() -> None:
    questions = asked("patient/*.rs", BY_CATEGORY)
    whole = {questions[need.key] for need in NEEDED if need.laboratory}
    assert len(whole) == 1 and all(map(is_whole_laboratory, whole))


@pytest.mark.parametrize("ehr", [EHR, BY_CATEGORY], ids=lambda ehr: ehr.prefetch_style)
def test_no_result_is_asked_for_without_leave(ehr: Ehr) -> None:
    assert set(asked("patient/Condition.rs", ehr)) == {"conditions"}


@pytest.mark.parametrize("scope", ["", "launch", "patient/Patient.s", "patient/Observation.c"])
def test_nothing_is_asked_that_is_not_granted(scope: str) -> None:
    assert asked(scope) == {}


def test_the_types_that_are_granted_and_no_others() -> None:
    kinds = {question.resource_type for question in asked("patient/Patient.r patient/Condition.rs").values()}
    assert kinds == {"Patient", "Condition"}


@pytest.mark.parametrize("scope", ["patient/MedicationRequest.rs", "patient/MedicationRequest.read", "patient/*.rs"])
def test_orders_come_with_their_drugs(scope: str) -> None:
    question = asked(scope)["medications"]
    assert isinstance(question, Query)
    assert "_include=MedicationRequest%3Amedication" in question.address(EHR.fhir_base)
