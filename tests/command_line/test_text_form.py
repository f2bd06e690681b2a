"""The text that a clinician may paste into a note."""

from __future__ import annotations

from tests.command_line.conftest import Call, bundle, patient, restless_legs, result


def test_a_note(call: Call, chart: bytes) -> None:
    text = call("assess", given=chart).stdout
    assert text.startswith("Nutrient results in restless legs syndrome, assessed 2026-11-22\n")
    assert "Patient/p1: female, 46 years, born 1980-01-01; restless legs" in text
    for part in ("FINDINGS", "TO CONSIDER (nothing is ordered)", "RESULTS"):
        assert f"\n{part}\n" in text
    assert text.splitlines()[-2].startswith("Knowledge ")
    assert "not validated for clinical use" in text.splitlines()[-1]
    assert all(line == line.rstrip() for line in text.splitlines())


def test_worst_first(call: Call) -> None:
    chart = bundle(
        patient(),
        restless_legs(),
        result("f1", "2276-4", 22, "ng/mL"),
        result("t1", "2502-3", 12, "%"),
        result("m1", "2601-3", 0.4, "mmol/L"),
    )
    text = call("assess", given=chart).stdout
    assert text.index("[critical]") < text.index("[warning]")


def test_what_was_not_used_is_told_with_its_reason(call: Call) -> None:
    text = call("assess", given=bundle(patient(), restless_legs(), result("f1", "2276-4", 22, "mg/dL"))).stdout
    assert "NOT USED" in text
    assert "DQ.UNIT_UNKNOWN" in text
    assert "Observation/f1" in text


def test_nothing_to_say(call: Call) -> None:
    chart = bundle(patient(), restless_legs(), result("f1", "2276-4", 140, "ng/mL"), result("t1", "2502-3", 30, "%"))
    text = call("assess", given=chart).stdout
    assert "[warning]" not in text


def test_restless_legs_not_on_record_is_said(call: Call) -> None:
    text = call("assess", given=bundle(patient(), result("f1", "2276-4", 62, "ng/mL"))).stdout
    assert "restless legs not on record" in text
