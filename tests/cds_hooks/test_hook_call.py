"""A hook call from the outside: the order of refusals, the clock, the log, and who is let in."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import pytest

from cds_hooks import front_door
from hosting import EhrRegistry, Settings, create_application
from tests.cds_hooks.assessments import TODAY
from tests.cds_hooks.conftest import client_of
from tests.cds_hooks.hook_requests import ALL_NORMAL, call, observation, patient, request, searchset
from tests.databases import new_sqlite

ADDRESS = "/cds-services/rls-nutrients"
LOCAL = {"system": "urn:oid:1.2.3", "code": "FERR"}


def test_a_low_ferritin_gives_a_card(post: Any) -> None:
    answer = post(call(**ALL_NORMAL | {"ferritin": "22 ng/mL"}))
    assert answer.status_code == 200 and answer.mimetype == "application/json"
    [card] = answer.json["cards"]
    assert card["summary"].startswith("Ferritin 22 ng/mL (2026-11-15): ")


def test_who_does_not_prove_itself_is_not_let_in() -> None:
    closed = client_of(cds_authentication="required")
    answers = [
        closed.post(ADDRESS, json=call()),
        closed.post(ADDRESS, json=call(), headers={"Authorization": "Bearer x.y.z"}),
        closed.post(ADDRESS, data="no JSON", content_type="text/plain"),
        closed.post("/cds-services/unknown", json={}),
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert {answer.headers["WWW-Authenticate"] for answer in answers} == {"Bearer"}
    assert len({answer.data for answer in answers}) == 1
    assert closed.get("/cds-services").status_code == 200


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer wrong"}])
def test_discovery_is_open(client: Any, header: dict[str, str]) -> None:
    assert client.get("/cds-services", headers=header).status_code == 200


def test_the_day_is_asked_at_each_call() -> None:
    days = [TODAY, TODAY.replace(year=2028)]
    door = partial(front_door, today=lambda: days.pop(0))
    settings = Settings(cds_authentication="off", database_url=new_sqlite())
    client: Any = create_application(settings, EhrRegistry(), [door]).test_client()
    body = call(**ALL_NORMAL | {"ferritin": "22 ng/mL"})
    now, later = (client.post(ADDRESS, json=body).json["cards"] for _ in range(2))
    assert "assessed on 2026-11-22" in now[0]["detail"]
    assert "assessed on 2028-11-22" in later[0]["detail"]


def test_the_fhir_server_tells_whose_laboratory_codes_to_read_by() -> None:
    entry = {
        "name": "general-hospital",
        "fhir_base": "https://ehr.example.org/fhir",
        "local_codes": {"urn:oid:1.2.3|FERR": "ferritin"},
    }
    client: Any = client_of(EhrRegistry.model_validate({"ehr": [entry]}))
    own = observation("FERR", 22, "ng/mL", code={"coding": [LOCAL]})
    body = call(**ALL_NORMAL) | {"fhirServer": "https://ehr.example.org/fhir/"}
    body["prefetch"]["iron"] = searchset(own, observation("2502-3", 28, "%", id="t1"))
    assert "Ferritin 22 ng/mL" in client.post(ADDRESS, json=body).json["cards"][0]["summary"]
    stranger = body | {"fhirServer": "https://other.example.org/fhir"}
    assert "Ferritin 22 ng/mL" not in json.dumps(client.post(ADDRESS, json=stranger).json)


def test_other_patients_are_named_by_reference_and_their_values_nowhere(post: Any) -> None:
    body = call(**ALL_NORMAL | {"ferritin": "22 ng/mL"})
    foreign = observation("2276-4", 987.5, "ng/mL", id="theirs", of="p2")
    body["prefetch"]["iron"]["entry"].append({"resource": foreign})
    text = json.dumps(post(body).json)
    assert "Observation/theirs" in text and "987.5" not in text


def test_another_patients_record_is_not_read(post: Any) -> None:
    body = call({"patient": patient("p2", birthDate="2020-01-01")}, **ALL_NORMAL | {"ferritin": "22 ng/mL"})
    answer = post(body)
    assert answer.status_code == 200
    assert "Patient/p2" in json.dumps(answer.json)


def test_another_fhir_version_is_not_read(post: Any) -> None:
    old = {"resourceType": "MedicationOrder", "id": "x", "patient": {"reference": "Patient/p1"}}
    answer = post(request({"iron": searchset(observation("2276-4", 22, "ng/mL")), "medications": searchset(old)}))
    assert answer.status_code == 412
    assert "DSTU2" in answer.json["issue"][0]["diagnostics"]


def test_the_log_tells_how_much_and_never_whose(client: Any, capsys: pytest.CaptureFixture[str]) -> None:
    body = call(**ALL_NORMAL | {"ferritin": "22 ng/mL"})
    body["fhirServer"] = "https://ehr.example.org/fhir"
    body["fhirAuthorization"] = {"access_token": "very-secret", "token_type": "Bearer"}
    client.post(ADDRESS, json=body)
    logged = capsys.readouterr().err
    line = next(json.loads(line) for line in logged.splitlines() if "hook call" in line)
    assert (line["hook"], line["hook_instance"], line["cards"]) == ("patient-view", body["hookInstance"], 1)
    for secret in ("p1", "very-secret", "22 ng", "Practitioner/dr1", "dr1", "1970-06-15"):
        assert f'"{secret}' not in logged, "ids of requests may begin with any digits"
    told = {str(value) for line in map(json.loads, logged.splitlines()) for value in line.values()}
    assert not told & {"22", "1970"}


def test_too_many_resources(post: Any) -> None:
    body = call()
    body["prefetch"]["iron"] = searchset(*([observation("2276-4", 22, "ng/mL")] * 20_001))
    assert post(body).status_code == 413
