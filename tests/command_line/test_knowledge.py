"""``knowledge check`` and ``knowledge show``."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import time_machine

from clinical.orders import draft_medication_request
from tests.command_line.conftest import Call


def test_the_knowledge_is_in_order(call: Call) -> None:
    """On the day of its release. Which reviews are overdue today, ``make check`` says, and refuses no change."""
    with time_machine.travel(date(2026, 11, 22), tick=False):
        outcome = call("knowledge", "check")
    assert outcome.exit_code == 0, outcome.stdout
    assert outcome.stdout.endswith("All well.\n")


def test_a_fault_in_the_knowledge_is_told(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("command_line.knowledge.PACKAGE_FOLDER", tmp_path)
    outcome = call("knowledge", "check")
    assert outcome.exit_code == 1
    assert "to mend in the knowledge" in outcome.stderr
    assert outcome.stderr.count("\n") == 1
    assert outcome.stdout


def test_an_order_that_is_no_sound_fhir_is_told(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if an intent had been misspelt where the orders are written."""
    monkeypatch.setattr(
        "clinical.orders.validating.draft_medication_request",
        lambda *told: draft_medication_request(*told) | {"intent": "proposed"},
    )
    with time_machine.travel(date(2026, 11, 22), tick=False):
        outcome = call("knowledge", "check")
    assert outcome.exit_code == 1
    assert "S.FE.PO: an order leaves here as a draft and a proposal only\n" in outcome.stdout
    assert len(set(outcome.stdout.splitlines())) == len(outcome.stdout.splitlines())
    assert outcome.stderr.count("\n") == 1


@pytest.mark.parametrize("nutrient", ["iron", "vitamin-d", "magnesium"])
def test_a_nutrient_is_shown(call: Call, nutrient: str) -> None:
    outcome = call("knowledge", "show", nutrient)
    assert outcome.exit_code == 0
    assert "Sources" in outcome.stdout


def test_everything_is_shown(call: Call) -> None:
    text = call("knowledge", "show").stdout
    for finding in ("IRON.RLS_LOW", "VITD.SEVERE", "CTX.RENAL"):
        assert finding in text


def test_another_jurisdiction_is_shown(call: Call) -> None:
    assert call("knowledge", "show", "vitamin-d", "--jurisdiction", "uk").exit_code == 0


def test_a_nutrient_that_does_not_exist(call: Call) -> None:
    outcome = call("knowledge", "show", "kryptonite")
    assert outcome.exit_code == 1
    assert "kryptonite" in outcome.stderr
    assert outcome.stderr.count("\n") == 1
