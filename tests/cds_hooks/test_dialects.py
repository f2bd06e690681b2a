"""What each EHR takes: every card over many generated patients and orders obeys the rules of its dialect."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

import pytest

from cds_hooks.dialects import dialect_of, in_dialect, spoken_hooks
from cds_hooks.response import as_objects
from hosting import EhrRegistry, RegistryError
from tests.cds_hooks.assessments import assessment, finding, laboratory_proposal, proposal, seen
from tests.cds_hooks.conftest import client_of
from tests.cds_hooks.hook_requests import ALL_NORMAL, call
from tests.cds_hooks.order_requests import IRON, SATURATED, SELECT, SIGN, draft, order_call
from tests.conformance.inferno import UUID, faults
from tests.conformance.test_ch_cards import generated
from tests.vignettes.order_stories import hook_call, read_order_stories

FHIR_BASE = "https://ehr.example.org/fhir"
VIEW = "/cds-services/rls-nutrients"
DIALECTS = ["standard", "epic", "oracle"]
MANY = 60
ORDERS = [json.loads(hook_call(story)) for story in read_order_stories("order_stories.yaml") if story.told]


def registry(dialect: str = "standard", **words: Any) -> EhrRegistry:
    entry = {"name": "hospital", "fhir_base": FHIR_BASE, "card_dialect": dialect, **words}
    return EhrRegistry.model_validate({"ehr": [entry]})


def cards_of(client: Any, address: str, body: dict[str, Any]) -> list[dict[str, Any]]:
    answer = client.post(address, json=body | {"fhirServer": FHIR_BASE})
    assert answer.status_code == 200, answer.json
    assert faults(answer.json) == []
    return list(answer.json["cards"])


@cache
def all_cards(dialect: str) -> list[list[dict[str, Any]]]:
    """The cards of each call: generated patients first, then every story of what is ordered."""
    client = client_of(registry(dialect))
    views = [cards_of(client, VIEW, generated(seed)) for seed in range(MANY)]
    return [*views, *(cards_of(client, SELECT, body) for body in ORDERS)]


def actions_of(cards: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    return [one["actions"] for card in cards for one in card.get("suggestions", ())]


def flat(dialect: str) -> list[dict[str, Any]]:
    return [card for cards in all_cards(dialect) for card in cards]


def without_uuids(part: Any) -> Any:
    text = json.dumps(part, sort_keys=True)
    return re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "*", text)


def test_the_generated_patients_are_worth_the_check() -> None:
    several = [actions for actions in actions_of(flat("standard")) if len(actions) > 1]
    kinds = {action["type"] for actions in actions_of(flat("standard")) for action in actions}
    assert several and kinds == {"create", "update", "delete"}
    assert {card["indicator"] for card in flat("standard")} == {"info", "warning", "critical"}


def test_who_is_not_registered_gets_the_standard_and_the_standard_is_what_was_made() -> None:
    client = client_of()
    for seed in range(20):
        answer = client.post(VIEW, json=generated(seed)).get_json()["cards"]
        assert without_uuids(answer) == without_uuids(all_cards("standard")[seed])


def test_the_standard_changes_nothing(writer: Any) -> None:
    response = writer.write(assessment(measurements=(seen(),), findings=(finding(),), proposals=(proposal(),)))
    assert in_dialect(response, None) is response
    assert in_dialect(response, registry().ehrs[0]) is response


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_dialect_changes_no_word_of_a_card_and_no_order(dialect: str) -> None:
    def told(card: dict[str, Any]) -> list[Any]:
        return [card[name] for name in ("summary", "detail", "source", "links", "overrideReasons")]

    assert [list(map(told, one)) for one in all_cards(dialect)] == [
        list(map(told, one)) for one in all_cards("standard")
    ]


# Epic


def test_epic_gets_one_action_per_suggestion_and_any_of_them() -> None:
    assert all(len(actions) == 1 for actions in actions_of(flat("epic")))
    assert {card.get("selectionBehavior") for card in flat("epic")} == {"any", None}
    assert all(("selectionBehavior" in card) == ("suggestions" in card) for card in flat("epic"))


def test_epic_gets_what_it_can_carry_out_and_nothing_of_it_is_lost() -> None:
    ours, theirs = (
        [
            (action["type"], action.get("resource") or action["resourceId"], action["description"])
            for actions in actions_of(flat(dialect))
            for action in actions
        ]
        for dialect in ("standard", "epic")
    )
    kinds = {
        (kind, (what if isinstance(what, str) else what["resourceType"]).split("/")[0]) for kind, what, _ in theirs
    }
    orders = ("MedicationRequest", "ServiceRequest")
    assert kinds <= {(kind, order) for kind in ("create", "delete") for order in orders}
    possible = [one for one in ours if one[0] != "update" and not str(one[1]).startswith("NutritionOrder")]
    assert theirs == possible


def test_what_epic_shows_of_a_suggestion_says_by_itself_what_is_done() -> None:
    for actions in actions_of(flat("epic")):
        assert actions[0]["description"].startswith(("Draft order: ", "Remove the order: "))


def test_what_cannot_be_suggested_to_epic_is_told_in_the_detail() -> None:
    pairs = zip(flat("standard"), flat("epic"), strict=True)
    amended = [(ours, theirs) for ours, theirs in pairs if any(a[0]["type"] == "update" for a in actions_of([ours]))]
    assert amended
    for ours, theirs in amended:
        [instruction] = [one["label"] for one in ours["suggestions"] if one["actions"][0]["type"] == "update"]
        assert instruction.split(": ", 1)[1][:30] in theirs["detail"]


def test_epic_remembers_overrides_by_a_topic_that_never_changes() -> None:
    for dialect in ("standard", "epic"):
        assert all(re.fullmatch(r"[A-Za-z0-9]{1,100}", card["source"]["topic"]["code"]) for card in flat(dialect))
    again = [
        card["source"]["topic"]
        for seed in range(5)
        for card in cards_of(client_of(registry("epic")), VIEW, generated(seed))
    ]
    assert again == [card["source"]["topic"] for cards in all_cards("epic")[:5] for card in cards]


def test_every_card_and_suggestion_for_epic_has_a_uuid_of_its_own() -> None:
    ids = [one["uuid"] for card in flat("epic") for one in (card, *card.get("suggestions", ()))]
    assert len(set(ids)) == len(ids) and all(UUID.fullmatch(id) for id in ids)


def test_a_proposal_with_two_tests_is_two_suggestions_for_epic_ticked_alike(writer: Any) -> None:
    made = assessment(measurements=(seen(),), findings=(finding(),), proposals=(laboratory_proposal(preselected=True),))
    standard = writer.write(made)
    [ours] = as_objects(standard)["cards"]
    [theirs] = as_objects(in_dialect(standard, registry("epic").ehrs[0]))["cards"]
    [whole] = ours["suggestions"]
    first, second = theirs["suggestions"]
    assert [first["actions"], second["actions"]] == [[one] for one in whole["actions"]]
    assert first["uuid"] == whole["uuid"] != second["uuid"]
    assert first["isRecommended"] and second["isRecommended"]


# Oracle


def test_oracle_gets_no_pop_up_and_every_card() -> None:
    pairs = list(zip(flat("standard"), flat("oracle"), strict=True))
    assert {theirs["indicator"] for _, theirs in pairs} == {"info", "warning"}
    for ours, theirs in pairs:
        assert theirs["indicator"] == ("warning" if ours["indicator"] == "critical" else ours["indicator"])


def test_a_site_of_oracle_may_want_pop_ups() -> None:
    client = client_of(registry("oracle", critical_pop_ups=True))
    seeds = [seed for seed in range(MANY) if any(c["indicator"] == "critical" for c in all_cards("standard")[seed])]
    for seed in seeds[:3]:
        assert "critical" in [card["indicator"] for card in cards_of(client, VIEW, generated(seed))]


def test_elsewhere_there_are_no_pop_ups_to_want() -> None:
    with pytest.raises(ValueError, match="critical_pop_ups"):
        registry("epic", critical_pop_ups=True)


def test_the_links_of_every_dialect_lead_to_one_address_that_can_be_allowed() -> None:
    for dialect in DIALECTS:
        links = {(link["url"], link["type"]) for card in flat(dialect) for link in card["links"]}
        assert links == {("https://cds.example.org/launch", "smart")}


@pytest.mark.parametrize(
    ("dialects", "offered"),
    [
        ([], {"patient-view", "order-select", "order-sign"}),
        (["oracle"], {"patient-view"}),
        (["epic"], {"patient-view", "order-select", "order-sign"}),
        (["oracle", "standard"], {"patient-view", "order-select", "order-sign"}),
    ],
)
def test_a_hook_that_no_registered_ehr_calls_is_not_offered(dialects: list[str], offered: set[str]) -> None:
    entries = [
        {"name": name, "fhir_base": f"{FHIR_BASE}/{place}", "card_dialect": name} for place, name in enumerate(dialects)
    ]
    registered = EhrRegistry.model_validate({"ehr": entries})
    services = client_of(registered).get("/cds-services").get_json()["services"]
    assert {service["hook"] for service in services} == spoken_hooks(registered) == offered


def test_each_word_of_the_registry_has_its_dialect() -> None:
    assert len({dialect_of(registry(name).ehrs[0]).say for name in DIALECTS}) == len(DIALECTS)


# Codes of the site

PREFERRED = "urn:com.epic.cdshooks.action.code.system.preference-list-item"
CODES = {
    "S.FE.PO": f"{PREFERRED}|1234|Ferrous sulfate, as we order it | 65 mg",
    "http://loinc.org|2276-4": "urn:oid:1.2.3|FERR|Ferritin at our laboratory",
}


def orders(client: Any, **results: Any) -> list[dict[str, Any]]:
    cards = cards_of(client, VIEW, call(**results))
    return [action["resource"] for actions in actions_of(cards) for action in actions]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_is_suggested_carries_the_codes_of_the_site_before_ours(dialect: str) -> None:
    results = {"ferritin": "22 ng/mL", "transferrin_saturation": "14 %", "crp": "1 mg/L"}
    plain, coded = (
        orders(client_of(one), **results) for one in (registry(dialect), registry(dialect, order_codes=CODES))
    )
    [iron] = [one for one in coded if one["resourceType"] == "MedicationRequest"]
    first, *ours = iron["medicationCodeableConcept"]["coding"]
    assert first == {"system": PREFERRED, "code": "1234", "display": "Ferrous sulfate, as we order it | 65 mg"}
    concepts = [one.get("code") or one["medicationCodeableConcept"] for one in plain]
    assert ours == next(one["coding"] for one in concepts if one["coding"][0]["system"].endswith("rxnorm"))
    tests = [one["code"]["coding"] for one in coded if one["resourceType"] == "ServiceRequest"]
    assert [coding[0]["code"] for coding in tests] == ["FERR", "50190-8"]
    without = [
        {**one, name: {**one[name], "coding": one[name]["coding"][-len(own["coding"]) :]}}
        for one, own in zip(coded, concepts, strict=True)
        for name in ("code", "medicationCodeableConcept")
        if name in one
    ]
    assert without == plain


def test_codes_of_one_site_are_no_other_sites() -> None:
    client = client_of(registry(order_codes=CODES))
    body = call(ferritin="22 ng/mL")
    cards = client.post(VIEW, json=body | {"fhirServer": "https://other.example.org/fhir"}).get_json()["cards"]
    assert PREFERRED not in json.dumps(cards)


def test_a_test_that_a_caution_asks_for_at_ordering_is_coded_too() -> None:
    client = client_of(registry(order_codes={"S.LAB.B12": "urn:oid:1.2.3|B12|Vitamin B12"}))
    body = order_call([draft("4511")], **{name: told for name, told in SATURATED.items() if name != "vitamin_b12"})
    [card] = cards_of(client, SELECT, body)
    created = [a["resource"] for actions in actions_of([card]) for a in actions if a["type"] == "create"]
    assert [one["code"]["coding"][0]["code"] for one in created] == ["B12"]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("S.FE.PQ", "'S.FE.PQ' is no proposal with an order; these are: .*S.FE.PO"),
        ("S.FE.IV_REFERRAL", "is no proposal with an order"),
        ("S.LAB.IRON", r"'S.LAB.IRON' orders several tests; .*: http://loinc.org\|2276-4, http://loinc.org\|50190-8"),
        ("http://loinc.org|718-7", "is no code of an order that is ever proposed"),
    ],
)
def test_a_name_that_is_none_of_ours_stops_the_service(name: str, told: str) -> None:
    with pytest.raises(RegistryError, match=f'EHR "hospital", order_codes: .*{told}'):
        client_of(registry(order_codes={name: "urn:oid:1.2.3|X|X"}))


@pytest.mark.parametrize("coding", ["", "X", "urn:oid:1.2.3|X", "urn:oid:1.2.3|X|", "|X|X", "urn:oid:1.2.3| |X"])
def test_half_a_coding_is_refused(coding: str) -> None:
    with pytest.raises(ValueError, match=r"'S.FE.PO' is ordered by must be written"):
        registry(order_codes={"S.FE.PO": coding})


def test_the_knowledge_orders_by_codes_that_the_registry_can_name() -> None:
    everything = dict.fromkeys(("S.LAB.B12", "S.VITD.MAINT", "http://loinc.org|50190-8"), "urn:oid:1.2.3|X|X")
    assert client_of(registry(order_codes=everything))


# What Inferno's CRD kit wants beyond the standard


@pytest.mark.conformance("CH-20")
def test_system_actions_are_sent_at_order_sign_where_the_ehr_wants_them() -> None:
    plain, compatible = client_of(registry()), client_of(registry(crd_compat=True))
    body = order_call([draft(IRON)], hook="order-sign", **SATURATED) | {"fhirServer": FHIR_BASE}
    told, wanted = (client.post(SIGN, json=body).get_json() for client in (plain, compatible))
    assert "systemActions" not in told and wanted["systemActions"] == []
    assert without_uuids(told["cards"]) == without_uuids(wanted["cards"]) != "[]"


@pytest.mark.conformance("CH-20")
@pytest.mark.parametrize("drafts", [[draft("723")], [draft(IRON, status="stopped")]])
def test_and_where_there_is_nothing_to_say(drafts: list[dict[str, Any]]) -> None:
    body = order_call(drafts, hook="order-sign") | {"fhirServer": FHIR_BASE}
    assert client_of(registry(crd_compat=True)).post(SIGN, json=body).get_json() == {"cards": [], "systemActions": []}
    silenced = client_of(registry(crd_compat=True, kill_switch=True))
    assert silenced.post(SIGN, json=body).get_json() == {"cards": [], "systemActions": []}


@pytest.mark.conformance("CH-05")
def test_other_hooks_have_none_of_it() -> None:
    client = client_of(registry(crd_compat=True))
    assert client.post(VIEW, json=call(**ALL_NORMAL) | {"fhirServer": FHIR_BASE}).get_json() == {"cards": []}
    select = order_call([draft("723")]) | {"fhirServer": FHIR_BASE}
    assert client.post(SELECT, json=select).get_json() == {"cards": []}


# Where the app is


def test_links_lead_to_the_app_where_it_runs_elsewhere() -> None:
    client = client_of(smart_app_url="https://app.example.org/rls")
    views = client.post(VIEW, json=call(ferritin="22 ng/mL")).get_json()["cards"]
    chosen = client.post(SELECT, json=order_call([draft(IRON)], **SATURATED)).get_json()["cards"]
    assert {card["links"][0]["url"] for card in (*views, *chosen)} == {"https://app.example.org/rls/launch"}
    assert {card["source"]["url"] for card in (*views, *chosen)} == {"https://cds.example.org/about"}
