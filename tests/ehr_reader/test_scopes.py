"""What a token permits, in both grammars."""

from __future__ import annotations

import pytest

from ehr_reader import Inclusion, NextPage, Query, Scopes

LABORATORY = "http://terminology.hl7.org/CodeSystem/observation-category|laboratory"
SEARCH = Query(
    "Observation",
    parameters=(("patient", "p1"), ("code", "2276-4")),
    within=(("category", "laboratory"),),
    otherwise=Query("Observation", parameters=(("patient", "p1"), ("category", "laboratory"))),
)
SOCIAL = Query("Observation", parameters=(("patient", "p1"), ("code", "82810-3")))
MEDICATIONS = Query("MedicationRequest", include=Inclusion("MedicationRequest:medication", "Medication"))
READ = Query("Patient", id="p1")
PAGE = NextPage("Observation", "https://ehr.example.org/page/2")


@pytest.mark.parametrize(
    ("scopes", "search", "read"),
    [
        ("patient/Observation.read", True, False),
        ("user/*.read", True, True),
        ("system/*.*", True, True),
        ("patient/Observation.rs patient/Patient.r", True, True),
        ("patient/*.cruds", True, True),
        ("patient/Observation.r", False, False),
        ("patient/Patient.s", False, False),
        ("patient/Observation.s", True, False),
        ("launch openid\tfhirUser patient/Patient.rs", False, True),
        ("patient/Observation.write patient/Patient.write", False, False),
        ("patient/Observation.cud", False, False),
        ("patient/Observation.sr", False, False),
        ("patient/Observation.", False, False),
        ("patient/Observation", False, False),
        ("Patient/Observation.read", False, False),
        ("xpatient/Observation.rs", False, False),
        ("patient/Observation.rs?", False, False),
        ("", False, False),
    ],
)
def test_what_is_permitted(scopes: str, search: bool, read: bool) -> None:
    granted = Scopes(scopes, one_patient=True)
    assert (granted.permitted(SEARCH) == SEARCH) is search
    assert (granted.permitted(READ) == READ) is read
    assert (granted.permitted(PAGE) == PAGE) is search


def test_a_patients_scopes_count_only_where_the_patient_is_named() -> None:
    assert Scopes("patient/*.rs", one_patient=False).permitted(SEARCH) is None
    assert Scopes("user/*.rs", one_patient=False).permitted(SEARCH) == SEARCH


def test_the_filter_of_a_scope_is_said_in_the_search() -> None:
    granted = Scopes(f"patient/Observation.rs?category={LABORATORY}", one_patient=True)
    narrowed = granted.permitted(SEARCH)
    assert isinstance(narrowed, Query) and narrowed.otherwise is not None
    assert narrowed.parameters == (*SEARCH.parameters, ("category", LABORATORY))
    assert narrowed.otherwise.parameters == (("patient", "p1"), ("category", LABORATORY))
    assert granted.permitted(PAGE) == PAGE


def test_a_filter_that_would_take_results_away_is_no_permission() -> None:
    granted = Scopes(f"patient/Observation.rs?category={LABORATORY}", one_patient=True)
    assert granted.permitted(SOCIAL) is None
    other = Scopes("patient/Observation.rs?category=vital-signs patient/Patient.rs?_id=p1", one_patient=True)
    assert other.permitted(SEARCH) is None and other.permitted(READ) is None


@pytest.mark.parametrize(
    ("scopes", "along"),
    [
        ("patient/*.rs", True),
        ("user/*.read", True),
        ("patient/MedicationRequest.rs patient/Medication.r", True),
        ("patient/MedicationRequest.read user/Medication.read", True),
        ("patient/MedicationRequest.rs", False),
        ("patient/MedicationRequest.rs patient/Medication.s", False),
        ("patient/MedicationRequest.rs patient/Medication.rs?code=x", False),
    ],
)
def test_what_comes_along_must_be_permitted_too(scopes: str, along: bool) -> None:
    asked = Scopes(scopes, one_patient=True).permitted(MEDICATIONS)
    assert asked == (MEDICATIONS if along else MEDICATIONS.without_include())


def test_the_widest_scope_counts() -> None:
    both = Scopes("patient/Observation.rs?category=laboratory user/Observation.rs", one_patient=True)
    assert both.permitted(SOCIAL) == SOCIAL
