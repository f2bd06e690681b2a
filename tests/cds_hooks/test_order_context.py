"""draftOrders and selections as EHRs send them: every way of naming an order, and what is refused."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from cds_hooks.order_context import MOST_ORDERS, OrdersAtHand, read_orders
from cds_hooks.refusals import NotUnderstood, TooMuch
from tests.cds_hooks.order_requests import IRON, LEVOTHYROXINE, bundle, draft

BASE = "https://ehr.example.org/fhir"


def read(orders: Any, selections: Any = None, hook: str = "order-select") -> OrdersAtHand:
    context = {"patientId": "p1", "draftOrders": orders, "selections": selections}
    return read_orders(msgspec.json.encode({"hook": hook, "context": context, "prefetch": {"x": 1}}), hook, "p1")


@pytest.mark.parametrize(
    "selection",
    [
        "MedicationRequest/d1",
        "d1",
        f"{BASE}/MedicationRequest/d1",
        f"{BASE}/MedicationRequest/d1/",
        "MedicationRequest/d1/_history/2",
        "urn:uuid:aaa",
    ],
)
def test_a_selection_is_understood_however_it_is_written(selection: str) -> None:
    two = bundle(draft(IRON), draft(LEVOTHYROXINE, "d2"))
    two["entry"][0]["fullUrl"] = "urn:uuid:aaa"
    assert [order.id for order in read(two, [selection]).at_hand] == ["d1"]


def test_at_order_sign_all_orders_are_at_hand() -> None:
    assert len(read(bundle(draft(IRON), draft(LEVOTHYROXINE, "d2")), hook="order-sign").at_hand) == 2


@pytest.mark.parametrize("orders", [None, 5, "Bundle", [], {}, {"resourceType": "MedicationRequest"}])
def test_draft_orders_that_are_no_bundle_are_named(orders: Any) -> None:
    with pytest.raises(NotUnderstood, match=r"context\.draftOrders"):
        read(orders, ["MedicationRequest/d1"])


@pytest.mark.parametrize(
    "selections", [None, 5, "MedicationRequest/d1", [], [5], [""], {}, [None], ["MedicationRequest/x"]]
)
def test_selections_that_select_nothing_are_named(selections: Any) -> None:
    with pytest.raises(NotUnderstood, match=r"context\.selections"):
        read(bundle(draft(IRON)), selections)


def test_orders_of_another_fhir_version_are_refused() -> None:
    with pytest.raises(NotUnderstood, match="R4"):
        read(bundle({"resourceType": "MedicationOrder", "id": "d1"}), ["MedicationOrder/d1"])


def test_more_orders_than_anybody_writes_are_refused() -> None:
    with pytest.raises(TooMuch):
        read(bundle(*(draft(IRON, f"d{number}") for number in range(MOST_ORDERS + 1))), ["d1"])


def test_a_selected_resource_that_is_no_order_of_ours_is_passed_over() -> None:
    assert read(bundle(draft(IRON), {"resourceType": "DeviceRequest", "id": "x"}), ["DeviceRequest/x"]).at_hand == []


def test_another_patients_order_is_set_aside_and_named() -> None:
    orders = read(bundle(draft(IRON, subject={"reference": "Patient/p2"}), draft(IRON, "d2")), ["d1", "d2"])
    assert [order.id for order in orders.at_hand] == ["d2"]
    assert orders.drafts.other_patients == ("MedicationRequest/d1",)


def amended(order: dict[str, Any]) -> dict[str, Any]:
    orders = read(bundle(order), ["d1"])
    changed = orders.with_instruction(orders.at_hand[0], "Apart.")
    return dict(msgspec.json.decode(msgspec.json.encode(changed)))


def test_an_instruction_is_added_to_every_dosage_and_nothing_else_is_touched() -> None:
    dosages = [{"text": "a", "additionalInstruction": [{"text": "With food"}]}, {"text": "b"}]
    changed = amended(draft(IRON, dosageInstruction=dosages))
    assert [[one["text"] for one in dosage["additionalInstruction"]] for dosage in changed["dosageInstruction"]] == [
        ["With food", "Apart."], ["Apart."],
    ]  # fmt: skip
    assert {name for name in changed if changed[name] != draft(IRON).get(name)} == {"dosageInstruction"}


def test_an_order_without_a_dosage_gets_a_note() -> None:
    assert amended(draft(IRON, note=[{"text": "x"}]))["note"] == [{"text": "x"}, {"text": "Apart."}]


@pytest.mark.parametrize("order", [draft(IRON), draft(IRON, dosageInstruction=[{"text": "a"}, {"text": "b"}])])
def test_an_instruction_is_added_once(order: dict[str, Any]) -> None:
    once = amended(order)
    assert amended(once) == once
    assert json.dumps(once).count("Apart.") == len(order.get("dosageInstruction", "1"))


@pytest.mark.parametrize(
    "more", [{}, {"note": [{"text": "x"}]}, {"note": "x"}, {"dosageInstruction": [{"text": "a"}, 5]}, {"note": [5, {}]}]
)
def test_our_own_sentences_are_no_part_of_the_order(more: dict[str, Any]) -> None:
    order = draft(IRON, **more)
    orders = read(bundle(order), ["d1"])._replace(own=("Apart.", "With food."))
    assert orders.as_meant("MedicationRequest/d1") == order
    told = draft(IRON, note=[{"text": "Apart. Seen by\nDr Doe. With food."}])
    orders = read(bundle(told), ["d1"])._replace(own=orders.own)
    assert (orders.as_meant("MedicationRequest/d1") or {})["note"] == [{"text": "Seen by Dr Doe."}]


def test_numbers_of_a_changed_order_keep_their_digits() -> None:
    order = b'{"resourceType":"MedicationRequest","id":"d1","dosageInstruction":[{"doseAndRate":[{"doseQuantity":'
    order += b'{"value":1.10}}]}]}'
    raw = b'{"context":{"draftOrders":{"resourceType":"Bundle","entry":[{"resource":' + order + b"}]},"
    raw += b'"selections":["d1"]}}'
    orders = read_orders(raw, "order-select", "p1")
    assert b'"value":1.10' in msgspec.json.encode(orders.with_instruction(orders.at_hand[0], "Apart."))


@pytest.mark.parametrize("order", [draft(IRON, None), draft(IRON, dosageInstruction={"text": "one"}, note="x")])
def test_what_cannot_be_changed_safely_is_left_alone(order: dict[str, Any]) -> None:
    orders = read(bundle(order), hook="order-sign")
    assert orders.with_instruction(orders.at_hand[0], "Apart.") is None


def test_an_id_that_stands_twice_names_nothing() -> None:
    assert read(bundle(draft(IRON), draft(LEVOTHYROXINE)), hook="order-sign").sent == {}


@pytest.mark.parametrize(
    "entry", [5, None, {}, {"resource": 5}, {"resource": {"resourceType": 5}}, {"resource": {"id": "x"}}]
)
def test_a_broken_entry_costs_no_other(entry: Any) -> None:
    orders = read(bundle(draft(IRON)) | {"entry": [entry, {"resource": draft(IRON)}]}, ["d1"])
    assert [order.id for order in orders.at_hand] == ["d1"] and list(orders.sent) == ["MedicationRequest/d1"]
