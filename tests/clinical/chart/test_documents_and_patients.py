"""What may be handed in, whose chart it is, and which versions are refused."""

import json
from datetime import date

import pytest

from clinical import (
    CannotRead,
    TwoPatients,
    WrongFhirVersion,
    assess,
    load_knowledge,
    read_chart,
    read_document,
)
from tests.clinical.resources import bundle, chart, condition, observation, patient


def analytes(data: bytes):
    document = read_document(data)
    return [
        m.analyte
        for m in read_chart(document.resources, patient_id=document.patient_id, answered=document.answered).measurements
    ]


def test_every_form_of_document_gives_the_same_chart():
    resources = [patient(), observation()]
    hook = {
        "hook": "patient-view",
        "context": {"patientId": "p1"},
        "prefetch": {"a": patient(), "b": json.loads(bundle(observation())), "c": None},
    }
    for data in (
        bundle(*resources),
        json.dumps(resources).encode(),
        "\n".join(json.dumps(r) for r in resources).encode(),
        b"\xef\xbb\xbf" + bundle(*resources),
        json.dumps(hook).encode(),
        json.dumps(hook, indent=2).encode(),
        bundle(json.loads(bundle(*resources))),
    ):
        assert analytes(data) == ["ferritin"]


@pytest.mark.parametrize(
    "data", [b"", b"  \n", b"hello", b"{}", b"[]", b"[1,2]", b'{"a":1}', b"\x00\x01", b"{}\n{}", b'{"resourceType":1}']
)
def test_what_is_no_chart_is_refused_in_one_sentence(data):
    with pytest.raises(CannotRead) as refusal:
        read_document(data)
    assert "\n" not in str(refusal.value)


def test_two_patients_are_refused_and_in_a_hook_set_aside():
    resources = (patient(), patient(id="p2"), observation())
    with pytest.raises(TwoPatients):
        chart(*resources)
    found = chart(*resources, patient_id="p1", refuse_other_patients=False)
    assert (found.patient.reference, found.other_patients) == ("Patient/p1", ("Patient/p2",))


def test_a_hooks_patient_that_is_not_the_patient_is_refused():
    with pytest.raises(TwoPatients):
        chart(patient(), patient_id="someone-else")


def test_without_a_patient_two_subjects_are_refused():
    with pytest.raises(TwoPatients):
        chart(observation(), observation(id="o2", subject={"reference": "Patient/p2"}))


@pytest.mark.parametrize(
    "reference", ["Patient/p1", "https://ehr.example.org/fhir/Patient/p1", "Patient/p1/_history/3", "urn:uuid:1"]
)
def test_all_names_of_the_patient_are_known(reference):
    body = {
        "resourceType": "Bundle",
        "entry": [
            {"fullUrl": "urn:uuid:1", "resource": patient()},
            {"resource": observation(subject={"reference": reference})},
        ],
    }
    assert analytes(json.dumps(body).encode()) == ["ferritin"]


@pytest.mark.parametrize(
    ("resource", "version"),
    [
        (condition(clinicalStatus="active"), "STU3"),
        (observation(context={"reference": "Encounter/1"}), "STU3"),
        ({"resourceType": "MedicationOrder", "id": "m"}, "DSTU2"),
    ],
)
def test_an_older_version_is_refused_in_one_sentence(resource, version):
    with pytest.raises(WrongFhirVersion, match=f"FHIR {version}; this service reads FHIR R4"):
        chart(patient(), resource)


def test_one_sloppy_status_among_sound_r4_costs_itself_only():
    found = chart(patient(), condition(), condition(id="c2", clinicalStatus="active"), observation())
    assert len(found.measurements) == 1


@pytest.mark.parametrize(("label", "is_test"), [("HTEST", True), ("N", False)])
def test_a_patient_made_for_testing_is_not_judged_and_it_is_said(label, is_test):
    meta = {"security": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": label}]}
    found = assess(chart(patient(meta=meta), condition(), observation(value=12)), load_knowledge(), date(2026, 11, 22))
    notes = [note.reason for note in found.data_quality if note.id == "DQ.ID"]
    assert bool(found.findings) is bool(found.proposals) is not is_test
    assert [one.measurement.reported for one in found.measurements] == ["12 ng/mL"]
    assert notes == (
        ["the patient is marked as a test patient (security label HTEST); nothing is judged or proposed"]
        if is_test
        else []
    )
