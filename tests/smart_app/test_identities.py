"""Who the patient is, in every way that EHRs write it; and nobody else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from clinical import decode
from smart_app.identities import Answered, identity_of
from smart_app.visit import PatientIdentity

UNKNOWN = PatientIdentity(name=None, birth_date=None)


def identity(**members: Any) -> PatientIdentity:
    patient = {"resourceType": "Patient", "id": "p1", **members}
    return identity_of([decode(json.dumps(patient).encode(), Answered)], "p1")


def test_all_of_it() -> None:
    found = identity(
        name=[
            {"use": "maiden", "family": "Stone"},
            {"use": "official", "family": "Berg", "given": ["Anna", "Maria"], "prefix": ["Dr"]},
        ],
        birthDate="1980-02",
        gender="female",
        identifier=[
            {"system": "urn:ssn", "value": "123", "type": {"coding": [{"code": "SS"}]}},
            {"value": "0 old", "use": "old", "type": {"coding": [{"code": "MR"}]}},
            {"system": "urn:mrn", "value": "00042", "type": {"coding": [{"code": "MR"}]}},
        ],
    )
    assert found == PatientIdentity("Anna Maria Berg", "1980-02", "female", "00042")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ([{"text": "Berg, Anna"}], "Berg, Anna"),
        ([{"given": ["Anna"]}], "Anna"),
        ([{}, {"family": "Berg"}], "Berg"),
        ([{"family": "  "}], None),
        ([], None),
        ("Anna Berg", None),
        ([{"family": 7, "given": ["Anna"]}], "Anna"),
        ([{"given": "Anna", "family": "Berg"}], "Berg"),
        ([{"text": "Anna\u202e\nBerg\x00"}], "Anna Berg"),
        ([{"text": "x" * 500}], "x" * 200),
    ],
)
def test_a_name_as_ehrs_write_it(name: object, shown: str | None) -> None:
    assert identity(name=name).name == shown


@pytest.mark.parametrize(
    "junk", [7, "x", {"value": "1"}, [7], [{"type": "MR", "value": "1"}], [{"type": {"coding": {}}}]]
)
def test_junk_among_the_identifiers_is_no_record_number(junk: object) -> None:
    assert identity(identifier=junk, name=[{"text": "Anna"}]) == PatientIdentity("Anna", None)


def test_another_patient_is_nobody() -> None:
    other = {"resourceType": "Patient", "id": "p2", "name": [{"text": "Somebody Else"}]}
    assert identity_of([decode(json.dumps(other).encode(), Answered)], "p1") == UNKNOWN
    assert identity_of([], "p1") == UNKNOWN
