"""CH-08, CH-09, CH-11 to CH-13: what prefetch lacks is fetched from the EHR, and what happens where that fails.

Source: CDS Hooks 2.0.1 sections FHIR Resource Access and Prefetch Template; 3.0 section Returning OperationOutcome.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cds_hooks.charted_ehr import ADDRESS, TOKEN, asking, holding, service_of
from tests.cds_hooks.hook_requests import ALL_NORMAL, full_prefetch, observation, request
from tests.conformance.inferno import faults
from tests.conformance.test_ch_prefetch import outcome
from tests.ehr_reader.mock_ehr import MockEhr, Reply, mock_ehr, searchset
from tests.ehr_reader.mock_ehr import outcome as operation_outcome
from tests.lenient_clock import lenient_clock

LOW = ALL_NORMAL | {"ferritin": "22 ng/mL"}


@pytest.fixture
def ehr() -> Iterator[MockEhr]:
    with mock_ehr() as running:
        running.answer = holding(**LOW)
        yield running


@pytest.mark.conformance("CH-08")
@pytest.mark.parametrize("slash", ["", "/"])
def test_without_prefetch_the_chart_is_fetched_with_the_token(ehr: MockEhr, slash: str) -> None:
    answer: Any = service_of(ehr).post(ADDRESS, json=asking(ehr) | {"fhirServer": ehr.base + slash})
    assert answer.status_code == 200 and faults(answer.json) == []
    [card] = answer.json["cards"]
    assert "22 ng/mL" in card["summary"] and "did not send" not in card["detail"]
    assert {call.headers["authorization"] for call in ehr.calls} == {f"Bearer {TOKEN}"}
    assert {call.headers["accept"] for call in ehr.calls} == {"application/fhir+json"}
    lists = ["AllergyIntolerance", "Condition", "MedicationRequest", "Patient", "Procedure", "ServiceRequest"]
    assert sorted(set(ehr.asked)) == sorted([*lists, "Observation"])
    codes = [code for call in ehr.calls for code in call.parameters.get("code", "").split(",") if code]
    assert len(codes) == len(set(codes)) > 100 and len(ehr.calls) <= 12
    searches = [call.parameters for call in ehr.calls if call.resource_type != "Patient"]
    assert all(search["patient"] == "p1" for search in searches)


@pytest.mark.conformance("CH-08")
def test_the_card_is_the_same_as_from_prefetch(ehr: MockEhr) -> None:
    service: Any = service_of(ehr)
    fetched = service.post(ADDRESS, json=asking(ehr)).json["cards"]
    sent = service.post(ADDRESS, json=request(full_prefetch(**LOW))).json["cards"]
    assert [(card["summary"], card["detail"]) for card in fetched] == [
        (card["summary"], card["detail"]) for card in sent
    ]


@pytest.mark.conformance("CH-09")
def test_only_absent_keys_are_fetched(ehr: MockEhr) -> None:
    prefetch = full_prefetch(**ALL_NORMAL)
    del prefetch["iron"], prefetch["allergies"]
    answer: Any = service_of(ehr).post(ADDRESS, json=asking(ehr, prefetch))
    assert answer.status_code == 200
    assert ehr.asked == ["AllergyIntolerance", "Observation"]
    assert "22 ng/mL" in answer.json["cards"][0]["summary"]


@pytest.mark.conformance("CH-09")
@pytest.mark.parametrize("value", [None, searchset(), operation_outcome(), searchset(operation_outcome())])
def test_null_an_empty_searchset_and_an_error_are_answers(ehr: MockEhr, value: Any) -> None:
    service_of(ehr).post(ADDRESS, json=asking(ehr, full_prefetch(**ALL_NORMAL) | {"folate": value}))
    assert ehr.calls == []


@pytest.mark.conformance("CH-11")
def test_a_paged_prefetch_is_followed_on_the_same_origin(ehr: MockEhr) -> None:
    low = observation("2276-4", 22, "ng/mL", id="later")
    ehr.answer = lambda _: Reply(body=searchset(low))
    prefetch = full_prefetch(**ALL_NORMAL) | {"iron": searchset(following=f"{ehr.origin}/pages/2")}
    answer: Any = service_of(ehr).post(ADDRESS, json=asking(ehr, prefetch))
    assert "22 ng/mL" in answer.json["cards"][0]["summary"]
    assert "only a part" not in json.dumps(answer.json)
    [call] = ehr.calls
    assert call.target == "/pages/2" and call.headers["authorization"] == f"Bearer {TOKEN}"


@pytest.mark.conformance("CH-11")
@pytest.mark.parametrize("fetched", [True, False], ids=["fetched", "prefetched"])
def test_a_page_on_a_foreign_host_is_not_followed_but_told(ehr: MockEhr, fetched: bool) -> None:
    low = observation("2276-4", 22, "ng/mL")
    with mock_ehr() as foreign:
        paged = searchset(low, following=f"{foreign.base}/pages/2")
        ehr.answer = lambda _: Reply(body=paged)
        prefetch = full_prefetch(**ALL_NORMAL) | {"iron": paged}
        if fetched:
            del prefetch["iron"]
        answer: Any = service_of(ehr).post(ADDRESS, json=asking(ehr, prefetch))
        assert foreign.calls == []
    assert answer.status_code == 200
    assert "The EHR sent only a part of: iron." in answer.json["cards"][0]["detail"]


@pytest.mark.conformance("CH-12")
@pytest.mark.parametrize(
    "fault",
    [
        Reply(401, b"token expired"),
        Reply(403, operation_outcome()),
        Reply(500, b"<html>"),
        Reply(503, operation_outcome()),
        Reply(200, b"<html>Sign in</html>"),
        Reply(delay=60),
        Reply(drip=True, body=searchset()),
    ],
    ids=["401", "403", "500", "503", "html", "hangs", "drips"],
)
def test_an_ehr_at_fault_is_answered_412_in_time(ehr: MockEhr, fault: Reply, capsys: Any) -> None:
    ehr.answer = lambda _: fault
    service: Any = service_of(ehr, settings={"hook_deadline_seconds": 2.0})
    with lenient_clock() as now:
        answer = service.post(ADDRESS, json=asking(ehr))
        assert now() < 8.0, "it hangs for a minute, and drips for ever"
    assert answer.status_code == 412
    told = outcome(answer)
    assert "iron" in told and TOKEN not in told
    assert TOKEN not in capsys.readouterr().err


@pytest.mark.conformance("CH-12")
def test_an_ehr_at_fault_for_a_part_is_told_on_the_card(ehr: MockEhr) -> None:
    chart = holding(**LOW)
    ehr.answer = lambda call: Reply(500, b"") if "2284-8" in call.parameters.get("code", "") else chart(call)
    answer: Any = service_of(ehr).post(ADDRESS, json=asking(ehr))
    assert answer.status_code == 200 and faults(answer.json) == []
    assert "The EHR could not be reached, or not in time, for: folate." in answer.json["cards"][0]["detail"]


@pytest.mark.conformance("CH-13")
def test_an_authorization_without_a_server_is_400(ehr: MockEhr) -> None:
    body = {name: value for name, value in asking(ehr).items() if name != "fhirServer"}
    answer = service_of(ehr).post(ADDRESS, json=body)
    assert answer.status_code == 400 and "fhirServer" in outcome(answer)
    assert ehr.calls == []
