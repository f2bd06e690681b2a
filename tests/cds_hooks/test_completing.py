"""When an EHR is asked back, what for, and what is told where it may not be or cannot answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from clinical import Knowledge, needs
from ehr_reader import queries_of
from tests.cds_hooks.callers import KeyServer, bearer, hospital, registry, token
from tests.cds_hooks.charted_ehr import ADDRESS, CLIENT_ID, TOKEN, asking, holding, service_of
from tests.cds_hooks.conftest import client_of
from tests.cds_hooks.hook_requests import ALL_NORMAL, full_prefetch, medication, observation, request
from tests.ehr_reader.mock_ehr import Call, MockEhr, Reply, mock_ehr, outcome, searchset

LOW = ALL_NORMAL | {"ferritin": "22 ng/mL"}
# The searches for the whole laboratory, several needs to each.
JOINED = 4
LABORATORY_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category|laboratory"


@pytest.fixture
def ehr() -> Iterator[MockEhr]:
    with mock_ehr() as running:
        running.answer = holding(**LOW)
        yield running


def without(*keys: str, **results: Any) -> dict[str, Any]:
    return {key: value for key, value in full_prefetch(**ALL_NORMAL | results).items() if key not in keys}


# May we ask?


@pytest.mark.parametrize(
    "authorization",
    [
        {"subject": "another-service"},
        {"subject": None},
        {"patient": "p2"},
        {"patient": None},
        {"patient": 5},
        {"scope": "launch openid"},
        {"scope": None},
        {"scope": "patient/*.write"},
        {"token_type": "MAC"},
        {"token_type": None},
        {"access_token": None},
        {"access_token": ""},
        {"access_token": 5},
        {"access_token": "two words"},
        {"access_token": "line\r\nX-Other: header"},
    ],
)
def test_a_token_that_does_not_fit_is_not_used(ehr: MockEhr, authorization: dict[str, Any]) -> None:
    answer = service_of(ehr).post(ADDRESS, json=asking(ehr, **authorization))
    assert answer.status_code == 412 and ehr.calls == []


@pytest.mark.parametrize(
    "authorization",
    [
        {"token_type": "bearer"},
        {"patient": "Patient/p1"},
        {"patient": None, "scope": "user/*.read"},
        {"scope": "patient/*.read"},
        {"expires_in": None},
    ],
)
def test_a_token_that_fits_is_used(ehr: MockEhr, authorization: dict[str, Any]) -> None:
    answer = service_of(ehr).post(ADDRESS, json=asking(ehr, **authorization))
    assert answer.status_code == 200 and len(ehr.calls) == JOINED + 7


def test_only_a_registered_ehr_is_asked(ehr: MockEhr) -> None:
    with mock_ehr() as stranger:
        body = asking(ehr) | {"fhirServer": stranger.base}
        answer = service_of(ehr).post(ADDRESS, json=body)
        assert answer.status_code == 412 and stranger.calls == [] == ehr.calls
        partly = service_of(ehr).post(ADDRESS, json=body | {"prefetch": without("folate", ferritin="22 ng/mL")})
        assert partly.status_code == 200 and stranger.calls == [] == ehr.calls


@pytest.mark.parametrize("address", ["/../r4", "/.", "?x", "#y", "x", "\\@evil.example.org"])
def test_an_address_that_only_looks_registered_is_not_asked(ehr: MockEhr, address: str) -> None:
    answer = service_of(ehr).post(ADDRESS, json=asking(ehr) | {"fhirServer": ehr.base + address})
    assert answer.status_code == 412 and ehr.calls == []


def test_an_ehr_without_a_client_id_is_not_asked(ehr: MockEhr) -> None:
    assert service_of(ehr, client_id=None).post(ADDRESS, json=asking(ehr, subject=None)).status_code == 412
    assert ehr.calls == []


def test_prefetch_only(ehr: MockEhr) -> None:
    service = service_of(ehr, settings={"prefetch_only": True})
    assert service.post(ADDRESS, json=asking(ehr)).status_code == 412
    paged = searchset(observation("2276-4", 22, "ng/mL"), following=f"{ehr.base}/2")
    answer = service.post(ADDRESS, json=asking(ehr, full_prefetch(**ALL_NORMAL) | {"iron": paged}))
    assert "only a part of: iron" in answer.text and ehr.calls == []


def test_nothing_is_asked_before_the_caller_is_known(ehr: MockEhr) -> None:
    service = service_of(ehr, settings={"cds_authentication": "required"})
    assert service.post(ADDRESS, json=asking(ehr)).status_code == 401
    assert ehr.calls == []


def test_a_caller_has_its_own_ehr_asked_and_no_other(ehr: MockEhr, keys: KeyServer) -> None:
    with mock_ehr() as other:
        other.answer = ehr.answer
        own = hospital("own", ehr.base, jwks_url=keys.url) | {"client_id": CLIENT_ID}
        foreign = {"name": "other", "fhir_base": other.base, "client_id": CLIENT_ID}
        service: Any = client_of(registry(own, foreign), cds_authentication="required")
        calls = [service.post(ADDRESS, json=asking(one), headers=bearer(token())) for one in (other, ehr)]
        assert [answer.status_code for answer in calls] == [412, 200]
        assert other.calls == [] and {call.headers["authorization"] for call in ehr.calls} == {f"Bearer {TOKEN}"}


def test_a_request_that_is_refused_asks_for_nothing(ehr: MockEhr) -> None:
    too_much = searchset(*([observation("2276-4", 22, "ng/mL")] * 20_001))
    assert service_of(ehr).post(ADDRESS, json=asking(ehr, {"iron": too_much})).status_code == 413
    assert ehr.calls == []


# What is asked


def test_a_scope_that_lacks_a_list_is_told_as_such(ehr: MockEhr) -> None:
    scope = "patient/Patient.r patient/Observation.rs patient/Condition.rs patient/MedicationRequest.rs"
    answer: Any = service_of(ehr).post(ADDRESS, json=asking(ehr, scope=scope))
    assert {"AllergyIntolerance", "Procedure"}.isdisjoint(ehr.asked)
    assert "The EHR did not grant access to: allergies, procedures." in answer.json["cards"][0]["detail"]


def test_a_scope_with_a_category_is_said_in_each_search(ehr: MockEhr) -> None:
    scope = f"patient/Patient.rs patient/Observation.rs?category={LABORATORY_CATEGORY}"
    assert service_of(ehr).post(ADDRESS, json=asking(ehr, scope=scope)).status_code == 200
    searches = [call.parameters for call in ehr.calls if call.resource_type == "Observation"]
    assert len(searches) == JOINED, "the pregnancy status is of another category"
    assert {search["category"] for search in searches} == {LABORATORY_CATEGORY}


def test_an_ehr_that_wants_the_category_is_asked_once_by_category(ehr: MockEhr) -> None:
    whole = holding(**LOW)

    def demanding(call: Call) -> Reply:
        return Reply(400, outcome("required")) if "code" in call.parameters else whole(call)

    ehr.answer = demanding
    answer: Any = service_of(ehr).post(ADDRESS, json=asking(ehr))
    assert "22 ng/mL" in answer.json["cards"][0]["summary"]
    categories = [call.parameters["category"] for call in ehr.calls if "category" in call.parameters]
    assert sorted(categories) == ["laboratory", "social-history"]


def test_the_pregnancy_status_is_found_by_its_category_too(ehr: MockEhr) -> None:
    status = {"coding": [{"system": "http://snomed.info/sct", "code": "77386006"}]}
    pregnant = observation("82810-3", 1, "1", valueCodeableConcept=status, effectiveDateTime="2026-11-01")
    del pregnant["valueQuantity"]

    def demanding(call: Call) -> Reply:
        if call.parameters.get("category") == "social-history":
            return Reply(body=searchset(pregnant))
        return Reply(400, outcome("required")) if "code" in call.parameters else Reply(body=searchset())

    ehr.answer = demanding
    answer: Any = service_of(ehr).post(ADDRESS, json=asking(ehr, without("pregnancy", vitamin_d="8 ng/mL")))
    [card] = answer.json["cards"]
    assert "VD13" in card["detail"] and "pregnancy status" not in card["detail"]


def test_a_scope_of_the_social_history_is_enough_for_the_pregnancy_status(ehr: MockEhr) -> None:
    scope = "patient/Observation.rs?category=social-history"
    service_of(ehr).post(ADDRESS, json=asking(ehr, without("pregnancy"), scope=scope))
    assert [call.parameters["category"] for call in ehr.calls] == ["social-history"]


@pytest.mark.parametrize(("scope", "along"), [("patient/*.rs", True), ("patient/MedicationRequest.rs", False)])
def test_the_drug_that_a_prescription_refers_to_comes_along(ehr: MockEhr, scope: str, along: bool) -> None:
    drug = {"resourceType": "Medication", "id": "d1", "code": medication("10582")["medicationCodeableConcept"]}
    prescribed = medication("10582", medicationReference={"reference": "Medication/d1"})
    del prescribed["medicationCodeableConcept"]

    def answer(call: Call) -> Reply:
        return Reply(body=searchset(prescribed, *([drug] if "_include" in call.parameters else [])))

    ehr.answer = answer
    given: Any = service_of(ehr).post(
        ADDRESS, json=asking(ehr, without("medications", ferritin="22 ng/mL"), scope=scope)
    )
    assert ("(FE09)" in given.json["cards"][0]["detail"]) is along
    assert [call.parameters.get("_include") for call in ehr.calls] == [
        "MedicationRequest:medication" if along else None
    ]


def test_an_ehr_of_style_category_is_asked_so(ehr: MockEhr) -> None:
    answer: Any = service_of(ehr, prefetch_style="category").post(ADDRESS, json=asking(ehr))
    assert "22 ng/mL" in answer.json["cards"][0]["summary"]
    assert ehr.asked.count("Observation") == 2


def test_codes_of_the_laboratory_are_searched_for_too(knowledge: Knowledge) -> None:
    local = {"urn:oid:1.2.3|FERR": "ferritin", "urn:x|a,b$c": "transferrin-saturation", "urn:oid:1.2.3|FOL": "folate"}
    queries = queries_of(needs(knowledge), "codes", "p1", local)
    codes = dict(queries["iron"].parameters)["code"]
    assert codes.endswith(",urn:oid:1.2.3|FERR,urn:x|a\\,b\\$c") and "FOL" not in codes


def test_what_could_not_be_read_or_was_another_patients_is_asked_for(ehr: MockEhr) -> None:
    theirs = searchset(observation("2276-4", 987.5, "ng/mL", id="theirs", of="p2"))
    prefetch = full_prefetch(**ALL_NORMAL) | {"iron": theirs, "folate": "<html>"}
    answer: Any = service_of(ehr).post(ADDRESS, json=asking(ehr, prefetch))
    assert ehr.asked == ["Observation"], "both in one search"
    assert "22 ng/mL" in answer.json["cards"][0]["summary"]
    assert "Observation/theirs" in answer.text and "987.5" not in answer.text


def test_what_another_patient_has_is_not_used_when_fetched(ehr: MockEhr) -> None:
    theirs = observation("2276-4", 987.5, "ng/mL", id="theirs", of="p2")
    ehr.answer = lambda _: Reply(body=searchset(theirs))
    answer: Any = service_of(ehr).post(ADDRESS, json=asking(ehr, without("iron", folate="1 ng/mL")))
    assert answer.status_code == 200
    assert "Only another patient's data came, and none was used, for: iron." in answer.json["cards"][0]["detail"]
    assert "987.5" not in answer.text


# What comes of it


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (Reply(401), "The EHR reported an error instead of: iron."),
        (Reply(404), "The EHR reported an error instead of: iron."),
        (Reply(200, outcome()), "The EHR reported an error instead of: iron."),
        (Reply(503), "The EHR could not be reached, or not in time, for: iron."),
        (Reply(200, b"<html>"), "What the EHR sent could not be read as: iron."),
        (Reply(302, headers={"Location": "https://elsewhere.example.org"}), "could not be read as: iron."),
    ],
)
def test_a_need_that_failed_is_named_even_where_all_else_is_normal(ehr: MockEhr, fault: Reply, sentence: str) -> None:
    ehr.answer = lambda _: fault
    answer: Any = service_of(ehr).post(ADDRESS, json=asking(ehr, without("iron")))
    assert answer.status_code == 200
    [card] = answer.json["cards"]
    assert card["indicator"] == "info" and sentence in card["detail"]


RARE = "iron, vitamin D, vitamin B12, folate"


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (Reply(403, outcome()), f"The EHR reported an error instead of: {RARE}."),
        (Reply(503, headers={"Retry-After": "60"}), f"The EHR could not be reached, or not in time, for: {RARE}."),
        (Reply(body=searchset(following="https://elsewhere.example.org")), f"only a part of: {RARE}."),
    ],
)
def test_a_search_that_failed_is_a_gap_for_each_of_its_needs(ehr: MockEhr, fault: Reply, sentence: str) -> None:
    whole = holding(**ALL_NORMAL | {"potassium": "3 mmol/L"})
    ehr.answer = lambda call: fault if "2276-4" in call.parameters.get("code", "") else whole(call)
    answer: Any = service_of(ehr).post(ADDRESS, json=asking(ehr))
    assert sentence in answer.json["cards"][0]["detail"]


def test_another_patients_result_is_a_gap_for_its_own_need_only(ehr: MockEhr) -> None:
    theirs = observation("2276-4", 987.5, "ng/mL", id="theirs", of="p2")
    ours = observation("2284-8", 1, "ng/mL", id="ours")
    ehr.answer = lambda _: Reply(body=searchset(theirs, ours))
    answer: Any = service_of(ehr).post(ADDRESS, json=asking(ehr, without("iron", "folate")))
    assert len(ehr.calls) == 1
    assert "none was used, for: iron." in answer.json["cards"][0]["detail"] and "987.5" not in answer.text


def test_later_pages_that_failed_make_a_part(ehr: MockEhr) -> None:
    first = searchset(observation("2276-4", 22, "ng/mL"), following=f"{ehr.base}/Observation?page=2")
    ehr.answer = lambda call: Reply(body=outcome()) if "page" in call.parameters else Reply(body=first)
    answer: Any = service_of(ehr).post(ADDRESS, json=asking(ehr, without("iron")))
    assert "22 ng/mL" in answer.json["cards"][0]["summary"]
    assert "only a part of: iron" in answer.json["cards"][0]["detail"]


def test_an_ehr_that_shows_errors_is_answered_with_no_card(ehr: MockEhr, capsys: Any) -> None:
    ehr.answer = lambda _: Reply(500)
    service: Any = service_of(ehr, missing_data_answer="no-card")
    answer = service.post(ADDRESS, json=asking(ehr))
    assert (answer.status_code, answer.json) == (200, {"cards": []})
    assert "data missing" in capsys.readouterr().err
    assert service.post(ADDRESS, json=request(None)).status_code == 412, "this may be any EHR's"
    assert service.post(ADDRESS, json=request(None) | {"context": {}}).status_code == 400


def test_the_log_tells_what_became_of_it_and_never_whose(ehr: MockEhr, capsys: Any) -> None:
    ehr.answer = lambda _: Reply(403, outcome())
    service_of(ehr).post(ADDRESS, json=asking(ehr))
    service_of(ehr).post(ADDRESS, json=asking(ehr, patient="p2"))
    logged = capsys.readouterr().err
    lines = [json.loads(line) for line in logged.splitlines()]
    [asked] = [line for line in lines if line["event"] == "ehr asked"]
    assert (asked["ehr"], asked["searches"], asked["failed"]) == ("mock", JOINED + 7, JOINED + 7)
    assert asked["reason"] == "the ehr denied access"
    [not_asked] = [line for line in lines if line["event"] == "ehr not asked"]
    assert not_asked["reason"] == "token is for another patient"
    for secret in (TOKEN, "p1", "p2", ehr.base, "withheld"):
        assert secret not in logged
