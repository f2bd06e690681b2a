"""order-select and order-sign from the outside: silence, gaps, 412, and that nothing is said twice."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hosting import EhrRegistry
from tests.cds_hooks.conftest import client_of
from tests.cds_hooks.hook_requests import (
    ALL_NORMAL,
    LABORATORY,
    OTHER_KEYS,
    condition,
    medication,
    operation_outcome,
    patient,
    searchset,
)
from tests.cds_hooks.order_requests import (
    AMOXICILLIN,
    IRON,
    IRON_IS_LOW,
    LEVOTHYROXINE,
    MAGNESIUM,
    MIRTAZAPINE,
    SATURATED,
    SELECT,
    SIGN,
    draft,
    order_call,
)

FOLIC_ACID = "4511"
NO_PREFETCH = dict.fromkeys((*LABORATORY, *OTHER_KEYS), operation_outcome())


@pytest.fixture
def service() -> Any:
    """With a memory of its own."""
    return client_of()


def cards(service: Any, body: dict[str, Any]) -> list[dict[str, Any]]:
    answer = service.post(SELECT if body["hook"] == "order-select" else SIGN, json=body)
    assert answer.status_code == 200, answer.json
    return list(answer.json["cards"])


def test_a_contraindicated_order_may_be_removed(service: Any) -> None:
    [card] = cards(service, order_call([draft(IRON)], **SATURATED))
    assert card["summary"].startswith("drug 24947: Transferrin saturation 52 % (2026-11-15); TSAT above 45 %: no iron")
    assert (card["indicator"], card["source"]["topic"]["code"]) == ("warning", "iron")
    [suggestion] = card["suggestions"]
    assert "isRecommended" not in suggestion
    [action] = suggestion["actions"]
    assert (action["type"], action["resourceId"]) == ("delete", "MedicationRequest/d1")
    assert "- **Contraindicated:** TSAT above 45 %" in card["detail"]
    assert "Read from Observation/transferrin-saturation, MedicationRequest/d1" in card["detail"]


def test_what_must_be_kept_apart_may_be_added(service: Any) -> None:
    taken = {"medications": searchset(medication(LEVOTHYROXINE))}
    [card] = cards(service, order_call([draft(IRON)], prefetch=taken, **IRON_IS_LOW))
    [action] = card["suggestions"][0]["actions"]
    assert action["type"] == "update" and action["resource"]["id"] == "d1"
    assert "at least 4 hours apart" in action["resource"]["note"][0]["text"]
    assert "at least 4 hours apart" in action["description"]


@pytest.mark.parametrize(
    ("ordered", "taken", "topic"),
    [
        (LEVOTHYROXINE, MAGNESIUM, "magnesium"),
        (MAGNESIUM, LEVOTHYROXINE, "magnesium"),
        (LEVOTHYROXINE, IRON, "iron"),
        (IRON, LEVOTHYROXINE, "iron"),
    ],
)
def test_a_card_is_about_the_supplement_that_is_to_be_kept_apart(
    service: Any, ordered: str, taken: str, topic: str
) -> None:
    chart = {"medications": searchset(medication(taken))}
    [card] = cards(service, order_call([draft(ordered)], prefetch=chart, **IRON_IS_LOW))
    assert "(FE09)" in card["detail"]
    assert card["source"]["topic"]["code"] == topic
    assert json.loads(card["links"][0]["appContext"]) == {"view": topic}


def test_one_topic_switched_off_takes_no_other_with_it() -> None:
    entry = {"name": "e", "fhir_base": "https://ehr.example.org", "topics_off": ["iron"]}
    service = client_of(EhrRegistry.model_validate({"ehr": [entry]}))
    at = {"fhirServer": "https://ehr.example.org"}
    chart = {"medications": searchset(medication(MAGNESIUM))}
    assert len(cards(service, order_call([draft(LEVOTHYROXINE)], prefetch=chart, **IRON_IS_LOW) | at)) == 1


def taken_up(card: dict[str, Any]) -> dict[str, Any]:
    """The order, as the EHR has it after our suggestion was accepted."""
    return dict(card["suggestions"][0]["actions"][0]["resource"])


@pytest.mark.parametrize("dosage", [{}, {"dosageInstruction": [{"text": "one daily"}, {"text": "one at night"}]}])
@pytest.mark.parametrize("hook", ["order-select", "order-sign"])
def test_who_took_up_our_instruction_is_left_in_peace(service: Any, hook: str, dosage: dict[str, Any]) -> None:
    taken = {"medications": searchset(medication(LEVOTHYROXINE))}
    [card] = cards(service, order_call([draft(IRON, **dosage)], prefetch=taken, **IRON_IS_LOW))
    amended = taken_up(card)
    assert cards(service, order_call([amended], hook=hook, prefetch=taken, **IRON_IS_LOW)) == []
    reworded = json.loads(json.dumps(amended).replace("Keep thyroid", "By the clinic: keep thyroid"))
    assert len(cards(service, order_call([reworded], prefetch=taken, **IRON_IS_LOW))) == 1


def test_our_own_instruction_makes_no_other_order_of_it(service: Any) -> None:
    taken = {"medications": searchset(medication(LEVOTHYROXINE))}
    [card] = cards(service, order_call([draft(IRON, note=[{"text": "x"}])], prefetch=taken, **IRON_IS_LOW))
    amended = taken_up(card)
    assert len(cards(service, order_call([amended], prefetch=taken, **SATURATED))) == 1, "of what is new"
    original = draft(IRON, note=[{"text": "x"}])
    assert cards(service, order_call([original], hook="order-sign", prefetch=taken, **SATURATED)) == []
    assert cards(service, order_call([amended], hook="order-sign", prefetch=taken, **SATURATED)) == []


def test_an_instruction_on_one_of_two_orders_is_enough(service: Any) -> None:
    both = [draft(LEVOTHYROXINE), draft(IRON, "d2")]
    [card] = cards(service, order_call(both, selected=["d1"], **IRON_IS_LOW))
    both[0] = taken_up(card)
    assert cards(service, order_call(both, selected=["d2"], **IRON_IS_LOW)) == []
    assert cards(service, order_call(both, **IRON_IS_LOW)) == []


def test_what_was_taken_up_hides_no_result_that_went_wrong(service: Any) -> None:
    taken = {"medications": searchset(medication(LEVOTHYROXINE))}
    [card] = cards(service, order_call([draft(IRON)], prefetch=taken, **IRON_IS_LOW))
    unread = taken | {"iron": operation_outcome()}
    [card] = cards(service, order_call([taken_up(card)], prefetch=unread, **IRON_IS_LOW))
    assert card["source"]["topic"]["code"] == "incomplete"


def test_an_order_without_an_id_is_told_of_and_left_alone(service: Any) -> None:
    [card] = cards(service, order_call([draft(IRON, None)], hook="order-sign", **SATURATED))
    assert "suggestions" not in card


@pytest.mark.parametrize(
    ("rxnorm", "alternative"),
    [(MIRTAZAPINE, "bupropion"), ("36437", "Bupropion"), ("704", "Bupropion"), ("6915", "ondansetron")],
)
def test_a_drug_that_aggravates_restless_legs_comes_with_its_alternative(
    client: Any, rxnorm: str, alternative: str
) -> None:
    [card] = client.post(SELECT, json=order_call([draft(rxnorm)])).get_json()["cards"]
    assert card["source"]["topic"]["code"] == "medicines" and alternative in card["detail"]
    assert client.post(SELECT, json=order_call([draft(rxnorm)], prefetch={"conditions": None})).json == {"cards": []}


def test_a_drug_known_by_name_is_marked_so(service: Any) -> None:
    by_name = draft(IRON, medicationCodeableConcept={"text": "Ferrous sulphate 200 mg <b>tablets</b>"})
    [card] = cards(service, order_call([by_name], **SATURATED))
    assert "Recognised by its name" in card["detail"]
    assert "<b>" not in json.dumps(card)


def test_orders_without_words_are_told_apart_by_their_codes(service: Any) -> None:
    coding = {"system": "http://www.nlm.nih.gov/research/umls/rxnorm"}
    orders = [
        draft(code, f"d{code}", medicationCodeableConcept={"coding": [coding | {"code": code}]})
        for code in (MIRTAZAPINE, "6915")
    ]
    shown = cards(service, order_call(orders))
    assert {card["summary"].partition(":")[0] for card in shown} == {"This order (15996)", "This order (6915)"}
    assert {card["suggestions"][0]["label"] for card in shown} == {
        "Remove the order: This order (15996)", "Remove the order: This order (6915)",
    }  # fmt: skip


@pytest.mark.parametrize("where", ["contained", "in the Bundle"])
def test_a_medication_by_reference(service: Any, where: str) -> None:
    order, coded = draft(IRON), draft(IRON)["medicationCodeableConcept"]
    del order["medicationCodeableConcept"]
    drug = {"resourceType": "Medication", "id": "m1", "code": coded}
    if where == "contained":
        body = order_call([order | {"contained": [drug], "medicationReference": {"reference": "#m1"}}], **SATURATED)
    else:
        body = order_call(
            [order | {"medicationReference": {"reference": "Medication/m1"}}, drug], selected=["d1"], **SATURATED
        )
    assert len(cards(service, body)) == 1


def test_of_most_orders_nothing_is_said_and_nothing_asked(service: Any) -> None:
    assert cards(service, order_call([draft(AMOXICILLIN)], prefetch=NO_PREFETCH)) == []


@pytest.mark.parametrize("drug", [IRON, LEVOTHYROXINE, MIRTAZAPINE])
def test_where_nothing_can_be_read_the_answer_is_412(service: Any, drug: str) -> None:
    answer = service.post(SELECT, json=order_call([draft(drug)], prefetch=NO_PREFETCH))
    assert answer.status_code == 412
    assert ("iron" in answer.json["issue"][0]["diagnostics"]) is (drug == IRON)


def test_an_ehr_that_shows_errors_gets_no_card_instead() -> None:
    entry = {"name": "e", "fhir_base": "https://ehr.example.org", "missing_data_answer": "no-card"}
    body = order_call([draft(IRON)], prefetch=NO_PREFETCH) | {"fhirServer": "https://ehr.example.org"}
    answer = client_of(EhrRegistry.model_validate({"ehr": [entry]})).post(SELECT, json=body)
    assert (answer.status_code, answer.json) == (200, {"cards": []})


def test_what_the_lists_tell_is_told_though_no_result_came(service: Any) -> None:
    lists = {"conditions": searchset(condition("E83.110")), "patient": patient()}
    [card] = cards(service, order_call([draft(IRON)], prefetch=NO_PREFETCH | lists))
    assert "(FE01)" in card["detail"]
    assert "The EHR reported an error instead of: iron" in card["detail"]


def test_a_drug_needs_no_results(service: Any) -> None:
    lists = {"conditions": searchset(condition("32914008", "http://snomed.info/sct")), "medications": None}
    [card] = cards(service, order_call([draft(MIRTAZAPINE)], prefetch=NO_PREFETCH | lists))
    assert card["source"]["topic"]["code"] == "medicines"
    assert "vitamin" not in card["detail"].partition("**Not known or not used**")[2].partition("**Basis**")[0]


def test_results_that_went_wrong_are_not_passed_over(service: Any) -> None:
    [card] = cards(service, order_call([draft(IRON)], prefetch={"iron": operation_outcome()}, **IRON_IS_LOW))
    assert card["summary"] == "Check of this order incomplete: the EHR reported an error instead of: iron"
    assert cards(service, order_call([draft(IRON)], prefetch={"folate": operation_outcome()}, **IRON_IS_LOW)) == []


NO_CONDITIONS = {"conditions": None}
PAGED = searchset(link=[{"relation": "next", "url": "https://ehr.example.org/2"}])
UNREAD = [operation_outcome(), PAGED, "absent"]


def without(body: dict[str, Any], key: str, value: Any) -> dict[str, Any]:
    prefetch = {name: told for name, told in body["prefetch"].items() if name != key}
    return body | {"prefetch": prefetch if value == "absent" else prefetch | {key: value}}


@pytest.mark.parametrize("value", UNREAD)
@pytest.mark.parametrize(
    ("rxnorm", "key", "named"),
    [(FOLIC_ACID, "vitaminB12", "vitamin B12"), (IRON, "iron", "iron"), (MAGNESIUM, "kidney", "kidney function")],
)
def test_what_was_not_read_is_no_absent_result_and_no_silence(
    service: Any, rxnorm: str, key: str, named: str, value: Any
) -> None:
    body = without(order_call([draft(rxnorm)], prefetch=NO_CONDITIONS, **ALL_NORMAL), key, value)
    [card] = cards(service, body)
    assert card["summary"].startswith("Check of this order incomplete: ") and card["summary"].endswith(f": {named}")
    assert (card["indicator"], card["source"]["topic"]["code"]) == ("info", "incomplete")
    assert "suggestions" not in card
    assert "result that counts" not in card["detail"] and "Not on file" not in card["detail"]


@pytest.mark.parametrize("value", UNREAD)
def test_beside_something_else_the_gap_is_named_and_not_as_absent(service: Any, value: Any) -> None:
    taken = {"medications": searchset(medication(LEVOTHYROXINE))}
    [card] = cards(service, without(order_call([draft(IRON)], prefetch=taken, **ALL_NORMAL), "iron", value))
    assert "(FE09)" in card["detail"]
    not_known = card["detail"].partition("**Not known or not used**")[2].partition("**Basis**")[0]
    assert ": iron." in not_known and "Not on file" not in not_known


@pytest.mark.parametrize("nothing", [None, searchset(), searchset(operation_outcome("warning"))])
def test_where_nothing_is_on_file_it_is_said(service: Any, nothing: Any) -> None:
    [card] = cards(service, order_call([draft(FOLIC_ACID)], prefetch={"vitaminB12": nothing}, **ALL_NORMAL))
    assert "(FOL01b)" in card["detail"]
    assert cards(service, order_call([draft(IRON)], prefetch={"iron": nothing}, **ALL_NORMAL)) == []
    assert cards(service, order_call([draft(MAGNESIUM)], prefetch={"kidney": nothing}, **ALL_NORMAL)) == []


@pytest.mark.parametrize(
    ("rxnorm", "key"),
    [(IRON, "folate"), (IRON, "kidney"), (MAGNESIUM, "iron"), (FOLIC_ACID, "iron"), (MIRTAZAPINE, "iron")],
)
def test_what_no_grave_caution_asks_for_may_be_absent(service: Any, rxnorm: str, key: str) -> None:
    body = without(order_call([draft(rxnorm)], prefetch=NO_CONDITIONS, **ALL_NORMAL), key, "absent")
    assert cards(service, body) == []


def test_a_caution_that_holds_for_another_reason_needs_no_result(service: Any) -> None:
    chart = {"conditions": searchset(condition("N18.6"), condition("Z99.2"))}
    body = without(order_call([draft(MAGNESIUM)], prefetch=chart, **ALL_NORMAL), "kidney", "absent")
    [card] = cards(service, body)
    assert card["source"]["topic"]["code"] == "magnesium"


def test_signing_does_not_repeat_what_could_not_be_checked(service: Any) -> None:
    chosen = order_call([draft(MAGNESIUM)], prefetch=NO_CONDITIONS, **ALL_NORMAL)
    signed = order_call([draft(MAGNESIUM), draft(AMOXICILLIN, "d2")], hook="order-sign", **ALL_NORMAL)
    twice = draft(MAGNESIUM, dosageInstruction=[{"text": "twice"}])
    changed = order_call([twice], hook="order-sign", prefetch=NO_CONDITIONS, **ALL_NORMAL)
    calls = [
        (chosen, "kidney", 1),
        (signed, "kidney", 0),
        (signed, "minerals", 1),
        (changed, "kidney", 1),
        (chosen, "kidney", 1),
    ]
    for body, key, told in calls:
        assert len(cards(service, without(body, key, "absent"))) == told


def test_for_the_dead_nothing_is_said(service: Any) -> None:
    dead = {"patient": patient(deceasedBoolean=True)}
    assert cards(service, order_call([draft(IRON)], prefetch=dead, **SATURATED)) == []


def test_of_a_test_patient_nothing_is_said(service: Any) -> None:
    tested = {"patient": patient(meta={"security": [{"code": "HTEST"}]})}
    assert cards(service, order_call([draft(IRON)], prefetch=tested, **SATURATED)) == []


def test_signing_does_not_repeat_what_was_said_at_choosing(service: Any) -> None:
    assert len(cards(service, order_call([draft(IRON)], **SATURATED))) == 1
    changed_by_the_ehr = draft(IRON, status="active", authoredOn="2026-11-22T10:00:00Z")
    assert cards(service, order_call([changed_by_the_ehr], hook="order-sign", **SATURATED)) == []
    assert len(cards(service, order_call([draft(IRON)], **SATURATED))) == 1, "choosing it anew is told anew"


def test_a_changed_order_is_told_of_again(service: Any) -> None:
    cards(service, order_call([draft(IRON)], **SATURATED))
    changed = draft(IRON, dosageInstruction=[{"text": "three times a day"}])
    assert len(cards(service, order_call([changed], hook="order-sign", **SATURATED))) == 1


def by_reference(drug: dict[str, Any], id: str = "m1", where: str = "in the Bundle") -> list[dict[str, Any]]:
    order = draft(IRON)
    del order["medicationCodeableConcept"]
    if where == "contained":
        contained = {"resourceType": "Medication", "id": id, **drug}
        return [order | {"contained": [contained], "medicationReference": {"reference": f"#{id}"}}]
    medication = {"resourceType": "Medication", "id": id, **drug}
    return [order | {"medicationReference": {"reference": f"Medication/{id}"}}, medication]


def coded(rxnorm: str) -> dict[str, Any]:
    return {"code": draft(rxnorm)["medicationCodeableConcept"]}


WITH_INGREDIENT = {"ingredient": [{"itemCodeableConcept": coded(IRON)["code"]}]}


@pytest.mark.parametrize("where", ["in the Bundle", "contained"])
@pytest.mark.parametrize(
    ("chosen", "signed", "told"),
    [
        (coded(IRON), coded(IRON), False),
        (coded(IRON), coded("24941"), True),
        (WITH_INGREDIENT, WITH_INGREDIENT, False),
        (WITH_INGREDIENT, {"ingredient": [{"itemCodeableConcept": coded("24941")["code"]}]}, True),
    ],
)
def test_behind_a_reference_the_drug_decides_and_not_its_id(
    service: Any, chosen: dict[str, Any], signed: dict[str, Any], told: bool, where: str
) -> None:
    select = order_call(by_reference(chosen, "m1", where), selected=["d1"], **SATURATED)
    sign = order_call(by_reference(signed, "m2", where), hook="order-sign", **SATURATED)
    same_id = order_call(by_reference(signed, "m1", where), hook="order-sign", **SATURATED)
    assert len(cards(service, select)) == 1
    assert [len(cards(service, one)) for one in (sign, same_id)] == [told, told]


def test_something_new_about_an_unchanged_order_is_told_alone(service: Any) -> None:
    taken = {"medications": searchset(medication(LEVOTHYROXINE))}
    cards(service, order_call([draft(IRON)], prefetch=taken, **IRON_IS_LOW))
    [card] = cards(service, order_call([draft(IRON)], hook="order-sign", prefetch=taken, **SATURATED))
    assert "(FE03)" in card["detail"] and "(FE09)" not in card["detail"]


def test_the_other_order_of_a_pair_is_not_told_of_at_signing(service: Any) -> None:
    both = [draft(LEVOTHYROXINE), draft(IRON, "d2")]
    assert len(cards(service, order_call(both, selected=["d1"], **IRON_IS_LOW))) == 1
    assert cards(service, order_call(both, hook="order-sign", **IRON_IS_LOW)) == []


def test_another_user_is_told(service: Any) -> None:
    cards(service, order_call([draft(IRON)], **SATURATED))
    body = order_call([draft(IRON)], hook="order-sign", **SATURATED)
    body["context"]["userId"] = "Practitioner/dr2"
    assert len(cards(service, body)) == 1


def test_what_only_watches_is_not_remembered_as_said() -> None:
    entry = {"name": "e", "fhir_base": "https://ehr.example.org", "shadow_services": ["rls-supplement-select"]}
    service = client_of(EhrRegistry.model_validate({"ehr": [entry]}))
    at = {"fhirServer": "https://ehr.example.org"}
    assert cards(service, order_call([draft(IRON)], **SATURATED) | at) == []
    assert len(cards(service, order_call([draft(IRON)], hook="order-sign", **SATURATED) | at)) == 1


def test_at_most_three_cards_and_the_rest_named(service: Any) -> None:
    drugs = [MIRTAZAPINE, "3498", "6915", "5093", IRON]
    shown = cards(service, order_call([draft(drug, f"d{place}") for place, drug in enumerate(drugs)], **SATURATED))
    assert len(shown) == 3 and shown[0]["source"]["topic"]["code"] == "iron"
    assert shown[2]["detail"].partition("**Also found**")[2].count("- drug ") == 2


def test_the_log_tells_how_much_and_never_what(service: Any, capsys: pytest.CaptureFixture[str]) -> None:
    cards(service, order_call([draft(IRON)], **SATURATED))
    cards(service, order_call([draft(AMOXICILLIN)], **SATURATED))
    logged = capsys.readouterr().err
    assert "hook call" in logged and "orders of no concern" in logged
    for secret in ('"p1', "24947", "Patient/", "52 %", "dr1"):
        assert secret not in logged
