"""CH-19 to CH-22: cards, suggestions, links and override reasons over many generated patients.

Source: CDS Hooks 2.0.1 sections Card Attributes, Suggestion, Action, Link, and the logical models' invariants. The
rules of Inferno's CRD kit are restated in ``inferno.py``.
"""

from __future__ import annotations

import json
import random
from functools import cache
from typing import Any

import pytest

from tests.cds_hooks.conftest import client_of
from tests.cds_hooks.hook_requests import call, condition, medication, patient, searchset
from tests.conformance.conftest import SERVICE
from tests.conformance.inferno import faults

MANY = 80
EVIL = "<script>alert(1)</script> [x](javascript:y) | **b** `c`\n# d <img src=x>"
RANGES = {
    "ferritin": (5, 400, "ng/mL"),
    "transferrin_saturation": (4, 60, "%"),
    "vitamin_d": (4, 180, "ng/mL"),
    "vitamin_b12": (80, 1800, "pg/mL"),
    "folate": (1, 12, "ng/mL"),
    "magnesium": (0.3, 2.2, "mmol/L"),
    "vitamin_b6": (5, 400, "nmol/L"),
    "vitamin_c": (2, 80, "umol/L"),
    "hemoglobin": (5, 16, "g/dL"),
    "crp": (0.5, 60, "mg/L"),
    "egfr": (10, 110, "mL/min/{1.73_m2}"),
    "adjusted_calcium": (1.8, 3.2, "mmol/L"),
    "potassium": (2.5, 5.5, "mmol/L"),
}
PROBLEMS = ["E83.110", "N18.4", "Z99.2", "D86.9", "G70.00", "K50.90", "E21.0", "N20.0", "C18.9", "G62.9", "F50.00"]
DRUGS = ["10582", "3407", "6809", "7646", "6851", "6135", "11289", "6448", "15996", "3498"]


def generated(seed: int) -> dict[str, Any]:
    """A patient with random results, problems and medicines, whose records hold hostile texts."""
    chance = random.Random(seed)
    results: dict[str, Any] = {
        analyte: f"{round(chance.uniform(low, high), 2)} {unit}"
        for analyte, (low, high, unit) in RANGES.items()
        if chance.random() < 0.7
    }
    body = call(restless_legs=chance.random() < 0.8, **results)
    prefetch = body["prefetch"]
    born = f"{chance.randint(1935, 2018)}-03-04"
    prefetch["patient"] = patient(gender=chance.choice(["female", "male"]), birthDate=born)
    problems = [condition(code) for code in chance.sample(PROBLEMS, chance.randint(0, 2))]
    prefetch["conditions"].setdefault("entry", []).extend({"resource": one} for one in problems)
    drugs = [medication(code, note=[{"text": EVIL}]) for code in chance.sample(DRUGS, chance.randint(0, 3))]
    prefetch["medications"] = searchset(*drugs)
    for key in ("iron", "folate"):
        for entry in (prefetch[key] or {}).get("entry", []):
            spoil(entry["resource"], chance)
    return body


def spoil(result: dict[str, Any], chance: random.Random) -> None:
    """Puts hostile text where laboratories put text; now and then into the unit."""
    result["note"] = [{"text": EVIL}]
    result["code"]["text"] = EVIL
    if chance.random() < 0.1:
        result["valueQuantity"] |= {"unit": EVIL, "code": EVIL}


@cache
def answers() -> list[dict[str, Any]]:
    client = client_of()
    replies = [client.post(SERVICE, json=generated(seed)) for seed in range(MANY)]
    assert {reply.status_code for reply in replies} == {200}
    return [reply.json for reply in replies if reply.json is not None]


def cards() -> list[dict[str, Any]]:
    return [card for answer in answers() for card in answer["cards"]]


def test_the_generated_patients_are_worth_the_check() -> None:
    assert len(cards()) > MANY
    assert {card["indicator"] for card in cards()} == {"info", "warning", "critical"}
    assert sum(len(card.get("suggestions", ())) for card in cards()) > 50


@pytest.mark.conformance("CH-19")
@pytest.mark.parametrize("seed", range(MANY))
def test_every_answer_passes_the_checks_of_inferno(seed: int) -> None:
    assert faults(answers()[seed]) == []


@pytest.mark.conformance("CH-19")
def test_summary_indicator_and_uuid_of_every_card() -> None:
    for card in cards():
        assert 0 < len(card["summary"]) <= 139
        assert card["indicator"] in ("info", "warning", "critical")
    ids = [card["uuid"] for card in cards()]
    assert len(set(ids)) == len(ids)


@pytest.mark.conformance("CH-19")
def test_what_an_ehr_wrote_is_never_markup() -> None:
    text = json.dumps([[card["summary"], card["detail"]] for card in cards()])
    for markup in ("<script", "<img", "](javascript", "**b**", "\\n# d"):
        assert markup not in text


@pytest.mark.conformance("CH-19")
def test_few_cards_the_worst_first() -> None:
    order = ["critical", "warning", "info"]
    for answer in answers():
        places = [order.index(card["indicator"]) for card in answer["cards"]]
        assert len(places) <= 3 and places == sorted(places)


@pytest.mark.conformance("CH-20")
def test_every_suggestion_is_a_draft_that_can_be_ordered() -> None:
    orders = [
        action["resource"]
        for card in cards()
        for suggestion in card.get("suggestions", ())
        for action in suggestion["actions"]
        if action["type"] == "create"
    ]
    assert {order["resourceType"] for order in orders} == {"MedicationRequest", "ServiceRequest"}
    assert {(order["status"], order["intent"]) for order in orders} == {("draft", "proposal")}
    assert {order["subject"]["reference"] for order in orders} == {"Patient/p1"}
    assert {card.get("selectionBehavior") for card in cards() if "suggestions" in card} == {"any"}
    assert not any("selectionBehavior" in card for card in cards() if "suggestions" not in card)


@pytest.mark.conformance("CH-21")
def test_every_link_leads_into_the_app_without_naming_a_patient() -> None:
    links = [link for card in cards() for link in card["links"]]
    assert {(link["url"], link["type"]) for link in links} == {("https://cds.example.org/launch", "smart")}
    for link in links:
        assert set(json.loads(link["appContext"])) == {"view"}


@pytest.mark.conformance("CH-22")
def test_every_override_reason_is_a_whole_coding() -> None:
    reasons = [reason for card in cards() for reason in card["overrideReasons"]]
    assert all(set(reason) == {"system", "code", "display"} and all(reason.values()) for reason in reasons)
    assert {reason["system"] for reason in reasons} == {
        "http://terminology.hl7.org/CodeSystem/non-adherence-reason-codes"
    }
