"""A drug that is over since nobody knows when, or of which nobody knows whether it is taken, may contraindicate."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from clinical import assess, load_knowledge
from tests.clinical.resources import chart, condition, observation

TODAY = date(2026, 11, 22)
KNOWLEDGE = load_knowledge()
LOW_FOLATE = (
    {"resourceType": "Patient", "id": "p1", "birthDate": "1970-01-01", "gender": "male"},
    condition(),
    observation("2284-8", 2, id="f"),
    observation("2132-9", 500, "pg/mL", id="b"),
    {"resourceType": "AllergyIntolerance", "id": "a", "code": {"text": "none known"},
     "patient": {"reference": "Patient/p1"}},
)  # fmt: skip


def day(ago):
    return (TODAY - timedelta(days=ago)).isoformat()


def request(status, ago, **more):
    return {
        "resourceType": "MedicationRequest",
        "id": "m",
        "status": status,
        "intent": "order",
        "medicationCodeableConcept": {"text": "capecitabine"},
        "subject": {"reference": "Patient/p1"},
        **({} if ago is None else {"authoredOn": day(ago)}),
        **more,
    }


def statement(status, **more):
    return {**request(status, None), "resourceType": "MedicationStatement", **more}


def folic_acid_with(drug):
    found = assess(chart(*LOW_FOLATE, drug), KNOWLEDGE, TODAY)
    return next((one for one in found.proposals if one.id == "S.FOL.TREAT"), None), found


def test_without_it_folic_acid_is_ticked():
    proposal, _ = folic_acid_with({**request("active", 400), "medicationCodeableConcept": {"text": "atorvastatin"}})
    assert proposal is not None
    assert proposal.preselected


STILL = "whether “capecitabine” is taken"
ENDED = "until when “capecitabine” was taken"


@pytest.mark.parametrize(
    ("drug", "unknown"),
    [
        (request("unknown", 60), STILL),
        (request("unknown", 1000), STILL),
        (statement("unknown"), STILL),
        (statement("completed"), ENDED),
        (statement("stopped"), ENDED),
        (statement("stopped", effectivePeriod={"start": day(700)}), ENDED),
        (request("stopped", 60), ENDED),
        (request("completed", 60), ENDED),
        (request("completed", 120), ENDED),
        (request("completed", 60, dispenseRequest={"validityPeriod": {"end": day(-20)}}), ENDED),
        (request("stopped", 60, dispenseRequest={"validityPeriod": {"end": day(20)}}), ENDED),
    ],
)
def test_nothing_is_ticked_on_it_and_it_is_named(drug, unknown):
    proposal, found = folic_acid_with(drug)
    assert proposal is not None
    assert not proposal.preselected
    assert proposal.unknowns == (unknown,)
    assert "FOL04" not in [one.id for one in found.cautions]


@pytest.mark.parametrize(
    "drug",
    [
        statement("on-hold"),
        request("on-hold", 60),
        request("stopped", 30),
        request("completed", 60, dispenseRequest={"validityPeriod": {"end": day(20)}}),
        statement("stopped", effectivePeriod={"start": day(700), "end": day(30)}),
    ],
)
def test_on_hold_and_ended_lately_is_on_the_drug(drug):
    proposal, found = folic_acid_with(drug)
    assert proposal is None
    assert "FOL04" in [one.id for one in found.cautions]


@pytest.mark.parametrize(
    "drug",
    [
        request("completed", 121),
        request("stopped", 900),
        request("cancelled", 3),
        request("completed", 60, dispenseRequest={"validityPeriod": {"end": day(31)}}),
        request("stopped", 60, dispenseRequest={"validityPeriod": {"end": day(31)}}),
        request("unknown", 900, dispenseRequest={"validityPeriod": {"end": day(800)}}),
        statement("stopped", dateAsserted=day(31), effectivePeriod={"start": day(700)}),
        statement("stopped", effectivePeriod={"start": day(700), "end": day(31)}),
    ],
)
def test_what_is_over_for_long_counts_no_more(drug):
    proposal, _ = folic_acid_with(drug)
    assert proposal is not None
    assert proposal.preselected
