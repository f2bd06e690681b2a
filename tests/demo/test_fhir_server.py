"""The FHIR server of the demo EHR: read, search, paging, create, and who may."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.demo.smart_client import ADA, BASE, TODAY, SmartClient, ids, issue, link

NORA = "ferritin-falls-after-an-infusion"
FERRITIN = "http://loinc.org|2276-4"


@pytest.fixture(scope="module")
def client() -> SmartClient:
    return SmartClient()


def token_of(client: SmartClient, patient: str = ADA, scopes: str = "patient/*.rs") -> str:
    return str(client.demo.authority.access_token_for(patient, scopes, "public")["access_token"])


@pytest.fixture(scope="module")
def token(client: SmartClient) -> str:
    return token_of(client)


def test_metadata_is_open_and_says_what_is_true(client: SmartClient) -> None:
    statement = client.fhir("metadata", None).get_json()
    assert statement["resourceType"] == "CapabilityStatement"
    assert statement["fhirVersion"] == "4.0.1"
    (rest,) = statement["rest"]
    described = {it["type"]: it for it in rest["resource"]}
    assert {"code", "category", "date", "patient"} <= {it["name"] for it in described["Observation"]["searchParam"]}
    assert described["MedicationRequest"]["searchInclude"] == ["MedicationRequest:medication"]


def test_read(client: SmartClient, token: str) -> None:
    answer = client.fhir(f"Patient/{ADA}", token)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("application/fhir+json")
    assert answer.get_json()["birthDate"] == "1981-04-12"
    assert issue(client.fhir("Observation/nothing", token)) == "not-found"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"code": FERRITIN}, 8),
        ({"code": "2276-4"}, 8),
        ({"code": "urn:example:laboratory-codes|FERR"}, 7),
        ({"code": "http://loinc.org|2276-4,http://loinc.org|718-7"}, 11),
        ({"code": "http://snomed.info/sct|2276-4"}, 0),
        ({"code": "urn:example:laboratory-codes|"}, 27),
        ({"category": "laboratory"}, 30),
        ({"category": "http://terminology.hl7.org/CodeSystem/observation-category|vital-signs"}, 0),
        ({"code": FERRITIN, "date": "ge2026-01-01"}, 2),
        ({"code": FERRITIN, "date": "2025"}, 3),
        ({"code": FERRITIN, "date": "lt2024-06-10"}, 1),
        ({"code": FERRITIN, "status": "final"}, 8),
        ({"code": FERRITIN, "status": "preliminary,amended"}, 0),
        ({"_id": "ada-ferritin"}, 1),
        ({"what-is-this": "x", "code": FERRITIN}, 8),
    ],
)
def test_search_for_results(client: SmartClient, token: str, query: dict[str, str], found: int) -> None:
    answer = client.fhir("Observation", token, patient=ADA, _count="100", **query)
    assert len(ids(answer)) == found == answer.get_json()["total"]


@pytest.mark.parametrize("name", ["patient", "subject", "patient:Patient"])
@pytest.mark.parametrize("value", [ADA, f"Patient/{ADA}", f"{BASE}/fhir/Patient/{ADA}"])
def test_every_way_to_name_a_patient(client: SmartClient, token: str, name: str, value: str) -> None:
    assert ids(client.fhir("Condition", token, **{name: value})) == ["ada-restless-legs"]


def test_newest_first_and_oldest_first(client: SmartClient, token: str) -> None:
    newest = ids(client.fhir("Observation", token, patient=ADA, code=FERRITIN, _sort="-date"))
    oldest = ids(client.fhir("Observation", token, patient=ADA, code=FERRITIN, _sort="date"))
    assert (newest[0], newest[-1]) == ("ada-ferritin", "ada-ferritin-2024-02-06")
    assert oldest == newest[::-1]


def test_pages_are_linked_and_hold_everything_once(client: SmartClient, token: str) -> None:
    answer = client.fhir("Observation", token, patient=ADA, category="laboratory", _count="5")
    seen, pages = ids(answer), 1
    while url := link(answer, "next"):
        answer = client.http.get(url, base_url=BASE, headers={"Authorization": f"Bearer {token}"})
        seen += ids(answer)
        pages += 1
    assert pages == 6
    assert len(seen) == len(set(seen)) == answer.get_json()["total"] == 30


def test_a_page_is_never_larger_than_the_server_likes(client: SmartClient) -> None:
    token = token_of(client, scopes="user/*.rs")
    answer = client.fhir("Observation", token, _count="5000")
    assert len(ids(answer)) == 200
    assert link(answer, "next")


def test_search_by_post(client: SmartClient, token: str) -> None:
    form = {"patient": ADA, "code": FERRITIN}
    headers = {"Authorization": f"Bearer {token}"}
    answer = client.http.post("/fhir/Observation/_search", base_url=BASE, data=form, headers=headers)
    assert len(ids(answer)) == 8


def test_drugs_come_with_their_medication(client: SmartClient) -> None:
    token = token_of(client, NORA, "patient/MedicationRequest.rs")
    plain = client.fhir("MedicationRequest", token, patient=NORA)
    assert ids(plain, "include") == []
    included = client.fhir("MedicationRequest", token, patient=NORA, _include="MedicationRequest:medication")
    assert ids(included) == ids(plain) != []
    assert ids(included, "include") == ["nora-ferric-carboxymaltose-product"]
    assert len(ids(client.fhir("MedicationRequest", token, patient=NORA, status="completed"))) == 2


def test_allergies_and_procedures(client: SmartClient) -> None:
    token = token_of(client, NORA)
    assert ids(client.fhir("AllergyIntolerance", token, patient=NORA, **{"clinical-status": "active"})) == [
        "nora-nickel"
    ]
    konrad = "restless-legs-on-haemodialysis"
    found = client.fhir("Procedure", token_of(client, konrad), patient=konrad, date="ge2026-11-01")
    assert ids(found) == ["konrad-dialysis-session"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"code:in": "http://example.org/set"}, "not-supported"),
        ({"_sort": "favourite"}, "not-supported"),
        ({"date": "yesterday"}, "value"),
        ({"_count": "-1"}, "value"),
    ],
)
def test_what_cannot_be_understood_is_refused(
    client: SmartClient, token: str, query: dict[str, str], code: str
) -> None:
    answer = client.fhir("Observation", token, patient=ADA, **query)
    assert (answer.status_code, issue(answer)) == (400, code)


@pytest.mark.parametrize("header", [None, "Bearer", "Bearer nonsense", "Basic cHVibGljOg=="])
def test_without_a_living_token_nothing_is_told(client: SmartClient, header: str | None) -> None:
    headers = {"Authorization": header} if header else {}
    answer = client.http.get(f"/fhir/Patient/{ADA}", base_url=BASE, headers=headers)
    assert (answer.status_code, issue(answer)) == (401, "login")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_token_in_the_address_is_no_token(client: SmartClient, token: str) -> None:
    assert client.http.get(f"/fhir/Patient/{ADA}?access_token={token}", base_url=BASE).status_code == 401


def test_a_token_is_bound_to_its_patient(client: SmartClient, token: str) -> None:
    for path in (
        f"Patient/{NORA}",
        f"Observation?patient={NORA}",
        f"Patient?_id={NORA}",
        "Condition/nora-restless-legs",
    ):
        answer = client.fhir(path, token)
        assert (answer.status_code, issue(answer)) == (403, "forbidden"), path
    everybody = client.fhir("Condition", token)
    assert ids(everybody) == ["ada-restless-legs"]


@pytest.mark.parametrize(
    ("scopes", "path", "status"),
    [
        ("patient/Patient.r", f"Patient/{ADA}", 200),
        ("patient/Patient.r", "Patient?_id=" + ADA, 403),
        ("patient/Patient.s", f"Patient/{ADA}", 403),
        ("patient/Patient.rs", f"Observation?patient={ADA}", 403),
        ("patient/Observation.read", f"Observation?patient={ADA}", 200),
        ("patient/Observation.read", "Observation/ada-ferritin", 200),
        ("patient/*.read", f"Condition?patient={ADA}", 200),
        ("user/*.rs", f"Observation?patient={NORA}", 200),
        ("patient/Observation.write", f"Observation?patient={ADA}", 403),
        ("nonsense patient/Observation.sr", f"Observation?patient={ADA}", 403),
        ("", f"Patient/{ADA}", 403),
    ],
)
def test_scopes_are_enforced(client: SmartClient, scopes: str, path: str, status: int) -> None:
    assert client.fhir(path, token_of(client, ADA, scopes)).status_code == status


def test_a_scope_with_a_filter_shows_what_the_filter_finds(client: SmartClient) -> None:
    laboratory = "http://terminology.hl7.org/CodeSystem/observation-category|laboratory"
    dario = "child-with-restless-legs"
    all_of_it = client.fhir("Observation", token_of(client, dario), patient=dario)
    filtered = client.fhir(
        "Observation", token_of(client, dario, f"patient/Observation.rs?category={laboratory}"), patient=dario
    )
    assert set(ids(all_of_it)) - set(ids(filtered)) == {"dario-weight"}


def order() -> dict[str, Any]:
    return {
        "resourceType": "ServiceRequest",
        "status": "active",
        "intent": "order",
        "subject": {"reference": f"Patient/{ADA}"},
        "code": {"coding": [{"system": "http://loinc.org", "code": "2276-4"}]},
        "authoredOn": TODAY.isoformat(),
    }


def create(client: SmartClient, resource: Any, scopes: str, kind: str = "ServiceRequest") -> Any:
    headers = {"Authorization": f"Bearer {token_of(client, ADA, scopes)}", "Content-Type": "application/fhir+json"}
    return client.http.post(f"/fhir/{kind}", base_url=BASE, data=json.dumps(resource), headers=headers)


def test_an_order_is_kept_until_the_charts_are_reset(client: SmartClient) -> None:
    answer = create(client, order(), "patient/ServiceRequest.crs")
    assert answer.status_code == 201
    kept = answer.get_json()
    token = token_of(client)
    assert answer.headers["Location"] == f"{BASE}/fhir/ServiceRequest/{kept['id']}"
    assert client.fhir(f"ServiceRequest/{kept['id']}", token).get_json() == {**order(), "id": kept["id"]}
    assert ids(client.fhir("ServiceRequest", token, patient=ADA, code="2276-4")) == [kept["id"]]
    client.demo.charts.reset()
    assert client.fhir(f"ServiceRequest/{kept['id']}", token).status_code == 404


@pytest.mark.parametrize(
    ("changed", "scopes", "kind", "status"),
    [
        ({}, "patient/*.rs", "ServiceRequest", 403),
        ({"subject": {"reference": f"Patient/{NORA}"}}, "patient/*.crs", "ServiceRequest", 403),
        ({"subject": {"reference": "Patient/nobody"}}, "user/*.crs", "ServiceRequest", 422),
        ({"resourceType": "Task"}, "patient/*.crs", "ServiceRequest", 400),
        ({"resourceType": "Observation"}, "patient/*.crs", "Observation", 405),
    ],
)
def test_what_may_not_be_created(
    client: SmartClient, changed: dict[str, Any], scopes: str, kind: str, status: int
) -> None:
    assert create(client, order() | changed, scopes, kind).status_code == status


def test_a_body_that_is_no_json(client: SmartClient) -> None:
    answer = create(client, "text", "patient/*.crs")
    assert (answer.status_code, issue(answer)) == (400, "invalid")


def test_types_that_are_not_here(client: SmartClient, token: str) -> None:
    assert client.fhir("Spaceship", token).status_code == 404
