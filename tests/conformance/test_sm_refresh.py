"""Tokens that die before the session does: SM-15, and SM-16 where they cannot be renewed."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.smart_app.browser import Answer, Browser
from tests.smart_app.calls import Call, Reply
from tests.smart_app.charts import OTHER_PATIENT, PATIENT, chart_of_otto
from tests.smart_app.expectations import EHR_AT_FAULT, calm, tells_of_ruth
from tests.smart_app.fhir_answers import outcome
from tests.smart_app.launches import CLIENT_ID, CLIENT_SECRET, AppOf
from tests.smart_app.mock_smart_ehr import MockSmartEhr


def refreshes(ehr: MockSmartEhr) -> list[Call]:
    return [call for call in ehr.to("token") if call.form["grant_type"] == "refresh_token"]


def asks_to_open_it_again(answer: Answer) -> None:
    """The session is over: 401, and what to do is said; the EHR may still show the page."""
    calm(answer, 401)
    assert re.search(r"\b(open|launch|start|sign)", answer.document.words, re.IGNORECASE)
    assert answer.header("location") is None


@pytest.mark.conformance("SM-15")
def test_a_dead_token_is_renewed_once(browser: Browser, ehr_of_kind: MockSmartEhr, kind: str) -> None:
    chart = browser.chart_of(ehr_of_kind)
    ehr_of_kind.expire_access()
    tells_of_ruth(browser.get(chart.address))
    [call] = refreshes(ehr_of_kind)
    proof = {"public": {"client_id"}, "basic": set()}.get(kind, {"client_assertion", "client_assertion_type"})
    assert set(call.form) - {"scope"} == {"grant_type", "refresh_token"} | proof
    granted = set(ehr_of_kind.requests_to_authorize[0]["scope"].split())
    assert set(call.form.get("scope", "").split()) <= granted, "no more than was granted"
    expected = f"Basic {base64.b64encode(f'{CLIENT_ID}:{CLIENT_SECRET}'.encode()).decode()}"
    assert call.headers.get("authorization") == (expected if kind == "basic" else None)
    tells_of_ruth(browser.get(chart.address))
    assert len(refreshes(ehr_of_kind)) == 1


@pytest.mark.conformance("SM-15")
@pytest.mark.parametrize("rotate", [True, False])
def test_a_new_refresh_token_replaces_the_old(browser: Browser, ehr: MockSmartEhr, rotate: bool) -> None:
    """And where none comes, the old one is kept."""
    ehr.rotate = rotate
    chart = browser.chart_of(ehr)
    for _ in range(3):
        ehr.expire_access()
        tells_of_ruth(browser.get(chart.address))
    used = [call.form["refresh_token"] for call in refreshes(ehr)]
    assert len(used) == 3 and len(set(used)) == (3 if rotate else 1)


@pytest.mark.conformance("SM-15")
def test_one_refresh_for_one_dead_token_however_many_read(browser: Browser, ehr: MockSmartEhr) -> None:
    """Pages asked for at the same moment, each with many reads; the refresh takes its time."""
    address = browser.chart_of(ehr).address
    ehr.expire_access()
    ehr.replies["token"] = lambda call: _slowly(ehr.usual_reply(call))
    tabs = [Browser(browser.home, browser.send, browser.jar.copy()) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda tab: tab.get(address), tabs))
    for answer in answers:
        tells_of_ruth(answer)
    assert len(refreshes(ehr)) == 1


def _slowly(reply: Reply) -> Reply:
    return Reply(reply.status, reply.body, reply.headers, delay=0.3)


@pytest.mark.conformance("SM-15")
def test_a_token_that_dies_amid_the_reads(browser: Browser, ehr: MockSmartEhr) -> None:
    address = browser.chart_of(ehr).address
    dead: list[str] = []

    def dies_after_three(call: Call) -> Reply | None:
        dead.append(call.bearer)
        return Reply(401, outcome("login")) if dead[0] == call.bearer and len(dead) > 3 else None

    ehr.replies["fhir"] = dies_after_three
    tells_of_ruth(browser.get(address))
    assert len(refreshes(ehr)) == 1


@pytest.mark.conformance("SM-15")
def test_a_server_that_takes_no_token_is_not_asked_in_circles(browser: Browser, ehr: MockSmartEhr) -> None:
    address = browser.chart_of(ehr).address
    before = len(ehr.to("fhir"))
    ehr.replies["fhir"] = Reply(401, outcome("login"))
    calm(browser.get(address), 401, 403, *EHR_AT_FAULT)
    assert len(refreshes(ehr)) == 1
    assert len(ehr.to("fhir")) - before <= 2 * before, "each read is tried again once at most"


@pytest.mark.conformance("SM-15")
def test_an_answer_that_repeats_the_patient_is_fine_and_silence_too(browser: Browser, ehr: MockSmartEhr) -> None:
    address = browser.chart_of(ehr).address
    for patient in (PATIENT, None):
        ehr.told["patient"] = patient
        ehr.expire_access()
        tells_of_ruth(browser.get(address))


@pytest.mark.conformance("SM-15")
def test_an_answer_that_names_another_patient_ends_the_session(browser: Browser, ehr: MockSmartEhr) -> None:
    ehr.resources += chart_of_otto()
    address = browser.chart_of(ehr).address
    ehr.expire_access()
    ehr.patient = OTHER_PATIENT
    before = len(ehr.to("fhir"))
    calm(browser.get(address), 401, 403, *EHR_AT_FAULT)
    new = ehr.secrets[-2:]
    assert not [call for call in ehr.to("fhir")[before:] if call.bearer in new], "nothing was read with it"
    ehr.patient = PATIENT
    calm(browser.get(address), 401, 404)
    assert len(refreshes(ehr)) == 1


@pytest.mark.conformance("SM-15")
def test_without_a_refresh_token_one_is_asked_to_open_it_again(browser: Browser, ehr: MockSmartEhr) -> None:
    ehr.told["refresh_token"] = None
    address = browser.chart_of(ehr).address
    ehr.expire_access()
    asks_to_open_it_again(browser.get(address))
    assert refreshes(ehr) == []


@pytest.mark.conformance("SM-16")
def test_invalid_grant_is_the_end_and_not_tried_again(browser: Browser, ehr_of_kind: MockSmartEhr) -> None:
    address = browser.chart_of(ehr_of_kind).address
    ehr_of_kind.revoke()
    asks_to_open_it_again(browser.get(address))
    for _ in range(2):
        asks_to_open_it_again(browser.get(address))
    assert len(refreshes(ehr_of_kind)) == 1


@pytest.mark.conformance("SM-16")
@pytest.mark.parametrize(
    "failure",
    [
        Reply(500, b"<html>", {"Content-Type": "text/html"}),
        Reply(503, b""),
        Reply(200, b"<html>", {"Content-Type": "text/html"}),
        Reply(401, outcome("login")),
        Reply(400, {"error": "invalid_client"}),
    ],
    ids=lambda reply: str(reply.status),
)
def test_a_token_endpoint_at_fault_is_told_and_not_asked_in_circles(
    browser: Browser, ehr: MockSmartEhr, failure: Reply
) -> None:
    address = browser.chart_of(ehr).address
    ehr.expire_access()
    ehr.replies["token"] = failure
    calm(browser.get(address), 401, *EHR_AT_FAULT)
    assert len(refreshes(ehr)) == 1


@pytest.mark.conformance("SM-16")
def test_a_fault_that_passes_does_not_end_the_session(browser: Browser, ehr: MockSmartEhr) -> None:
    address = browser.chart_of(ehr).address
    ehr.expire_access()
    ehr.replies["token"] = Reply(503, b"")
    calm(browser.get(address), *EHR_AT_FAULT)
    del ehr.replies["token"]
    tells_of_ruth(browser.get(address))


@pytest.mark.conformance("SM-15")
def test_with_another_secret_key_old_sessions_are_refused_and_new_ones_work(
    own_ehr: MockSmartEhr, app_of: Callable[..., Browser], tmp_path_factory: pytest.TempPathFactory
) -> None:
    database = f"sqlite:///{tmp_path_factory.mktemp('database')}/service.db"
    before = app_of(own_ehr, database_url=database)
    chart = before.chart_of(own_ehr)
    after = app_of(own_ehr, database_url=database, secret_key="another-secret-of-the-app-of-32-characters")
    after.jar = before.jar
    calm(after.get(chart.address), 401, 404)
    tells_of_ruth(after.chart_of(own_ehr))


@pytest.mark.conformance("SM-15")
def test_app_of_makes_apps_that_know_each_others_sessions(
    own_ehr: MockSmartEhr, app_of: AppOf, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """One database and one secret: a session begun at one machine goes on at another."""
    database = f"sqlite:///{tmp_path_factory.mktemp('database')}/service.db"
    one, other = app_of(own_ehr, database_url=database), app_of(own_ehr, database_url=database)
    callback = one.to_callback(own_ehr)
    other.jar = one.jar
    chart = other.follow(other.get(callback))
    tells_of_ruth(chart)
    own_ehr.expire_access()
    tells_of_ruth(one.get(chart.address))
    tells_of_ruth(other.get(chart.address))
    assert len(refreshes(own_ehr)) == 1
