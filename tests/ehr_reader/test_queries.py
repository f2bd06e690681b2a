"""What is asked goes out exactly, whatever stands in it."""

from __future__ import annotations

import pytest

from ehr_reader import AskDifferently, CheckConnection, Inclusion, NextPage, Query

BASE = "https://ehr.example.org/fhir"
DRUG = Inclusion("MedicationRequest:medication", "Medication")


def test_a_search_is_fully_encoded() -> None:
    query = Query(
        "Observation", parameters=(("patient", "p1"), ("code", "http://loinc.org|2276-4,x&y=z#"), ("a", "+ ü"))
    )
    assert query.address(BASE) == (
        f"{BASE}/Observation?patient=p1&code=http%3A%2F%2Floinc.org%7C2276-4%2Cx%26y%3Dz%23&a=%2B%20%C3%BC"
    )


def test_a_template_is_not_encoded() -> None:
    query = Query("Observation", parameters=(("patient", "{{context.patientId}}"), ("code", "http://loinc.org|2276-4")))
    assert query.template == "Observation?patient={{context.patientId}}&code=http://loinc.org|2276-4"
    assert Query("Patient", id="{{context.patientId}}").template == "Patient/{{context.patientId}}"


def test_what_comes_along_is_asked_for_and_stands_in_no_template() -> None:
    medications = Query("MedicationRequest", parameters=(("patient", "p1"),), include=DRUG)
    assert medications.address(BASE) == (f"{BASE}/MedicationRequest?patient=p1&_include=MedicationRequest%3Amedication")
    assert medications.template == "MedicationRequest?patient=p1"
    assert medications.without_include().address(BASE) == f"{BASE}/MedicationRequest?patient=p1"


@pytest.mark.parametrize("id", ["p1", "a.b-c_d"])
def test_a_read_by_id(id: str) -> None:
    assert Query("Patient", id=id).address(BASE) == f"{BASE}/Patient/{id}"


def test_an_id_never_leaves_its_type() -> None:
    assert Query("Patient", id="../Practitioner/1?x#y").address(BASE) == f"{BASE}/Patient/..%2FPractitioner%2F1%3Fx%23y"
    for id in ("", ".", ".."):
        with pytest.raises(AskDifferently):
            Query("Patient", id=id).address(BASE)


def test_parameters_are_set_or_replaced() -> None:
    query = Query("Observation", parameters=(("patient", "p1"), ("category", "laboratory")))
    assert query.with_parameters((("category", "x|laboratory"),)).parameters == (
        ("patient", "p1"),
        ("category", "x|laboratory"),
    )


@pytest.mark.parametrize(
    "url",
    [
        "https://ehr.example.org/fhir?page=2",
        "https://ehr.example.org/elsewhere/page/2?x=y",
        "https://ehr.example.org:443/fhir",
        "https://EHR.example.org/fhir",
    ],
)
def test_a_next_page_on_the_same_server(url: str) -> None:
    assert NextPage("Observation", url).address(BASE) == url


@pytest.mark.parametrize(
    "url",
    [
        "http://ehr.example.org/fhir?page=2",
        "https://evil.example.org/fhir",
        "https://ehr.example.org:8443/fhir",
        "https://ehr.example.org.evil.org/fhir",
        "https://ehr.example.org@evil.org/fhir",
        "https://evil.org\\@ehr.example.org/fhir",
        "https://evil.org\t@ehr.example.org/",
        "https:// ehr.example.org/fhir",
        "//ehr.example.org/fhir",
        "fhir?page=2",
        "https://ehr.example.org:port/fhir",
        "https://[/fhir",
        "file:///etc/passwd",
        "",
    ],
)
def test_a_next_page_elsewhere_is_not_asked_for(url: str) -> None:
    with pytest.raises(CheckConnection):
        NextPage("Observation", url).address(BASE)
