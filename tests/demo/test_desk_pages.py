"""The desk without a browser: what it sends to a CDS service, and what it does where none answers."""

from __future__ import annotations

import contextlib
import json
import re
import threading
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import responses
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import KeySet

from demo_ehr.application import create_demo_ehr, demo_ehr_of
from demo_ehr.desk import FrontDesk, Places, desk_pages
from demo_ehr.desk.cds_client import CdsClient
from demo_ehr.desk.chart_view import stories

ADA = "restless-legs-low-ferritin"
EHR, CDS = "http://ehr.test", "http://cds.test"
CALL, FEEDBACK = f"{CDS}/cds-services/one", f"{CDS}/cds-services/one/feedback"
SERVICE = {"hook": "patient-view", "id": "one", "prefetch": {"patient": "Patient/{{context.patientId}}"}}
CARD = {
    "uuid": "11111111-1111-4111-8111-111111111111",
    "summary": "Ferritin is low",
    "indicator": "warning",
    "detail": "**Found**",
    "source": {"label": "One"},
    "suggestions": [
        {"label": "Iron", "uuid": "s1", "actions": [{"type": "create", "resource": {"resourceType": "X"}}]}
    ],
    "selectionBehavior": "any",
    "overrideReasons": [{"system": "urn:s", "code": "not-now", "display": "Not now"}],
}


class _Unchangeable:
    days = 0

    def set(self, days: int) -> None:
        raise AssertionError(days)


@pytest.fixture
def desk() -> FrontDesk:
    demo = demo_ehr_of(EHR, [], date(2026, 11, 22))
    places = Places(EHR, "http://localhost", "http://app.test", CDS)
    return FrontDesk(demo, places, CdsClient(demo, CDS, "us"), _Unchangeable(), date(2026, 11, 22))


@pytest.fixture
def browser(desk: FrontDesk) -> FlaskClient:
    return create_demo_ehr(desk.demo, further=[desk_pages(desk)]).test_client()


@pytest.fixture
def service() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.get(f"{CDS}/cds-services", json={"services": [SERVICE]})
        yield mock


def public_keys(desk: FrontDesk) -> KeySet:
    """The demo EHR's JWKS, as a CDS service would read it."""
    return KeySet.import_key_set(desk.demo.keys.jwks())  # type: ignore[arg-type]


def sent(mock: responses.RequestsMock, address: str) -> list[tuple[dict[str, Any], str]]:
    """Bodies and bearer tokens of the calls to one address."""
    calls = [call.request for call in mock.calls if call.request.url == address]
    return [(json.loads(one.body or "{}"), one.headers["Authorization"].removeprefix("Bearer ")) for one in calls]


def test_a_hook_call_is_signed_prefetched_and_brings_leave(
    browser: FlaskClient, desk: FrontDesk, service: responses.RequestsMock
) -> None:
    service.post(CALL, json={"cards": [CARD]})
    assert "Ferritin is low" in browser.get(f"/patients/{ADA}").text
    [(body, token)] = sent(service, CALL)
    assert body["prefetch"]["patient"]["id"] == ADA
    assert body["fhirServer"] == f"{EHR}/fhir"
    leave = body["fhirAuthorization"]
    assert (leave["token_type"], leave["subject"], leave["patient"]) == ("Bearer", "us", ADA)
    assert "patient/ServiceRequest.rs" in leave["scope"].split(), "or what is ordered already could not be asked for"

    read = jwt.decode(token, public_keys(desk), algorithms=["ES384"])
    assert (read.claims["iss"], read.claims["aud"]) == (EHR, CALL)
    assert read.claims["exp"] - read.claims["iat"] <= 300
    assert (read.header["typ"], read.header["jku"]) == ("JWT", f"{EHR}/auth/jwks.json")


def test_each_token_is_used_once(browser: FlaskClient, service: responses.RequestsMock, desk: FrontDesk) -> None:
    service.post(CALL, json={"cards": []})
    for _ in range(2):
        assert "nothing to act on" in browser.get(f"/patients/{ADA}").text
    keys = public_keys(desk)
    tokens = [jwt.decode(token, keys, algorithms=["ES384"]).claims for _body, token in sent(service, CALL)]
    assert len({claims["jti"] for claims in tokens}) == 2


@pytest.mark.parametrize("form", [{"reason": "not-now", "comment": " later "}, {"reason": "invented"}])
def test_an_override_says_only_what_the_card_offered(
    browser: FlaskClient, service: responses.RequestsMock, form: dict[str, str]
) -> None:
    service.post(CALL, json={"cards": [CARD]})
    service.post(FEEDBACK)
    html = browser.get(f"/patients/{ADA}").text
    address = re.search(rf"/patients/{ADA}/visits/\w+/override", html)
    assert address
    answer = browser.post(address[0], data={"card": CARD["uuid"], **form}, follow_redirects=True)
    assert "Overridden" in answer.text
    [(body, _token)] = sent(service, FEEDBACK)
    [entry] = body["feedback"]
    assert (entry["card"], entry["outcome"]) == (CARD["uuid"], "overridden")
    reason = {"reason": CARD["overrideReasons"][0], "userComment": "later"}  # type: ignore[index]
    assert entry.get("overrideReason") == (reason if form["reason"] == "not-now" else None)


class _Meeting(set[str]):
    """Whoever looks into it waits a moment for a second who looks, too."""

    def __init__(self) -> None:
        super().__init__()
        self._both = threading.Barrier(2)

    def __contains__(self, one: object) -> bool:
        found = super().__contains__(one)
        with contextlib.suppress(threading.BrokenBarrierError):
            self._both.wait(1)
        return found


def test_two_clicks_at_the_same_moment_order_once(desk: FrontDesk, service: responses.RequestsMock) -> None:
    service.post(CALL, json={"cards": [CARD]})
    service.post(FEEDBACK, json={})
    visit = desk.hook("patient-view", ADA)
    visit.accepted = _Meeting()
    clicks = [threading.Thread(target=desk.accept, args=(visit, CARD["uuid"], "s1")) for _ in range(2)]
    for click in clicks:
        click.start()
    for click in clicks:
        click.join(60)
    assert len(desk.tray.drafts(ADA)) == 1


def test_a_suggestion_of_another_card_cannot_be_accepted(
    browser: FlaskClient, service: responses.RequestsMock, desk: FrontDesk
) -> None:
    service.post(CALL, json={"cards": [CARD]})
    html = browser.get(f"/patients/{ADA}").text
    address = re.search(rf"/patients/{ADA}/visits/\w+/accept", html)
    assert address
    assert browser.post(address[0], data={"card": CARD["uuid"], "suggestion": "s2"}).status_code == 404
    other = address[0].replace(ADA, "everything-normal")
    assert browser.post(other, data={"card": CARD["uuid"], "suggestion": "s1"}).status_code == 404
    assert desk.tray.drafts(ADA) == []


def test_a_refusal_is_told_in_the_words_of_the_service(browser: FlaskClient, service: responses.RequestsMock) -> None:
    outcome = {"resourceType": "OperationOutcome", "issue": [{"diagnostics": "No laboratory results <b>"}]}
    service.post(CALL, json=outcome, status=412)
    assert "answered 412. No laboratory results &lt;b&gt;" in browser.get(f"/patients/{ADA}").text


@pytest.mark.parametrize("body", ["<html>", b"", json.dumps([]), json.dumps({"cards": {}})])
def test_an_answer_that_is_none_is_survived(
    browser: FlaskClient, service: responses.RequestsMock, body: str | bytes
) -> None:
    service.post(CALL, body=body)
    assert browser.get(f"/patients/{ADA}").status_code == 200


def test_a_service_that_is_away_is_said(browser: FlaskClient) -> None:
    with responses.RequestsMock():
        assert "nothing was asked of it" in browser.get(f"/patients/{ADA}").text


def test_prefetch_faults(browser: FlaskClient, desk: FrontDesk, service: responses.RequestsMock) -> None:
    service.post(CALL, json={"cards": []})
    for fault in ("prefetch-missing", "prefetch-outcome"):
        desk.demo.faults.reset()
        desk.demo.faults.set(fault, True)
        browser.get(f"/patients/{ADA}")
    missing, outcome = (body for body, _token in sent(service, CALL))
    assert "prefetch" not in missing
    assert "fhirAuthorization" not in missing
    assert outcome["prefetch"]["patient"]["resourceType"] == "OperationOutcome"


@pytest.mark.parametrize("text", ["", "low", "-3", "1e9", "NaN", "Infinity"])
def test_a_result_no_laboratory_would_report_is_not_added(
    browser: FlaskClient, desk: FrontDesk, service: responses.RequestsMock, text: str
) -> None:
    before = len(desk.demo.charts.resources_of(ADA))
    assert browser.post(f"/patients/{ADA}/results", data={"ferritin": text}).status_code == 302
    assert len(desk.demo.charts.resources_of(ADA)) == before


@pytest.mark.parametrize("address", ["/nowhere", "/patients/nobody", f"/patients/{ADA}/visits/none", "/calls/none"])
def test_what_is_not_there_is_said_calmly(browser: FlaskClient, address: str) -> None:
    answer = browser.get(address)
    assert answer.status_code == 404
    assert "To the patients" in answer.text


def test_every_patient_has_a_story_and_every_story_a_patient(desk: FrontDesk) -> None:
    assert {patient.id for patient in desk.patients()} == set(stories())
