"""The order tray: drafts until they are signed."""

from __future__ import annotations

from datetime import date

import pytest

from demo_ehr.charts import Charts
from demo_ehr.desk.orderable_drugs import by_group, orderable_drugs
from demo_ehr.desk.tray import Tray

TODAY = date(2026, 11, 22)
ADA = "restless-legs-low-ferritin"


@pytest.fixture
def tray() -> Tray:
    return Tray()


def iron() -> dict[str, object]:
    return orderable_drugs()["ferrous-sulfate"].draft(TODAY)


def test_a_draft_is_of_the_patient_whatever_it_says(tray: Tray) -> None:
    draft = tray.put(ADA, {**iron(), "id": "theirs", "status": "active", "subject": {"reference": "Patient/other"}})
    assert draft["subject"] == {"reference": f"Patient/{ADA}"}
    assert (draft["status"], draft["id"] != "theirs") == ("draft", True)
    assert tray.drafts(ADA) == [draft]
    assert tray.drafts("other") == []


def test_actions_of_a_suggestion(tray: Tray) -> None:
    tray.act(ADA, {"type": "create", "resource": iron()})
    [draft] = tray.drafts(ADA)
    tray.act(ADA, {"type": "update", "resource": {**draft, "note": [{"text": "changed"}]}})
    [changed] = tray.drafts(ADA)
    assert changed["id"] == draft["id"]
    assert changed["note"] == [{"text": "changed"}]
    tray.act(ADA, {"type": "delete", "resourceId": f"MedicationRequest/{draft['id']}"})
    assert tray.drafts(ADA) == []


def test_signing_moves_drafts_into_the_chart(tray: Tray) -> None:
    charts = Charts(TODAY)
    before = len(charts.resources_of(ADA))
    tray.put(ADA, iron())
    assert tray.sign(ADA, charts, TODAY) == 1
    assert tray.drafts(ADA) == []
    assert len(charts.resources_of(ADA)) == before + 1
    signed = charts.resources_of(ADA)[-1]
    assert (signed["status"], signed["intent"]) == ("active", "order")


def test_every_drug_can_be_chosen_once() -> None:
    assert sum(len(drugs) for _group, drugs in by_group()) == len(orderable_drugs()) >= 10
    assert all(drug.codes for drug in orderable_drugs().values())
