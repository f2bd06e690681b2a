"""A proposal is silent where the therapy or the order exists already, wherever that is told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from tests.cds_hooks.charted_ehr import ADDRESS, asking, service_of
from tests.cds_hooks.hook_requests import PATIENT, call, full_prefetch, medication, observation, searchset
from tests.cds_hooks.order_requests import SELECT, draft, order_call
from tests.ehr_reader.mock_ehr import Call, MockEhr, Reply, mock_ehr, outcome
from tests.ehr_reader.mock_ehr import searchset as found

TODAY = date(2026, 11, 22)
LOINC = "http://loinc.org"
FERRITIN, PANEL, TSAT, COBALAMIN = "2276-4", "50190-8", "2502-3", "2132-9"
LOW: dict[str, Any] = {"ferritin": "22 ng/mL", "transferrin_saturation": "14 %", "crp": "1 mg/L"}
NO_TSAT: dict[str, Any] = {"ferritin": "140 ng/mL"}


def day(days: int) -> str:
    return (TODAY + timedelta(days=days)).isoformat()


def order(loinc: str, days: int | None = -2, *, id: str = "s1", **more: Any) -> dict[str, Any]:
    authored = {} if days is None else {"authoredOn": day(days)}
    return {
        "resourceType": "ServiceRequest",
        "id": id,
        "status": "active",
        "intent": "order",
        "code": {"coding": [{"system": LOINC, "code": loinc}]},
        "subject": {"reference": f"Patient/{PATIENT}"},
        **authored,
        **more,
    }


def proposed(answer: Any) -> set[str]:
    """The codes of all tests and the kinds of all drugs suggested."""
    assert answer.status_code == 200
    created = [
        action["resource"]
        for card in answer.get_json()["cards"]
        for one in card.get("suggestions", ())
        for action in one["actions"]
        if action["type"] == "create"
    ]
    return {one["code"]["coding"][0]["code"] if one["resourceType"] == "ServiceRequest" else "drug" for one in created}


def with_orders(client: Any, *orders: dict[str, Any], **results: Any) -> set[str]:
    return proposed(client.post(ADDRESS, json=call({"openOrders": searchset(*orders)}, **results)))


def test_without_an_order_the_tests_are_proposed(client: Any) -> None:
    assert with_orders(client, **NO_TSAT) == {PANEL}
    assert with_orders(client, **LOW) == {"drug", FERRITIN, PANEL}


@pytest.mark.parametrize(
    "open_order",
    [
        order(PANEL),
        order(PANEL, None),
        order(PANEL, status="draft", intent="proposal"),
        order(PANEL, -90),
        order(PANEL, -200, occurrenceDateTime=day(7)),
        order(PANEL, occurrencePeriod={"start": day(30)}),
        order("x", code={"coding": [{"system": "urn:oid:1", "code": "FE"}, {"system": LOINC, "code": PANEL}]}),
    ],
)
def test_a_test_that_is_ordered_is_not_proposed(client: Any, open_order: dict[str, Any]) -> None:
    assert with_orders(client, open_order, **NO_TSAT) == set()


@pytest.mark.parametrize(
    "closed_order",
    [
        order(PANEL, status="completed"),
        order(PANEL, status="revoked"),
        order(PANEL, status="on-hold"),
        order(PANEL, status="entered-in-error"),
        order(PANEL, doNotPerform=True),
        order(PANEL, -91),
        order(PANEL, occurrenceDateTime=day(31)),
        order(COBALAMIN),
        order(PANEL, subject={"reference": "Patient/p2"}),
        order("x", code={"text": "Iron studies"}),
    ],
)
def test_what_is_over_far_off_or_another_test_counts_as_no_order(client: Any, closed_order: dict[str, Any]) -> None:
    assert with_orders(client, closed_order, **NO_TSAT) == {PANEL}


def test_of_several_tests_those_are_proposed_that_nobody_ordered(client: Any) -> None:
    due: dict[str, Any] = {"occurrenceDateTime": day(84)}
    assert with_orders(client, order(FERRITIN, **due), **LOW) == {"drug", PANEL}
    assert with_orders(client, order(FERRITIN, **due), order(PANEL, id="s2", **due), **LOW) == {"drug"}


def test_another_code_of_the_same_analyte_is_the_same_test(client: Any) -> None:
    assert FERRITIN not in with_orders(client, order("20567-4", 0, occurrenceDateTime=day(84)), **LOW)


def test_an_order_that_a_result_has_answered_is_done_even_if_nobody_closed_it(client: Any) -> None:
    """The results of ``LOW`` are of 2026-11-15, seven days ago."""
    assert FERRITIN in with_orders(client, order(FERRITIN, -7), **LOW)
    assert FERRITIN in with_orders(client, order(FERRITIN, -30), **LOW)
    assert FERRITIN not in with_orders(client, order(FERRITIN, -6), **LOW)


def test_a_drug_that_waits_to_be_signed_is_not_proposed_again(client: Any) -> None:
    for waiting in ({"status": "draft"}, {"intent": "proposal"}, {"intent": "plan"}):
        taken = {"medications": searchset(medication("24947", authoredOn=day(-3), **waiting))}
        assert "drug" not in proposed(client.post(ADDRESS, json=call(taken, **LOW)))


@pytest.mark.parametrize(
    "over",
    [
        {"status": "draft", "authoredOn": day(-91)},
        {"status": "cancelled", "intent": "proposal"},
        {"status": "stopped", "intent": "plan", "authoredOn": day(-60)},
    ],
)
def test_a_draft_that_nobody_signed_for_long_or_that_ended_is_forgotten(client: Any, over: dict[str, Any]) -> None:
    taken = {"medications": searchset(medication("24947", **over))}
    assert "drug" in proposed(client.post(ADDRESS, json=call(taken, **LOW)))


def test_another_drug_that_waits_changes_nothing(client: Any) -> None:
    taken = {"medications": searchset(medication("2418", status="draft", authoredOn=day(-3)))}
    assert "drug" in proposed(client.post(ADDRESS, json=call(taken, **LOW)))


# At the order hooks: what is drafted beside, and what is signed already


def asked_for(client: Any, *others: dict[str, Any], **prefetch: Any) -> set[str]:
    """What is proposed where somebody orders folic acid and no B12 is on file."""
    body = order_call([draft("4511"), *others], selected=["d1"], prefetch=prefetch, folate="9 ng/mL")
    return proposed(client.post(SELECT, json=body))


def test_a_test_that_is_drafted_beside_the_order_is_not_proposed(client: Any) -> None:
    assert asked_for(client) == {COBALAMIN}
    assert asked_for(client, order(COBALAMIN, status="draft")) == set()
    assert asked_for(client, order(FERRITIN, status="draft")) == {COBALAMIN}


def test_nor_is_one_that_was_signed_before(client: Any) -> None:
    assert asked_for(client, openOrders=searchset(order(COBALAMIN))) == set()


def test_every_test_that_a_caution_asks_for_counts_when_it_is_drafted(client: Any) -> None:
    """Calcium, albumin and PTH stand for no row of orders.toml, and are drafted all the same."""
    results: dict[str, Any] = {"adjusted_calcium": "2.8 mmol/L", "vitamin_d": "15 ng/mL"}
    wanted = proposed(client.post(SELECT, json=order_call([draft("2418")], **results)))
    assert len(wanted) == 3
    drafts = [order(code, status="draft", id=f"s{place}") for place, code in enumerate(sorted(wanted))]
    for place in range(3):
        left = order_call([draft("2418"), *drafts[: place + 1]], selected=["d1"], **results)
        assert len(proposed(client.post(SELECT, json=left))) == 2 - place


# Where orders cannot be read


@pytest.mark.parametrize("sent", [None, outcome(), searchset(), "<html>", searchset(order(PANEL, subject={}))])
def test_what_cannot_be_read_is_proposed_and_not_spoken_of(client: Any, sent: Any) -> None:
    answer = client.post(ADDRESS, json=call({"openOrders": sent}, **NO_TSAT))
    known = sent not in (None, "<html>") and "entry" in sent
    assert proposed(answer) == (set() if known else {PANEL})
    assert "laboratory orders" not in answer.text


@pytest.fixture
def ehr() -> Iterator[MockEhr]:
    with mock_ehr() as running:
        yield running


def without_orders(**results: Any) -> dict[str, Any]:
    return {key: value for key, value in full_prefetch(**results).items() if key != "openOrders"}


def test_open_orders_are_fetched_where_they_were_not_sent(ehr: MockEhr) -> None:
    ehr.answer = lambda _: Reply(body=found(order(PANEL)))
    assert proposed(service_of(ehr).post(ADDRESS, json=asking(ehr, without_orders(**NO_TSAT)))) == set()
    [asked] = ehr.calls
    assert asked.resource_type == "ServiceRequest" and asked.parameters["status"] == "active,draft"


def test_an_ehr_that_wants_the_category_is_asked_by_it(ehr: MockEhr) -> None:
    def demanding(call: Call) -> Reply:
        return Reply(body=found(order(PANEL))) if "category" in call.parameters else Reply(400, outcome("required"))

    ehr.answer = demanding
    assert proposed(service_of(ehr).post(ADDRESS, json=asking(ehr, without_orders(**NO_TSAT)))) == set()


@pytest.mark.parametrize("fault", [Reply(403), Reply(500), Reply(200, outcome()), Reply(200, b"<html>")])
def test_an_ehr_that_tells_no_orders_gets_its_cards_as_ever(ehr: MockEhr, fault: Reply) -> None:
    ehr.answer = lambda _: fault
    answer: Any = service_of(ehr).post(ADDRESS, json=asking(ehr, without_orders(**NO_TSAT)))
    assert proposed(answer) == {PANEL} and "laboratory orders" not in answer.text


def test_without_a_scope_for_orders_nothing_is_missed(ehr: MockEhr) -> None:
    scope = "patient/Observation.rs patient/Patient.r"
    answer: Any = service_of(ehr).post(ADDRESS, json=asking(ehr, without_orders(**NO_TSAT), scope=scope))
    assert ehr.calls == [] and proposed(answer) == {PANEL} and "laboratory orders" not in answer.text


def test_a_result_is_no_order(client: Any) -> None:
    stray = searchset(observation("2345-7", 5, "mmol/L"))
    assert proposed(client.post(ADDRESS, json=call({"openOrders": stray}, **NO_TSAT))) == {PANEL}
