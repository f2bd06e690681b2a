"""Orders are proved before any patient is met; the faults that matter are each recognised."""

from __future__ import annotations

from datetime import date

import pytest

from clinical.knowledge import load_knowledge
from clinical.knowledge.schema import JURISDICTIONS
from clinical.orders import check_orders, draft_medication_request
from clinical.orders.validating import faults_of, sample_orders


@pytest.fixture
def order(medication):
    return draft_medication_request(medication(), "Patient/p1", date(2026, 11, 22), ("Observation/f1",))


def test_a_sound_order_has_no_faults(order):
    assert faults_of(order) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"status": "active"}, "an order leaves here as a draft and a proposal only"),
        ({"intent": "order"}, "an order leaves here as a draft and a proposal only"),
        ({"id": "1"}, "an order that is to be created has no id"),
        ({"subject": None}, "subject is empty"),
        ({"note": []}, "note is empty"),
        ({"note": [{"text": ""}]}, "note.0.text is empty"),
        ({"dispenseRequest": {}}, "the order must be valid for 90 days at most"),
        (
            {"dispenseRequest": {"validityPeriod": {"start": "2026-11-22", "end": "2027-02-20"}}},
            "the order must be valid for 90 days at most",
        ),
        ({"dosageinstruction": []}, "dosageinstruction: Extra inputs are not permitted"),
    ],
)
def test_a_fault_is_told(order, change, fault):
    assert fault in faults_of(order | change)


def test_a_referral_has_no_orders(referral):
    assert sample_orders(referral) == []


@pytest.mark.parametrize("jurisdiction", JURISDICTIONS)
class TestTheKnowledgeWeShip:
    def test_all_orders_are_valid(self, jurisdiction):
        assert check_orders(load_knowledge(jurisdiction)) == []

    def test_only_medication_and_laboratory_proposals_are_orders(self, jurisdiction):
        for proposal in load_knowledge(jurisdiction).proposals.values():
            assert bool(sample_orders(proposal)) == (proposal.kind in ("medication", "laboratory"))
