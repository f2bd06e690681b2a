"""Questions to a real HTTP server: answers, errors by what to do about them, paging, other words, the deadline."""

from __future__ import annotations

import re
import threading
from typing import Any

import pytest

from ehr_reader import (
    AskDifferently,
    AskForAccess,
    CheckConnection,
    Inclusion,
    NextPage,
    OutOfTime,
    Query,
    ReadFailed,
    RenewToken,
    TryAgainLater,
)
from ehr_reader.paging import MOST_PAGES
from tests.ehr_reader.conftest import TOKEN
from tests.ehr_reader.mock_ehr import Call, MockEhr, Reply, mock_ehr, outcome, searchset
from tests.lenient_clock import lenient_clock
from tests.ports import free_port

WHOLE = Query("Observation", parameters=(("patient", "p1"), ("category", "laboratory")))
IRON = Query("Observation", parameters=(("patient", "p1"), ("code", "http://loinc.org|2276-4")), otherwise=WHOLE)
FOLATE = Query("Observation", parameters=(("patient", "p1"), ("code", "http://loinc.org|2284-8")), otherwise=WHOLE)
PATIENT = Query("Patient", id="p1")
FOUND = {"resourceType": "Observation", "id": "o1"}


def test_the_token_goes_along_and_fhir_json_is_asked_for(ehr: MockEhr, read: Any) -> None:
    first, second = read(PATIENT, IRON)
    assert first.pages[0].id == "p1" and second.pages[0].resource_type == "Bundle"
    assert (first.failure, second.failure) == (None, None)
    assert {call.headers["authorization"] for call in ehr.calls} == {f"Bearer {TOKEN}"}
    assert {call.headers["accept"] for call in ehr.calls} == {"application/fhir+json"}
    assert {call.path for call in ehr.calls} == {"Patient/p1", "Observation"}
    assert next(call.parameters for call in ehr.calls if call.parameters) == dict(IRON.parameters)


def test_a_trailing_slash_of_the_base_does_not_matter(ehr: MockEhr, read: Any) -> None:
    [answer] = read(PATIENT, base=f"{ehr.base}/")
    assert answer.failure is None and ehr.calls[0].target == "/fhir/r4/Patient/p1"


def test_all_is_asked_at_once(ehr: MockEhr, read: Any) -> None:
    together = threading.Barrier(3, timeout=60)

    def wait(call: Call) -> Reply:
        together.wait()
        return Reply(body=searchset(FOUND))

    ehr.answer = wait
    answers = read(IRON, FOLATE, WHOLE)
    assert [answer.failure for answer in answers] == [None] * 3
    assert [answer.question for answer in answers] == [IRON, FOLATE, WHOLE]


@pytest.mark.parametrize(
    ("reply", "failure"),
    [
        (Reply(401), RenewToken),
        (Reply(403, outcome()), AskForAccess),
        (Reply(400, outcome("invalid")), AskDifferently),
        (Reply(404, b""), AskDifferently),
        (Reply(408), TryAgainLater),
        (Reply(500, b"<html>p1</html>"), TryAgainLater),
        (Reply(200, b"<html>Sign in</html>"), CheckConnection),
        (Reply(200, b""), CheckConnection),
        (Reply(200, FOUND), CheckConnection),
        (Reply(200, []), CheckConnection),
        (Reply(201, searchset()), CheckConnection),
        (Reply(200, b"not gzip", {"Content-Encoding": "gzip"}), CheckConnection),
    ],
)
def test_errors_are_named_by_what_to_do(ehr: MockEhr, read: Any, reply: Reply, failure: type[ReadFailed]) -> None:
    ehr.answer = lambda _: reply
    [answer] = read(WHOLE)
    assert type(answer.failure) is failure and answer.pages == ()
    assert str(answer.failure) == "", "whatever an EHR says may tell of a patient"
    assert re.fullmatch("[a-z ]+", answer.failure.reason), "or the log withholds it"


def test_nobody_there(read: Any) -> None:
    [answer] = read(PATIENT, base=f"http://127.0.0.1:{free_port()}/fhir/r4")
    assert type(answer.failure) is TryAgainLater


def test_a_redirect_is_not_followed(ehr: MockEhr, read: Any) -> None:
    with mock_ehr() as elsewhere:
        ehr.answer = lambda _: Reply(302, b"", {"Location": f"{elsewhere.base}/Patient/p1"})
        [answer] = read(PATIENT)
        assert type(answer.failure) is CheckConnection
        assert elsewhere.calls == []


def test_nothing_stays_behind_for_the_next_call(ehr: MockEhr, read: Any, monkeypatch: Any, tmp_path: Any) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password else\n", "utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    ehr.answer = lambda _: Reply(body=searchset(), headers={"Set-Cookie": "patient=p1; Path=/"})
    for _ in range(2):
        read(WHOLE)
    assert not any("cookie" in call.headers for call in ehr.calls)
    assert {call.headers["authorization"] for call in ehr.calls} == {f"Bearer {TOKEN}"}


# Busy


@pytest.mark.parametrize("status", [429, 502, 503, 504])
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Retry-After": "0"},
        {"Retry-After": "soon"},
        {"Retry-After": "Mon, 01 Jan 99999999999999999999 00:00:00 GMT"},
        {"Retry-After": "Mon, 01 Jan 2026 00:00:00 +99999999999999999999"},
    ],
)
def test_a_busy_ehr_is_asked_again(ehr: MockEhr, read: Any, status: int, headers: dict[str, str]) -> None:
    ehr.answer = lambda _: Reply(status, b"", headers) if len(ehr.calls) == 1 else Reply(body=searchset(FOUND))
    [answer] = read(WHOLE)
    assert answer.failure is None and len(ehr.calls) == 2


def test_a_busy_ehr_is_not_asked_for_ever(ehr: MockEhr, read: Any) -> None:
    ehr.answer = lambda _: Reply(503, b"", {"Retry-After": "0"})
    [answer] = read(WHOLE)
    assert type(answer.failure) is TryAgainLater and len(ehr.calls) == 3


def test_the_ehr_says_how_long_to_wait(ehr: MockEhr, read: Any) -> None:
    ehr.answer = lambda _: Reply(429, b"", {"Retry-After": "1"}) if len(ehr.calls) == 1 else Reply(body=searchset())
    [answer] = read(WHOLE)
    assert answer.failure is None
    assert ehr.calls[1].at - ehr.calls[0].at >= 1


@pytest.mark.parametrize("wait", ["3600", "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_a_wait_beyond_the_deadline_is_not_waited_for(ehr: MockEhr, read: Any, wait: str) -> None:
    ehr.answer = lambda _: Reply(429, b"", {"Retry-After": wait})
    [answer] = read(WHOLE)
    assert type(answer.failure) is TryAgainLater and (answer.failure.wait or 0) > 1000
    assert len(ehr.calls) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 500])
def test_what_will_not_get_better_is_asked_once(ehr: MockEhr, read: Any, status: int) -> None:
    ehr.answer = lambda _: Reply(status, b"")
    read(WHOLE)
    assert len(ehr.calls) == 1


# The deadline


@pytest.mark.parametrize("slow", [Reply(body=searchset(), delay=60), Reply(body=searchset(), drip=True)])
def test_the_deadline_holds_whatever_the_ehr_does(ehr: MockEhr, read: Any, slow: Reply) -> None:
    ehr.answer = lambda call: slow if call.resource_type == "Observation" else Reply(body={"resourceType": "Patient"})
    with lenient_clock() as now:
        late, patient = read(WHOLE, PATIENT, seconds=4.0)
        assert now() < 20, "the EHR would have taken a minute and more"
    assert type(late.failure) is OutOfTime
    assert patient.failure is None


def test_after_the_deadline_nothing_is_asked(ehr: MockEhr, read: Any) -> None:
    [answer] = read(WHOLE, seconds=-1.0)
    assert type(answer.failure) is OutOfTime and ehr.calls == []


# Paging


def numbered(ehr: MockEhr, last: int) -> Any:
    def page(call: Call) -> Reply:
        number = int(call.parameters.get("page", 1))
        following = None if number == last else f"{ehr.origin}/elsewhere?page={number + 1}"
        return Reply(body=searchset(FOUND | {"id": f"o{number}"}, following=following))

    return page


def test_pages_are_followed_to_the_end(ehr: MockEhr, read: Any) -> None:
    ehr.answer = numbered(ehr, last=3)
    [answer] = read(WHOLE)
    assert [page.entry[0].resource.id for page in answer.pages] == ["o1", "o2", "o3"]
    assert {call.headers["authorization"] for call in ehr.calls} == {f"Bearer {TOKEN}"}


def test_pages_of_a_prefetch_are_followed_too(ehr: MockEhr, read: Any) -> None:
    ehr.answer = numbered(ehr, last=3)
    [answer] = read(NextPage("Observation", f"{ehr.origin}/elsewhere?page=2"))
    assert [page.entry[0].resource.id for page in answer.pages] == ["o2", "o3"]


def test_a_relative_link_belongs_to_its_page(ehr: MockEhr, read: Any) -> None:
    ehr.answer = lambda call: Reply(body=searchset(following=None if call.parameters.get("page") else "?page=2"))
    [answer] = read(WHOLE)
    assert len(answer.pages) == 2 and ehr.calls[1].target == "/fhir/r4/Observation?page=2"


def test_pages_without_end(ehr: MockEhr, read: Any) -> None:
    ehr.answer = numbered(ehr, last=10**9)
    [answer] = read(WHOLE)
    assert len(answer.pages) == len(ehr.calls) == MOST_PAGES
    assert answer.pages[-1].link, "the last page tells that more is to come"


def test_pages_in_a_circle(ehr: MockEhr, read: Any) -> None:
    ehr.answer = lambda _: Reply(body=searchset(FOUND, following=f"{ehr.base}/Observation?page=2"))
    [answer] = read(WHOLE)
    assert len(answer.pages) == 2


def test_a_page_on_another_server_is_not_asked_for(ehr: MockEhr, read: Any) -> None:
    with mock_ehr() as elsewhere:
        ehr.answer = lambda _: Reply(body=searchset(FOUND, following=f"{elsewhere.base}/Observation?page=2"))
        [answer] = read(WHOLE)
        assert len(answer.pages) == 1 and elsewhere.calls == []


@pytest.mark.parametrize(
    ("broken", "seconds"), [(Reply(401), 60), (Reply(500), 60), (Reply(body=searchset(), delay=60), 4)]
)
def test_pages_that_came_before_a_failure_are_kept(ehr: MockEhr, read: Any, broken: Reply, seconds: float) -> None:
    follow = numbered(ehr, last=3)
    ehr.answer = lambda call: broken if call.parameters.get("page") == "2" else follow(call)
    [answer] = read(WHOLE, seconds=seconds)
    assert len(answer.pages) == 1 and answer.failure is not None


# Other words


@pytest.mark.parametrize("status", [400, 422, 200])
def test_a_missing_parameter_is_met_by_one_wider_search_for_all(ehr: MockEhr, read: Any, status: int) -> None:
    def demanding(call: Call) -> Reply:
        found = call.parameters.get("category") == "laboratory"
        return Reply(body=searchset(FOUND)) if found else Reply(status, outcome("required"))

    ehr.answer = demanding
    iron, folate, patient = read(IRON, FOLATE, Query("Condition", parameters=(("patient", "p1"),)))
    assert iron.question == folate.question == WHOLE and iron.pages == folate.pages != ()
    assert type(patient.failure) is AskDifferently and patient.failure.required
    assert len(ehr.calls) == 4


def test_another_refusal_is_not_met_so(ehr: MockEhr, read: Any) -> None:
    ehr.answer = lambda _: Reply(400, outcome("invalid"))
    [answer] = read(IRON)
    assert type(answer.failure) is AskDifferently and len(ehr.calls) == 1


@pytest.mark.parametrize(("status", "code"), [(400, "not-supported"), (400, "required"), (403, "forbidden")])
def test_an_ehr_that_sends_nothing_along_is_asked_without_it(ehr: MockEhr, read: Any, status: int, code: str) -> None:
    found = {"resourceType": "MedicationRequest", "id": "m1"}

    def plain(call: Call) -> Reply:
        return Reply(status, outcome(code)) if "_include" in call.parameters else Reply(body=searchset(found))

    ehr.answer = plain
    drug = Inclusion("MedicationRequest:medication", "Medication")
    [answer] = read(Query("MedicationRequest", parameters=(("patient", "p1"),), include=drug))
    assert answer.failure is None and len(answer.pages) == 1
    assert ["_include" in call.parameters for call in ehr.calls] == [True, False]


def test_a_warning_about_a_parameter_is_no_refusal(ehr: MockEhr, read: Any) -> None:
    ehr.answer = lambda _: Reply(body=outcome("required", "warning"))
    [answer] = read(IRON)
    assert answer.failure is None and len(ehr.calls) == 1
