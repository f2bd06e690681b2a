"""``assess``: what goes in, what comes out, and how it ends where it cannot be assessed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command_line.conftest import Call, bundle, patient, restless_legs, result

PATIENTS = Path(__file__).resolve().parents[2] / "fixtures" / "patients"
PROGRAM = [sys.executable, "-c", "from command_line import main; main()"]


def test_text_is_the_default_and_standard_input_too(call: Call, chart: bytes) -> None:
    outcome = call("assess", given=chart)
    assert outcome.exit_code == 0
    assert "IRON.RLS_LOW" in outcome.stdout
    assert "22 ug/L" in outcome.stdout
    assert outcome.stderr == ""


@pytest.mark.parametrize("form", ["text", "json", "cards"])
def test_every_format_of_a_file(call: Call, tmp_path: Path, chart: bytes, form: str) -> None:
    (tmp_path / "chart.json").write_bytes(chart)
    outcome = call("assess", str(tmp_path / "chart.json"), "--format", form)
    assert outcome.exit_code == 0
    assert outcome.stdout.endswith("\n")


def test_cards_are_an_answer_of_the_hook(call: Call, chart: bytes) -> None:
    cards = json.loads(call("assess", "-", "--format", "cards", given=chart).stdout)["cards"]
    assert cards
    assert cards[0]["indicator"] == "warning"


def test_the_same_chart_in_every_wrapping(call: Call, chart: bytes) -> None:
    resources = [entry["resource"] for entry in json.loads(chart)["entry"]]
    wrapped = {
        "array": json.dumps(resources),
        "ndjson": "\n".join(json.dumps(resource) for resource in resources),
        "hook": json.dumps(
            {
                "hook": "patient-view",
                "context": {"patientId": "p1"},
                "prefetch": {"patient": resources[0], "rest": json.loads(bundle(*resources[1:]))},
            }
        ),
    }
    found = {
        name: [
            finding["id"]
            for finding in json.loads(call("assess", "--format", "json", given=text.encode()).stdout)["findings"]
        ]
        for name, text in wrapped.items()
    }
    assert found == dict.fromkeys(wrapped, found["array"])
    assert "IRON.RLS_LOW" in found["array"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (b"", "empty"),
        (b"{", "not valid JSON"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "not valid JSON"),
        (b'{"name": "Ada"}', "neither a FHIR resource"),
        (b"[]", "no FHIR resource"),
        (b'"text"', "JSON"),
        (bundle(patient("p1"), patient("p2")), "2 Patient"),
        (
            json.dumps(
                {"hook": "patient-view", "context": {"patientId": "p2"}, "prefetch": {"patient": patient()}}
            ).encode(),
            "patientId",
        ),
    ],
    ids=["nothing", "torn", "binary", "no FHIR", "empty array", "text", "two patients", "another patient"],
)
def test_what_cannot_be_assessed_ends_in_one_line(call: Call, given: bytes, said: str) -> None:
    outcome = call("assess", "-", given=given)
    assert outcome.exit_code == 1
    assert outcome.stdout == ""
    assert outcome.stderr.startswith("rls-nutrients: ")
    assert outcome.stderr.count("\n") == 1
    assert said in outcome.stderr


@pytest.mark.parametrize("depth", [*range(900, 1000, 3), 5_000])
def test_what_is_nested_too_deeply_ends_in_one_line(call: Call, depth: int) -> None:
    deep = result("o1", "2276-4", 22.0, "ng/mL") | {"interpretation": "DEEP"}
    given = bundle(patient(), deep).replace(b'"DEEP"', b"[" * depth + b"]" * depth)
    outcome = call("assess", "-", given=given)
    assert outcome.exit_code == 0 or "nested too deeply" in outcome.stderr
    assert outcome.stderr.count("\n") <= 1


@pytest.mark.parametrize("name", ["nowhere.json", ".", "a\0b"], ids=["missing", "directory", "impossible name"])
def test_what_is_no_file_ends_in_one_line(call: Call, tmp_path: Path, name: str) -> None:
    outcome = call("assess", str(tmp_path / name))
    assert outcome.exit_code == 1
    assert outcome.stderr.count("\n") == 1


def test_another_fhir_version_is_refused(call: Call) -> None:
    stu3 = {**restless_legs(), "clinicalStatus": "active"}
    assert call("assess", "-", given=bundle(patient(), stu3)).exit_code == 1


@pytest.mark.parametrize(
    "arguments",
    [("--today", "22.11.2026"), ("--format", "xml"), ("--jurisdiction", "mars"), ("--frobnicate",), ("one", "two")],
    ids=" ".join,
)
def test_wrong_usage(call: Call, arguments: tuple[str, ...]) -> None:
    assert call("assess", *arguments, given=b"{}").exit_code == 2


def test_another_day_makes_a_result_old(call: Call, chart: bytes) -> None:
    later = json.loads(call("assess", "--format", "json", "--today", "2028-01-01", given=chart).stdout)
    assert later["assessedOn"] == "2028-01-01"
    assert "IRON.RLS_LOW" not in [finding["id"] for finding in later["findings"]]
    assert "DQ.STALE" in [entry["id"] for entry in later["dataQuality"]]


def test_a_reader_that_goes_away_is_no_fault(tmp_path: Path, chart: bytes) -> None:
    """Like ``rls-nutrients assess chart.json | head -0``."""
    (tmp_path / "chart.json").write_bytes(chart)
    command = [*PROGRAM, "assess", str(tmp_path / "chart.json"), "--format", "json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        said = process.stderr.read()
    assert b"Traceback" not in said
    assert process.returncode == 1


def test_no_patient_data_in_an_error(call: Call) -> None:
    outcome = call("assess", "-", given=b'{"resourceType": "Patient", "name": "Ada Fictional"')
    assert outcome.exit_code == 1
    assert "Fictional" not in outcome.stderr


@pytest.mark.parametrize("path", sorted(PATIENTS.glob("*.json")), ids=lambda path: path.stem)
def test_every_patient_of_the_fixtures_can_be_assessed(call: Call, path: Path) -> None:
    text = call("assess", str(path))
    assert text.exit_code == 0
    assert text.stdout.isascii()
    assert max(len(line) for line in text.stdout.splitlines()) <= 100
    family = json.loads(path.read_text("utf-8"))["entry"][0]["resource"]["name"][0]["family"]
    assert family not in text.stdout
    assert call("assess", str(path), "--format", "cards").exit_code == 0


def test_a_result_of_every_size(call: Call) -> None:
    odd = bundle(patient(), result("f1", "2276-4", 3.8e1, "ug/L"), result("m1", "2601-3", 1e-1, "mmol/L"))
    assert call("assess", "--format", "json", given=odd).exit_code == 0
