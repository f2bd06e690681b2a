"""Six answers that one prefetch key can give, and what each of them means for the whole call."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

import clinical
import ehr_reader
from cds_hooks.prefetch import Prefetched, gap_sentences, read_prefetch
from cds_hooks.refusals import DataMissing, TooMuch
from cds_hooks.request import read_request
from clinical import Knowledge
from clinical.knowledge import needs
from tests.cds_hooks.hook_requests import (
    LABORATORY,
    OTHER_KEYS,
    full_prefetch,
    medication,
    observation,
    operation_outcome,
    patient,
    request,
    searchset,
)  # fmt: skip

FERRITIN = observation("2276-4", 22, "ng/mL")
CALCIUM = medication("1897")
WARNING = operation_outcome("warning", "informational")


@pytest.fixture
def read(knowledge: Knowledge) -> Any:
    def read_(prefetch: dict[str, Any]) -> Prefetched:
        body = msgspec.json.encode(request(prefetch))
        return read_prefetch(read_request(body, "application/json").prefetch, needs(knowledge), "p1")

    return read_


def gaps(prefetched: Prefetched) -> dict[str, str]:
    return {gap.need.key: gap.state for gap in prefetched.gaps}


def test_a_full_prefetch_has_no_gaps(read: Any) -> None:
    prefetched = read(full_prefetch(ferritin="22 ng/mL"))
    assert gaps(prefetched) == {}
    assert prefetched.answered >= {"Patient", "Observation", "Condition", "MedicationRequest", "AllergyIntolerance"}


@pytest.mark.parametrize(
    ("value", "state"),
    [
        (None, None),
        (searchset(), None),
        (searchset(FERRITIN), None),
        (FERRITIN, None),
        (searchset(FERRITIN, WARNING), None),
        (searchset(WARNING), "warned"),
        (searchset(FERRITIN, link=[{"relation": "next", "url": "https://ehr.example.org/2"}]), "partial"),
        (searchset(FERRITIN, operation_outcome()), "partial"),
        (searchset(WARNING, link=[{"relation": "next", "url": "https://ehr.example.org/2"}]), "partial"),
        (operation_outcome(), "refused"),
        (operation_outcome("warning"), "refused"),
        (searchset(operation_outcome()), "refused"),
        (searchset(operation_outcome("fatal")), "refused"),
        (searchset({"resourceType": "OperationOutcome"}), "refused"),
        (searchset(patient()), "unreadable"),
        (patient(), "unreadable"),
        ("<html>Tomcat</html>", "unreadable"),
        (5, "unreadable"),
        ([], "unreadable"),
        ({}, "unreadable"),
        (searchset(observation("2276-4", 22, "ng/mL", of="p2")), "foreign"),
        (searchset(FERRITIN, observation("2276-4", 22, "ng/mL", of="p2", id="o2")), None),
    ],
)
def test_what_one_key_says(read: Any, value: Any, state: str | None) -> None:
    assert gaps(read(full_prefetch() | {"iron": value})).get("iron") == state


def test_an_absent_key_is_a_gap(read: Any) -> None:
    prefetch = full_prefetch()
    del prefetch["iron"], prefetch["allergies"]
    prefetched = read(prefetch)
    assert gaps(prefetched) == {"iron": "absent", "allergies": "absent"}
    assert "AllergyIntolerance" not in prefetched.answered and "Observation" not in prefetched.answered


def test_another_patients_record_is_not_this_patients(read: Any) -> None:
    assert gaps(read(full_prefetch() | {"patient": patient("p2")})) == {"patient": "foreign"}


def test_the_laboratory_as_a_whole_answers_for_every_nutrient(read: Any) -> None:
    prefetch = {key: value for key, value in full_prefetch().items() if key in OTHER_KEYS}
    assert gaps(read(prefetch | {"laboratory": searchset(FERRITIN)})) == {}
    assert gaps(read(prefetch | {"laboratory": None})) == {}


def test_keys_that_the_hospital_chose_itself_are_read_for_what_they_hold(read: Any) -> None:
    prefetched = read({"labs": searchset(FERRITIN), "pt": patient()})
    assert "iron" not in gaps(prefetched) and "patient" not in gaps(prefetched)
    assert gaps(prefetched)["folate"] == "absent"
    assert len(prefetched.resources) == 2


NEXT = [{"relation": "next", "url": "https://ehr.example.org/2"}]


@pytest.mark.parametrize("drugs", [searchset(CALCIUM, link=NEXT), searchset(CALCIUM, operation_outcome())])
def test_a_part_under_a_key_that_the_hospital_chose_is_a_part(read: Any, drugs: dict[str, Any]) -> None:
    prefetch = full_prefetch(ferritin="22 ng/mL")
    del prefetch["medications"]
    prefetched = read(prefetch | {"drugs": drugs})
    assert gaps(prefetched) == {"medications": "partial"}
    assert "MedicationRequest" not in prefetched.answered


def test_the_laboratory_has_one_key() -> None:
    """The room that asks and the room that judges do not know each other."""
    assert clinical.LABORATORY_KEY == ehr_reader.LABORATORY_KEY


def test_codes_that_only_the_laboratory_knows_are_results_too(read: Any) -> None:
    own = observation("FERR", 22, "ng/mL", code={"coding": [{"system": "urn:oid:1.2.3", "code": "FERR"}]})
    assert len(read({"labs": searchset(own)}).resources) == 1


@pytest.mark.parametrize(
    "value", ["absent", operation_outcome(), searchset(operation_outcome()), "x", searchset(patient())]
)
def test_without_any_laboratory_key_there_is_nothing_to_say(read: Any, value: Any) -> None:
    prefetch = {key: searchset() for key in OTHER_KEYS} | {"patient": patient()}
    if value != "absent":
        prefetch |= dict.fromkeys(LABORATORY, value)
    with pytest.raises(DataMissing, match=r"iron.*vitamin D.*folate"):
        read(prefetch)


def test_one_readable_laboratory_key_is_enough(read: Any) -> None:
    prefetched = read(dict.fromkeys(LABORATORY, operation_outcome()) | {"folate": None})
    assert gaps(prefetched)["iron"] == "refused"
    assert "folate" not in gaps(prefetched)


def test_more_resources_than_are_read_in_one_call(read: Any) -> None:
    many = searchset(*([FERRITIN] * 20_001))
    with pytest.raises(TooMuch, match="20000"):
        read({"iron": many})


def test_gaps_are_told_in_words_by_what_happened(read: Any) -> None:
    prefetch = full_prefetch() | {"iron": operation_outcome(), "folate": operation_outcome(), "magnesium": "x"}
    del prefetch["vitaminD"]
    assert gap_sentences(read(prefetch).gaps) == [
        "The EHR reported an error instead of: iron, folate.",
        "What the EHR sent could not be read as: magnesium.",
        "The EHR did not send: vitamin D.",
    ]
