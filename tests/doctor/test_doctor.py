"""``doctor`` against the demo EHR: healthy it finds nothing to mend, and each fault it calls by its name."""

from __future__ import annotations

from pathlib import Path

import pytest
import requests
from click.testing import CliRunner

from clinical import load_knowledge, needs
from command_line import main
from demo_ehr.desk.cds_client import CdsClient
from demo_ehr.faults import FAULTS
from demo_ehr.fhir import misbehaving
from doctor import asking, token_checks
from doctor.examination import Examination
from doctor.launch_trial import scopes_to_ask
from hosting import Ehr, EhrRegistry, Settings, SigningKeys, read_settings
from smart_app.scopes_asked import scopes_asked
from tests.doctor.conftest import PATIENT, Clinic, entry

# By fault: the state and a part of the line that names it.
NAMED = {
    "slow": ("WARN", " s, which is slow"),
    "hang": ("FAIL", "reading with the token: no answer within"),
    "fhir-unauthorized": ("FAIL", "reading with the token: the FHIR server refuses the token (401)"),
    "fhir-unavailable": ("FAIL", "reading with the token: the patient is answered with 503"),
    "html-error": ("FAIL", "reading with the token: the patient is answered with 500 with a web page instead of FHIR"),
    "token-expires-at-once": ("WARN", "life of the token: the token is dead after one question (401)"),
    "refresh-refused": ("FAIL", "refresh: refused with 400"),
    "id-token-bad-signature": ("FAIL", "id_token: its signature does not hold by the issuer's keys"),
    "id-token-alg-none": ("FAIL", "id_token: it is not signed"),
    "no-patient-in-token": ("FAIL", "patient of the launch: the token reply names no patient"),
    "fewer-scopes": ("FAIL", "scopes granted: not granted: Observation"),
    "scopes-v1": ("WARN", "scopes granted: all, but in the words of SMART version 1"),
    "endless-paging": ("FAIL", "brings nothing new, and a next page all the same"),
    "next-elsewhere": ("FAIL", "paging: the next link leads to another server"),
    "other-patient": ("FAIL", "other patients: searches for one patient also return others' resources"),
    "wrong-fhir-version": ("FAIL", "FHIR version: 1.0.2 where R4 (4.0.1) is read"),
    "strict-search": ("OK", "search without a code: refused (400, required)"),
    "category-required": ("WARN", "search by code: by code alone is refused"),
}
# These the EHR does to its hook calls, where a doctor cannot see them; what comes of them is in the access audit.
IN_CALLS = ("prefetch-missing", "prefetch-outcome")


def test_every_fault_of_the_switchboard_is_examined() -> None:
    assert {*NAMED, *IN_CALLS} == set(FAULTS)


def test_a_healthy_connection(clinic: Clinic) -> None:
    told = clinic.examined()
    assert told.exit_code == 0, told.output
    assert "FAIL" not in told.stdout
    assert [sentence for _, sentence in NAMED.values() if sentence in told.stdout] == []
    assert [line for line in told.stdout.splitlines() if line.startswith("WARN")] == [
        "WARN  TLS: plain http to this very machine"
    ]
    assert "searches: 19 of 19 are answered" in told.stdout


@pytest.mark.parametrize("fault", sorted(NAMED))
def test_a_fault_is_named_with_what_to_do(clinic: Clinic, fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "SECONDS_TO_WAIT", 8.0 if fault == "hang" else 60.0)
    monkeypatch.setattr(misbehaving, "SLOW_SECONDS", 0.5)
    monkeypatch.setattr(token_checks, "SLOW_SECONDS", 0.3 if fault == "slow" else 30.0)
    state, sentence = NAMED[fault]
    clinic.demo.faults.set(fault, True)
    told = clinic.examined("demo-ehr", "--no-sheet")
    clinic.demo.faults.reset()
    lines = told.stdout.splitlines()
    [line] = [line for line in lines if sentence in line][:1] or [""]
    assert line.startswith(state), told.output
    assert state == "OK" or lines[lines.index(line) + 1].strip().startswith("-> ")
    assert told.exit_code == (1 if "FAIL" in told.stdout else 0)
    assert state != "FAIL" or told.exit_code == 1


def open_chart(clinic: Clinic) -> int | None:
    """A hook call as the EHR's desk makes it; the status of the answer."""
    client = CdsClient(clinic.demo, read_settings().public_url, "rls-nutrients")
    [service] = client.services("patient-view")
    return client.call(service, {"userId": "Practitioner/p", "patientId": PATIENT}).status


def calls_of_the_last_day(clinic: Clinic) -> str:
    lines = clinic.examined("demo-ehr", "--no-sheet").stdout.splitlines()
    [line] = [line for line in lines if "calls of the last day" in line]
    assert line.startswith("OK") or lines[lines.index(line) + 1].strip().startswith("-> ")
    return line


@pytest.mark.parametrize("fault", IN_CALLS)
def test_a_bad_prefetch_shows_in_the_calls_of_the_last_day(clinic: Clinic, fault: str) -> None:
    assert "there was none" in calls_of_the_last_day(clinic)
    clinic.demo.faults.set(fault, True)
    assert [open_chart(clinic), open_chart(clinic)] == [412, 412]
    assert calls_of_the_last_day(clinic).startswith("FAIL  calls of the last day: in 2 of 2 nothing of the chart could")
    clinic.demo.faults.reset()
    assert open_chart(clinic) == 200
    assert calls_of_the_last_day(clinic).startswith("WARN  calls of the last day: in 2 of 3 nothing of the chart could")


def test_healthy_calls_are_counted(clinic: Clinic) -> None:
    assert open_chart(clinic) == 200
    assert calls_of_the_last_day(clinic) == "OK    calls of the last day: 1, and the chart could be read each time"


def test_nothing_of_a_patient_or_a_token_is_told(clinic: Clinic) -> None:
    told = clinic.examined().output
    clinic.demo.faults.set("other-patient", True)
    told += clinic.examined().output
    chart = clinic.demo.charts.resources_of(PATIENT)
    [patient] = [one for one in chart if one["resourceType"] == "Patient"]
    private = [PATIENT, patient["birthDate"], patient["name"][0]["family"], *(one["id"] for one in chart)]
    assert [word for word in private if word in told] == []
    assert "access_token" not in told


def test_a_given_token_serves_as_well(clinic: Clinic, tmp_path: Path) -> None:
    scopes = "patient/Patient.r patient/*.rs"
    reply = clinic.demo.authority.access_token_for(PATIENT, scopes, "rls-nutrients")
    file = tmp_path / "token"
    file.write_text(reply["access_token"] + "\n", "utf-8")
    told = clinic.examined("demo-ehr", "--token-file", str(file), "--patient", PATIENT, launch=False)
    assert "searches: 19 of 19 are answered" in told.stdout, told.output
    assert told.exit_code == 0


def test_without_a_token_it_says_what_was_not_tried(clinic: Clinic) -> None:
    told = clinic.examined(launch=False)
    assert "searches: not tried, for want of an access token" in told.stdout
    assert told.exit_code == 0


@pytest.mark.parametrize("fault", [None, "fhir-unavailable", "fhir-unauthorized", "html-error"])
def test_the_summary_says_whether_results_were_searched(clinic: Clinic, fault: str | None) -> None:
    untried = "to mend. Results were not searched: nothing is said of them."
    if fault is None:
        assert untried not in clinic.examined("demo-ehr", "--no-sheet").stdout
    else:
        clinic.demo.faults.set(fault, True)
    assert untried in clinic.examined("demo-ehr", "--no-sheet", launch=False).stdout


def test_a_launch_without_a_patient_was_given_all_the_same(clinic: Clinic) -> None:
    clinic.demo.faults.set("no-patient-in-token", True)
    told = clinic.examined("demo-ehr", "--no-sheet").stdout
    assert "searches: not tried, for the launch ended without a token for a patient" in told
    assert "give --launch" not in told


def test_an_ehr_is_written_in_capitals(clinic: Clinic, tmp_path: Path) -> None:
    reply = clinic.demo.authority.access_token_for(PATIENT, "patient/Patient.r", "rls-nutrients")
    (tmp_path / "token").write_text(reply["access_token"], "utf-8")
    told = clinic.examined(
        "demo-ehr", "--no-sheet", "--token-file", str(tmp_path / "token"), "--patient", PATIENT, launch=False
    )
    assert "searches: the EHR denied access" in told.stdout


def test_a_fhir_base_that_is_not_registered(clinic: Clinic) -> None:
    clinic.registry.write_text("", "utf-8")
    told = clinic.examined(clinic.demo.fhir_base, launch=False)
    assert told.exit_code == 1
    assert "registry: this FHIR base is not registered" in told.stdout
    assert "SMART configuration: names where to authorize" in told.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["nobody"],
        ["http://ehr.example.org/fhir"],
        ["demo-ehr", "--token-file", "-"],
        ["demo-ehr", "--patient", "p"],
        ["demo-ehr", "--x"],
        [],
    ],
)
def test_wrong_usage(clinic: Clinic, arguments: list[str]) -> None:
    assert CliRunner().invoke(main, ["doctor", *arguments]).exit_code == 2


@pytest.mark.parametrize(
    ("changed", "state", "sentence"),
    [
        ({"client_authentication": "client_secret_basic", "client_secret_env": "NOT_SET"}, "FAIL", "token: the token"),
        ({"client_id": "somebody-else"}, "FAIL", "trial launch: the authorize address answers with 400"),
        (
            {"frame_ancestors": ["https://ehr.example.org"]},
            "FAIL",
            "CORS: a browser would refuse calls from https://ehr",
        ),
        ({"scope_syntax": "v1"}, "WARN", "scopes"),
    ],
)
def test_a_mistake_in_the_entry_is_named(clinic: Clinic, changed: dict[str, object], state: str, sentence: str) -> None:
    clinic.registry.write_text(entry(clinic.demo.base_url, **changed), "utf-8")
    told = clinic.examined()
    if state == "FAIL":
        assert any(line.startswith(state) and sentence in line for line in told.stdout.splitlines()), told.output
    else:
        assert "asked for in the syntax of SMART v1" in told.stdout


def test_the_public_sandbox_fails(clinic: Clinic) -> None:
    text = clinic.registry.read_text("utf-8")
    sandbox = text.replace(f'iss = "{clinic.demo.base_url}"', 'iss = "https://sandbox.cds-hooks.org"')
    clinic.registry.write_text(sandbox, "utf-8")
    told = clinic.examined()
    assert told.exit_code == 1
    assert "whose private key anybody can read" in told.stdout


def test_a_service_that_is_not_there(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RLS_PUBLIC_URL", "http://127.0.0.1:1")
    told = clinic.examined()
    assert "FAIL  our public address: http://127.0.0.1:1: no connection" in told.stdout


def test_another_secret_than_the_services(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RLS_SECRET_KEY", "another-secret-of-forty-characters-or-more")
    assert "FAIL  signed call to ourselves: the service says: the token is not ours" in clinic.examined().stdout


def test_the_sheet_tells_what_the_app_asks_for(clinic: Clinic) -> None:
    """The doctor may not ask the SMART app; so this holds the two together."""
    needed = needs(load_knowledge())
    for listed in (["permission-v2", "sso-openid-connect", "permission-online"], ["permission-v1"], []):
        for syntax in ("auto", "v1", "v2"):
            ehr = Ehr(name="x", fhir_base="https://ehr.example.org/fhir", scope_syntax=syntax)
            examination = Examination(
                Settings(), EhrRegistry(), SigningKeys(), ehr, is_registered=True, smart={"capabilities": listed}
            )
            expected = scopes_asked(ehr, frozenset(listed), needed, standalone=False)
            assert scopes_to_ask(examination, needed) == expected


def test_the_sheet_lists_the_links_that_cards_have(clinic: Clinic) -> None:
    client = CdsClient(clinic.demo, read_settings().public_url, "rls-nutrients")
    [service] = client.services("patient-view")
    cards = client.call(service, {"userId": "Practitioner/p", "patientId": PATIENT}).answer["cards"]
    links = [link for card in cards for link in [card["source"], *card["links"]]]
    lines = clinic.examined(launch=False).stdout.partition("## Links on cards (to be allowed)\n")[2].splitlines()
    assert set(lines[: lines.index("")]) == {link["url"] for link in links}


def test_the_sheet_lists_the_services_as_discovery_does(clinic: Clinic) -> None:
    from cds_hooks.services import SERVICES  # noqa: PLC0415 - for this test alone

    told = clinic.examined(launch=False).stdout
    for service in SERVICES:
        assert any(line.split()[:1] == [service.hook] and line.endswith(f"/{service.id}") for line in told.splitlines())
    assert "iron               Observation?patient={{context.patientId}}&code=http://loinc.org|2276-4" in told
    offered = requests.get(f"{read_settings().public_url}/cds-services", timeout=60).json()["services"]
    for key, template in offered[0]["prefetch"].items():
        assert f"\n{key:<18} {template}\n" in told
    assert "redirect address   " in told
