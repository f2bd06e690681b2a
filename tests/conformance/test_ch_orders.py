"""CH-17, and CH-14 for the order hooks: what is selected is spoken of, the other drafts are context.

Source: CDS Hooks Library, order-select 1.0 and order-sign 1.0.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.cds_hooks.order_requests import IRON, LEVOTHYROXINE, MIRTAZAPINE, SATURATED, SELECT, SIGN, draft, order_call
from tests.conformance.inferno import faults
from tests.conformance.test_ch_prefetch import outcome

BOTH = [draft(IRON), draft(MIRTAZAPINE, "d2")]


@pytest.mark.conformance("CH-17")
@pytest.mark.parametrize(("selected", "topic"), [("d1", "iron"), ("d2", "medicines")])
def test_cards_concern_the_selected_order(client: Any, selected: str, topic: str) -> None:
    answer = client.post(SELECT, json=order_call(BOTH, selected=[selected], **SATURATED))
    assert answer.status_code == 200 and faults(answer.json) == []
    [card] = answer.json["cards"]
    assert card["source"]["topic"]["code"] == topic
    actions = [action for suggestion in card["suggestions"] for action in suggestion["actions"]]
    assert [action["resourceId"] for action in actions] == [f"MedicationRequest/{selected}"]


@pytest.mark.conformance("CH-17")
def test_the_other_draft_is_context(client: Any) -> None:
    pair = [draft(LEVOTHYROXINE), draft(IRON, "d2")]
    [card] = client.post(SELECT, json=order_call(pair, selected=["d1"])).json["cards"]
    assert "(FE09)" in card["detail"] and "MedicationRequest/d2" in card["detail"]
    assert client.post(SELECT, json=order_call(pair[:1])).json == {"cards": []}


@pytest.mark.conformance("CH-14")
@pytest.mark.parametrize(
    ("address", "hook", "member"),
    [
        (SELECT, "order-select", "draftOrders"),
        (SELECT, "order-select", "selections"),
        (SIGN, "order-sign", "draftOrders"),
    ],
)
@pytest.mark.parametrize("value", ["absent", 5, True, [], {}, None, ""])
def test_a_missing_or_ill_typed_member_is_named(client: Any, address: str, hook: str, member: str, value: Any) -> None:
    body = order_call(BOTH, hook=hook)
    del body["context"][member]
    if value != "absent":
        body["context"][member] = value
    answer = client.post(address, json=body)
    assert answer.status_code == 400 and f"context.{member}" in outcome(answer)


@pytest.mark.conformance("CH-15")
@pytest.mark.parametrize(("address", "hook"), [(SELECT, "order-sign"), (SIGN, "order-select"), (SIGN, "patient-view")])
def test_each_service_has_its_own_hook(client: Any, address: str, hook: str) -> None:
    answer = client.post(address, json=order_call(BOTH, hook="order-select") | {"hook": hook})
    assert answer.status_code == 400 and "hook" in outcome(answer)
