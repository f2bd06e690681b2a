"""A diagnosis known by its words alone is neither asserted nor absent: it is named, and nothing is ticked on it."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from clinical import assess, load_knowledge
from clinical.chart.facts import Condition
from tests.clinical.resources import chart, condition, observation

TODAY = date(2026, 11, 22)
KNOWLEDGE = load_knowledge()
LOW_IRON = (
    {"resourceType": "Patient", "id": "p1", "birthDate": "1970-01-01", "gender": "male"},
    condition(),
    observation(id="f", value=40),
    observation("2502-3", 25, "%", id="t"),
    {"resourceType": "MedicationRequest", "id": "m", "status": "active", "intent": "order",
     "medicationCodeableConcept": {"text": "atorvastatin"}, "subject": {"reference": "Patient/p1"}},
    {"resourceType": "AllergyIntolerance", "id": "a", "code": {"text": "none known"},
     "patient": {"reference": "Patient/p1"}},
)  # fmt: skip


def iron_with(*, state="active", possible=frozenset(), groups=frozenset(), text="Bronze diabetes"):
    """The proposal of oral iron on a chart that holds this problem, and the findings beside it."""
    read = chart(*LOW_IRON)
    problem = Condition("Condition/c9", groups, state, text, None, possible)
    assessed = assess(msgspec.structs.replace(read, conditions=(*read.conditions, problem)), KNOWLEDGE, TODAY)
    return next((one for one in assessed.proposals if one.id == "S.FE.PO"), None), assessed


def test_the_chart_without_it_is_ticked():
    proposal, _ = iron_with()
    assert proposal is not None
    assert proposal.preselected
    assert proposal.unknowns == ()


@pytest.mark.parametrize("group", ["haemochromatosis", "iron-overload", "iron-loading-anaemia", "dialysis"])
def test_what_may_be_a_contraindication_takes_the_tick_and_is_named(group):
    proposal, assessed = iron_with(possible=frozenset({group}))
    assert proposal is not None
    assert not proposal.preselected
    assert len(proposal.unknowns) == 1
    assert proposal.unknowns[0].startswith("whether the problem “Bronze diabetes”, known by its words alone, means ")
    assert "IRON.RLS_LOW" in [one.id for one in assessed.findings]
    assert not [one for one in assessed.cautions if one.severity == "contraindicated"]


def test_a_code_still_withholds():
    proposal, assessed = iron_with(groups=frozenset({"haemochromatosis"}))
    assert proposal is None
    assert "FE01" in [one.id for one in assessed.cautions]


def test_of_the_past_it_counts_where_history_counts():
    past, _ = iron_with(possible=frozenset({"haemochromatosis"}), state="past")
    assert past is not None
    assert not past.preselected
    overload, _ = iron_with(possible=frozenset({"iron-overload"}), state="past")
    assert overload is not None
    assert overload.preselected


def test_what_was_refuted_does_not_count():
    proposal, _ = iron_with(possible=frozenset({"haemochromatosis"}), state="refuted")
    assert proposal is not None
    assert proposal.preselected


def test_dialysis_by_words_is_not_asserted():
    _, assessed = iron_with(possible=frozenset({"dialysis"}))
    assert assessed.context.dialysis == "unknown"


def test_a_letter_in_place_of_a_problem_is_quoted_by_its_beginning():
    proposal, _ = iron_with(possible=frozenset({"haemochromatosis"}), text="seen  in\nclinic " * 40)
    assert proposal is not None
    assert "“seen in clinic seen in clinic" in proposal.unknowns[0]
    assert len(proposal.unknowns[0]) < 160


LOW = {
    "S.MG.PO": [
        observation("19123-9", 1.4, "mg/dL", id="l", effectiveDateTime="2026-11-20"),
        observation("98979-8", 90, "mL/min/{1.73_m2}", id="e"),
        observation("2823-3", 4.2, "mmol/L", id="k"),
        observation("46099-8", 9.4, "mg/dL", id="c"),
    ],
    "S.B12.PO": [observation("2132-9", 150, "pg/mL", id="l")],
    "S.FE.PO": [],
}


def told_of(proposal, words):
    problem = condition() | {"id": "words", "code": {"text": words}}
    found = assess(chart(*LOW_IRON, *LOW[proposal], *([problem] if words else [])), KNOWLEDGE, TODAY).proposals
    return next(one for one in found if one.id == proposal)


@pytest.mark.parametrize(
    ("proposal", "words"),
    [
        ("S.FE.PO", "Hereditary haemochromatosis"),
        ("S.FE.PO", "Iron overload"),
        ("S.FE.PO", "Thalassaemia major"),
        ("S.FE.PO", "On haemodialysis"),
        ("S.MG.PO", "Myasthenia gravis"),
        ("S.MG.PO", "On haemodialysis"),
        ("S.B12.PO", "Peripheral neuropathy"),
        ("S.B12.PO", "Pernicious anaemia"),
    ],
)
def test_words_that_name_a_contraindication(proposal, words):
    before, told = told_of(proposal, None), told_of(proposal, words)
    assert before.preselected or proposal == "S.MG.PO"  # magnesium never is
    assert not before.unknowns
    assert not told.preselected
    assert all(f"“{words}”" in unknown for unknown in told.unknowns)
    assert told.unknowns


@pytest.mark.parametrize("words", ["Hypertension", "Family history of haemochromatosis", "No haemochromatosis"])
def test_words_that_name_none(words):
    assert told_of("S.FE.PO", words).preselected
