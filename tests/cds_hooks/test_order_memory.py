"""What order-select said of an order, order-sign does not say again, unless the order or anybody concerned changed."""

from __future__ import annotations

from typing import Any

import pytest

from cds_hooks.occasion import Occasion
from cds_hooks.order_memory import OrderMemory, Remark
from hosting import Settings, database_of
from tests.databases import new_sqlite

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
ORDER: dict[str, Any] = {
    "resourceType": "MedicationRequest",
    "id": "draft-1",
    "status": "draft",
    "intent": "order",
    "authoredOn": "2026-11-22T08:00:00Z",
    "medicationCodeableConcept": {"coding": [{"system": RXNORM, "code": "24941"}], "text": "iron"},
    "dosageInstruction": [{"text": "one daily", "timing": {"event": ["2026-11-22"]}}],
}
CHOOSING = Occasion("rls-supplement-select", None, "https://ehr.example.org/fhir", "Practitioner/dr1", "p1")
SIGNING = CHOOSING._replace(service="rls-supplement-sign")
SAME_ORDER = [
    ORDER,
    ORDER | {"id": "123", "status": "active", "meta": {"versionId": "2"}},
    ORDER | {"authoredOn": "2026-11-23", "identifier": [{"value": "7"}], "text": {"status": "generated"}},
    ORDER | {"dosageInstruction": [{"id": "d1", "text": "one daily", "timing": {"event": ["2026-12"]}}]},
    ORDER | {"note": []},
]


@pytest.fixture
def memory() -> OrderMemory:
    settings = Settings(database_url=new_sqlite(), secret_key="x" * 40)
    memory = OrderMemory(settings, lambda: database_of(settings))
    memory.remember(CHOOSING, [Remark("FE04", ORDER)])
    return memory


@pytest.mark.parametrize("order", SAME_ORDER)
def test_the_same_order_is_known_again(memory: OrderMemory, order: dict[str, Any]) -> None:
    assert memory.said_before(SIGNING, [Remark("FE03", order), Remark("FE04", order)]) == {1}


@pytest.mark.parametrize(
    "order",
    [
        ORDER | {"dosageInstruction": [{"text": "two daily"}]},
        ORDER | {"intent": "plan"},
        ORDER | {"medicationCodeableConcept": {"text": "iron sulfate"}},
    ],
)
def test_a_changed_order_is_new(memory: OrderMemory, order: dict[str, Any]) -> None:
    assert memory.said_before(SIGNING, [Remark("FE04", order)]) == frozenset()


@pytest.mark.parametrize(("one", "other"), [("4511", "6574"), ("2026", "2025"), ("2026-11", "2026-12")])
def test_a_code_that_looks_like_a_date_is_a_code(memory: OrderMemory, one: str, other: str) -> None:
    """Four digits were taken for a year: folic acid and magnesium were the same order."""
    first, second = (
        ORDER | {"medicationCodeableConcept": {"coding": [{"system": RXNORM, "code": code}]}} for code in (one, other)
    )
    memory.remember(CHOOSING, [Remark("FE03", first)])
    assert memory.said_before(SIGNING, [Remark("FE03", first), Remark("FE03", second)]) == {0}


def test_four_digits_are_no_date(memory: OrderMemory) -> None:
    first, second = (ORDER | {"dosageInstruction": [{"text": text}]} for text in ("1000", "2000"))
    memory.remember(CHOOSING, [Remark("FE03", first)])
    assert memory.said_before(SIGNING, [Remark("FE03", second)]) == frozenset()


@pytest.mark.parametrize("change", [{"user_id": "Practitioner/dr2"}, {"patient_id": "p2"}, {"fhir_server": None}])
def test_it_was_said_to_one_user_of_one_patient_at_one_ehr(memory: OrderMemory, change: dict[str, Any]) -> None:
    assert memory.said_before(SIGNING._replace(**change), [Remark("FE04", ORDER)]) == frozenset()


def test_another_secret_knows_nothing() -> None:
    url = new_sqlite()
    settings = [Settings(database_url=url, secret_key=letter * 40) for letter in "xy"]
    one, other = (OrderMemory(own, lambda own=own: database_of(own)) for own in settings)  # type: ignore[misc]
    one.remember(CHOOSING, [Remark("FE04", ORDER)])
    assert one.said_before(SIGNING, [Remark("FE04", ORDER)])
    assert not other.said_before(SIGNING, [Remark("FE04", ORDER)])


def test_without_a_database_nothing_was_said_before() -> None:
    settings = Settings(database_url="sqlite:////nowhere/rls.db")
    memory = OrderMemory(settings, lambda: database_of(settings))
    memory.remember(CHOOSING, [Remark("FE04", ORDER)])
    assert memory.said_before(SIGNING, [Remark("FE04", ORDER)]) == frozenset()
    assert memory.said_before(SIGNING, []) == frozenset()
