"""Proposals become drafts that can be ordered with one click; what cannot be ordered becomes no suggestion."""

from __future__ import annotations

from cds_hooks.suggestions import suggestions_of
from tests.cds_hooks.assessments import laboratory_proposal, proposal


def test_one_suggestion_per_proposal_one_action_per_order() -> None:
    medication, laboratory = suggestions_of([proposal(), laboratory_proposal(preselected=False)])
    assert medication.label == "Consider ferrous sulfate 325 mg once daily"
    assert [action.description for action in medication.actions] == ["Draft order: ferrous sulfate 325 mg once daily"]
    assert [action.description for action in laboratory.actions] == [
        "Draft order: Ferritin", "Draft order: Iron and iron-binding capacity panel",
    ]  # fmt: skip
    assert {action.type for action in (*medication.actions, *laboratory.actions)} == {"create"}


def test_what_is_preselected_is_recommended_and_nothing_else() -> None:
    ticked, unticked = suggestions_of([proposal(preselected=True), proposal(preselected=False)])
    assert ticked.is_recommended and not unticked.is_recommended


def test_referral_and_advice_are_not_ordered() -> None:
    assert suggestions_of([proposal(kind="referral", resources=()), proposal(kind="advice", resources=())]) == ()
