"""Each fault of the switchboard does what its sentence says, and nothing once it is off."""

from __future__ import annotations

import json
import threading
import time
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from demo_ehr.faults import FAULTS
from demo_ehr.fhir import misbehaving
from tests.demo.smart_client import ADA, BASE, SmartClient, ids, issue, link

FERRITIN = "http://loinc.org|2276-4"
DESK_FAULTS = {"prefetch-missing", "prefetch-outcome"}  # the desk makes hook calls, and shows these in its own tests


@pytest.fixture(scope="module")
def shared() -> SmartClient:
    return SmartClient()


@pytest.fixture
def client(shared: SmartClient) -> Iterator[SmartClient]:
    yield shared
    shared.demo.faults.reset()


def with_fault(client: SmartClient, name: str) -> SmartClient:
    client.demo.faults.set(name, True)
    return client


def ferritin(client: SmartClient, reply: dict[str, Any] | None = None, **query: str) -> Any:
    token = (reply or client.launched())["access_token"]
    return client.fhir("Observation", token, patient=ADA, **({"code": FERRITIN} | query))


def test_every_fault_has_a_sentence_and_a_test() -> None:
    here = Path(__file__).read_text("utf-8")
    for name, sentence in FAULTS.items():
        assert sentence.endswith(".") and sentence[0].isupper()
        assert name in DESK_FAULTS or f'"{name}"' in here, name


def test_all_faults_are_off_at_first(client: SmartClient) -> None:
    assert not any(client.demo.faults.state().values())
    reply = client.launched()
    assert len(ids(ferritin(client, reply))) == 8


def test_switching_over_http(client: SmartClient) -> None:
    assert set(client.http.get("/faults").get_json()) == set(FAULTS)
    assert client.http.post("/faults/html-error", json={"on": True}).get_json() == {"on": True}
    assert client.http.get("/faults").get_json()["html-error"] == {"on": True, "does": FAULTS["html-error"]}
    assert client.http.delete("/faults").status_code == 204
    assert client.http.get("/faults").get_json()["html-error"]["on"] is False


@pytest.mark.parametrize(
    ("name", "body", "status"),
    [("gremlins", {"on": True}, 404), ("slow", {"on": "yes"}, 400), ("slow", {}, 400), ("slow", [], 400)],
)
def test_what_cannot_be_switched(client: SmartClient, name: str, body: Any, status: int) -> None:
    answer = client.http.post(f"/faults/{name}", json=body)
    assert answer.status_code == status
    assert answer.get_json()["error"]


def test_another_sites_form_cannot_switch(client: SmartClient) -> None:
    assert client.http.post("/faults/slow", data={"on": "true"}).status_code == 400
    assert client.http.post("/faults/slow", data='{"on": true}', content_type="text/plain").status_code == 400
    assert not client.demo.faults.on("slow")


def test_slow(client: SmartClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(misbehaving, "SLOW_SECONDS", 0.2)
    begun = time.monotonic()
    assert ferritin(with_fault(client, "slow")).status_code == 200
    assert time.monotonic() - begun >= 0.2


def test_hang_ends_when_it_is_switched_off(client: SmartClient) -> None:
    reply = client.launched()
    with_fault(client, "hang")
    begun = time.monotonic()
    threading.Timer(0.3, client.demo.faults.set, ("hang", False)).start()
    assert ferritin(client, reply).status_code == 200
    assert time.monotonic() - begun >= 0.3


def test_the_fhir_server_says_401(client: SmartClient) -> None:
    answer = ferritin(with_fault(client, "fhir-unauthorized"))
    assert (answer.status_code, issue(answer)) == (401, "login")


def test_the_fhir_server_says_503(client: SmartClient) -> None:
    answer = ferritin(with_fault(client, "fhir-unavailable"))
    assert (answer.status_code, issue(answer)) == (503, "transient")


def test_the_fhir_server_answers_html(client: SmartClient) -> None:
    answer = ferritin(with_fault(client, "html-error"))
    assert answer.status_code == 500
    assert answer.mimetype == "text/html"


@pytest.mark.parametrize("fault", ["fhir-unauthorized", "fhir-unavailable", "html-error"])
def test_discovery_and_metadata_stay_open(client: SmartClient, fault: str) -> None:
    with_fault(client, fault)
    assert client.fhir("metadata", None).status_code == 200
    assert client.fhir(".well-known/smart-configuration", None).status_code == 200


def test_a_token_that_dies_is_replaced_by_one_that_lives(client: SmartClient) -> None:
    first = with_fault(client, "token-expires-at-once").launched()
    assert [ferritin(client, first).status_code for _ in range(3)] == [200, 401, 401]
    second = client.refresh(first["refresh_token"]).get_json()
    assert [ferritin(client, second).status_code for _ in range(3)] == [200, 200, 200]


def test_refresh_is_refused(client: SmartClient) -> None:
    reply = with_fault(client, "refresh-refused").launched()
    assert [ferritin(client, reply).status_code for _ in range(2)] == [200, 401]
    assert client.refresh(reply["refresh_token"]).get_json()["error"] == "invalid_grant"


def test_an_id_token_with_a_bad_signature(client: SmartClient) -> None:
    token = with_fault(client, "id-token-bad-signature").launched()["id_token"]
    with pytest.raises(JoseError):
        jwt.decode(token, KeySet.import_key_set(client.http.get("/auth/jwks.json").get_json()), algorithms=["ES384"])


def test_an_id_token_without_a_signature(client: SmartClient) -> None:
    token = with_fault(client, "id-token-alg-none").launched()["id_token"]
    header, _, signature = token.split(".")
    assert json.loads(urlsafe_b64decode(header + "=="))["alg"] == "none"
    assert signature == ""


def test_no_patient(client: SmartClient) -> None:
    reply = with_fault(client, "no-patient-in-token").launched()
    assert "patient" not in reply
    assert reply["access_token"]


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("launch patient/*.rs", "launch patient/Patient.rs patient/Condition.rs"),
        ("launch openid patient/Patient.r patient/Observation.rs", "launch openid patient/Patient.r"),
        ("launch patient/Observation.rs", "launch"),
    ],
)
def test_fewer_scopes(client: SmartClient, asked: str, given: str) -> None:
    reply = with_fault(client, "fewer-scopes").launched(scope=asked)
    assert reply["scope"] == given
    assert ferritin(client, reply).status_code == 403


def test_scopes_of_version_1(client: SmartClient) -> None:
    reply = with_fault(client, "scopes-v1").launched(
        scope="launch patient/Patient.r patient/Observation.rs?category=x|y"
    )
    assert reply["scope"] == "launch patient/Patient.read patient/Observation.read"
    assert ferritin(client, reply).status_code == 200


def test_endless_paging(client: SmartClient) -> None:
    answer = ferritin(with_fault(client, "endless-paging"), reply := client.launched())
    addresses = set()
    for _ in range(30):
        assert ids(answer)
        address = link(answer, "next")
        assert address not in addresses
        addresses.add(address)
        answer = client.http.get(address, base_url=BASE, headers={"Authorization": f"Bearer {reply['access_token']}"})


def test_the_next_page_is_elsewhere(client: SmartClient) -> None:
    answer = ferritin(with_fault(client, "next-elsewhere"))
    assert str(link(answer, "next")).startswith("https://elsewhere.example/")


def test_another_patients_resources(client: SmartClient) -> None:
    answer = ferritin(with_fault(client, "other-patient"))
    about = {entry["resource"]["subject"]["reference"] for entry in answer.get_json()["entry"]}
    assert len(about) == 2
    assert f"Patient/{ADA}" in about


def test_another_version_of_fhir(client: SmartClient) -> None:
    reply = client.launched()
    answer = ferritin(with_fault(client, "wrong-fhir-version"), reply)
    assert answer.mimetype == "application/json+fhir"
    assert isinstance(answer.get_json(force=True)["entry"][0]["resource"]["category"], dict)
    condition = client.fhir("Condition/ada-restless-legs", reply["access_token"]).get_json(force=True)
    assert condition["clinicalStatus"] == "active"
    assert "subject" not in condition
    orders = client.fhir("MedicationRequest", reply["access_token"], patient=ADA).get_json(force=True)
    assert {entry["resource"]["resourceType"] for entry in orders["entry"]} == {"MedicationOrder"}
    assert client.fhir("metadata", None).get_json(force=True)["fhirVersion"] == "1.0.2"


@pytest.mark.parametrize(
    ("fault", "query", "status"),
    [
        ("strict-search", {}, 400),
        ("strict-search", {"code": FERRITIN}, 200),
        ("strict-search", {"category": "laboratory"}, 200),
        ("category-required", {"code": FERRITIN}, 400),
        ("category-required", {"category": "laboratory"}, 200),
    ],
)
def test_searches_that_need_more(client: SmartClient, fault: str, query: dict[str, str], status: int) -> None:
    token = with_fault(client, fault).launched()["access_token"]
    answer = client.fhir("Observation", token, patient=ADA, **query)
    assert answer.status_code == status
    if status == 400:
        assert issue(answer) == "required"
    assert client.fhir("Condition", token, patient=ADA).status_code == 200
