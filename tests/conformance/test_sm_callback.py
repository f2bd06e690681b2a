"""The way back from the EHR's authorization page: SM-05 and SM-06, and those who would use it for themselves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import pytest
import time_machine

from tests.smart_app.browser import Answer, Browser
from tests.smart_app.charts import chart_of_otto
from tests.smart_app.expectations import EHR_AT_FAULT, calm, tells_of_otto, tells_of_ruth
from tests.smart_app.launches import FRAMES, AppOf, Hospitals
from tests.smart_app.mock_smart_ehr import MockSmartEhr

NewBrowser = Callable[[], Browser]


def parts_of(callback: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(callback).query))


def refused(answer: Answer, *ehrs: MockSmartEhr) -> None:
    """400 without a word to any token endpoint or FHIR server, and without a session."""
    calm(answer, 400)
    for ehr in ehrs:
        assert ehr.to("token") == [] and ehr.to("fhir") == []


@pytest.mark.conformance("SM-05")
@pytest.mark.parametrize("query", ["", "code=x", "code=x&state=", "code=x&state=guessed", "state=%00&code=%00"])
def test_a_callback_without_a_state_of_ours(browser: Browser, ehr: MockSmartEhr, query: str) -> None:
    browser.launched(ehr)
    refused(browser.get(f"/callback?{query}"), ehr)


@pytest.mark.conformance("SM-05")
def test_a_state_without_a_code(browser: Browser, ehr: MockSmartEhr) -> None:
    state = parts_of(browser.to_callback(ehr))["state"]
    refused(browser.get(f"/callback?state={state}"), ehr)


@pytest.mark.conformance("SM-05")
@pytest.mark.parametrize("code", ["%FF", "x%ED%A0%80y"])
def test_a_code_that_is_no_text(browser: Browser, ehr: MockSmartEhr, code: str) -> None:
    state = parts_of(browser.to_callback(ehr))["state"]
    refused(browser.get(f"/callback?code={code}&state={state}"), ehr)


@pytest.mark.conformance("SM-05")
@pytest.mark.parametrize("twice", ["state", "code", "iss"])
def test_what_is_said_twice_is_refused(browser: Browser, ehr: MockSmartEhr, twice: str) -> None:
    callback = f"{browser.to_callback(ehr)}&iss={quote(ehr.issuer, safe='')}"
    refused(browser.get(f"{callback}&{twice}=another"), ehr)


@pytest.mark.conformance("SM-05")
def test_another_browser_gets_nothing_by_it(new_browser: Callable[[], Browser], ehr: MockSmartEhr) -> None:
    """Login CSRF: an attacker sends somebody a callback of his own launch; or steals the callback of another."""
    attacker, without_cookies, with_own_launch = new_browser(), new_browser(), new_browser()
    callback = attacker.to_callback(ehr)
    with_own_launch.to_callback(ehr)
    refused(without_cookies.get(callback), ehr)
    refused(with_own_launch.get(callback), ehr)
    assert not without_cookies.jar.kept, "no session came of it"


@pytest.mark.conformance("SM-05")
def test_the_state_of_one_launch_with_the_cookie_of_another(browser: Browser, ehr: MockSmartEhr) -> None:
    """A cookie per launch: the browser's own second launch does not vouch for a state that was not its own."""
    first = browser.to_callback(ehr)
    browser.jar.kept.clear()
    browser.to_callback(ehr)
    refused(browser.get(first), ehr)


@pytest.mark.conformance("SM-05")
def test_a_callback_is_good_once(browser: Browser, ehr: MockSmartEhr) -> None:
    callback = browser.to_callback(ehr)
    chart = browser.follow(browser.get(callback))
    tells_of_ruth(chart)
    for code in (parts_of(callback)["code"], "another"):
        state = parts_of(callback)["state"]
        calm(browser.get(f"/callback?{urlencode({'code': code, 'state': state})}"), 400)
    assert len(ehr.to("token")) == 1
    tells_of_ruth(browser.get(chart.address))


@pytest.mark.conformance("SM-05")
def test_a_state_is_good_once_even_where_the_exchange_failed(browser: Browser, ehr: MockSmartEhr) -> None:
    callback = browser.to_callback(ehr)
    calm(browser.get(callback.replace("code=code-", "code=wrong-")), 400, 401, *EHR_AT_FAULT)
    calm(browser.get(callback), 400)
    assert len(ehr.to("token")) == 1


@pytest.mark.conformance("SM-05")
def test_a_state_does_not_wait_for_a_day(browser: Browser, ehr: MockSmartEhr) -> None:
    callback = browser.to_callback(ehr)
    with time_machine.travel(datetime.now(UTC) + timedelta(days=1)):
        refused(browser.get(callback), ehr)


@pytest.mark.conformance("SM-05")
def test_a_code_of_somebody_else_is_worth_nothing(new_browser: Callable[[], Browser], ehr: MockSmartEhr) -> None:
    """Code injection: the verifier of the attacker's launch does not fit the code of the victim's."""
    victim, attacker = new_browser(), new_browser()
    stolen = parts_of(victim.to_callback(ehr))["code"]
    state = parts_of(attacker.to_callback(ehr))["state"]
    answer = attacker.follow(attacker.get(f"/callback?{urlencode({'code': stolen, 'state': state})}"))
    calm(answer, 400, 401, 403, *EHR_AT_FAULT)
    assert len(ehr.to("token")) == 1 and ehr.to("fhir") == []


@pytest.mark.conformance("SM-05")
def test_the_cookie_of_a_session_is_new_at_the_callback(browser: Browser, ehr: MockSmartEhr) -> None:
    """Session fixation: what a browser held before the EHR named the patient opens nothing afterwards."""
    callback = browser.to_callback(ehr)
    before = browser.jar.copy()
    chart = browser.follow(browser.get(callback))
    tells_of_ruth(chart)
    assert before.kept and not before.values() & browser.jar.values()
    browser.jar = before
    calm(browser.get(chart.address), 401, 404)


@pytest.mark.conformance("SM-05")
def test_without_cookies_only_where_the_registry_says_so(own_ehr: MockSmartEhr, app_of: AppOf) -> None:
    for cookieless in (False, True):
        browser = app_of(own_ehr, cookieless=cookieless)
        callback = browser.to_callback(own_ehr)
        browser.jar.kept.clear()
        answer = browser.get(callback)
        assert len(own_ehr.to("token")) == int(cookieless)
        if not cookieless:
            calm(answer, 400)
        else:
            assert browser.follow(answer).status == 200


@pytest.mark.conformance("SM-06")
@pytest.mark.parametrize("error", ["access_denied", "server_error", "temporarily_unavailable", "made_up", "<b>x</b>"])
def test_a_refusal_of_the_ehr_is_told_calmly(browser: Browser, ehr: MockSmartEhr, error: str) -> None:
    hostile = "<script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}"
    callback = ehr.deny(browser.launched(ehr), error=error, error_description=hostile, error_uri="javascript:alert(3)")
    answer = browser.get(callback)
    calm(answer, 400, 401, 403, *EHR_AT_FAULT)
    assert "<script>alert" not in answer.text and "<img src=x" not in answer.text and "<b>x" not in answer.text
    assert answer.directive("frame-ancestors") == [FRAMES["public"]]
    assert ehr.to("token") == [] and ehr.to("fhir") == []
    state = parts_of(callback)["state"]
    refused(browser.get(f"/callback?code=x&state={state}"), ehr)


@pytest.mark.conformance("SM-06")
def test_a_refusal_needs_a_state_too(browser: Browser, ehr: MockSmartEhr) -> None:
    browser.launched(ehr)
    answer = browser.get(
        f"/callback?error=access_denied&error_description={quote('Call the swindlers-hotline now')}&state=guessed"
    )
    refused(answer, ehr)
    assert "swindlers" not in answer.text, "a stranger's words are not shown"


@pytest.mark.conformance("SM-06")
def test_iss_of_a_callback_is_no_fhir_base(browser: Browser, ehr: MockSmartEhr, stranger: MockSmartEhr) -> None:
    """RFC 9207: it names the authorization server. Ours is welcome, another means that somebody mixes two up."""
    right = browser.to_callback(ehr) + f"&iss={quote(ehr.issuer, safe='')}"
    tells_of_ruth(browser.follow(browser.get(right)))
    exchanged = len(ehr.to("token"))
    wrong = browser.to_callback(ehr) + f"&iss={quote(stranger.base, safe='')}"
    calm(browser.get(wrong), 400)
    assert len(ehr.to("token")) == exchanged and stranger.calls == []
    tells_of_ruth(browser.chart_of(ehr))
    assert {asked["aud"] for asked in ehr.requests_to_authorize} == {ehr.base}


@pytest.mark.conformance("SM-06")
def test_a_code_of_one_ehr_with_a_state_of_another(browser: Browser, hospitals: Hospitals) -> None:
    """Mix-up: an EHR that was taken over sends its visitors to another, to be handed the other's codes."""
    honest, taken_over = hospitals["public"], hospitals["basic"]
    code = parts_of(browser.to_callback(honest))["code"]
    state = parts_of(browser.to_callback(taken_over))["state"]
    told = urlencode({"code": code, "state": state, "iss": honest.issuer})
    refused(browser.get(f"/callback?{told}"), honest, taken_over)


# What an EHR that was taken over may say of itself, so that another's answer looks like its own.
LIES: dict[str, Callable[[MockSmartEhr], dict[str, str | None]]] = {
    "names no issuer": lambda _: {"issuer": None},
    "names the other's FHIR base as its issuer": lambda honest: {"issuer": honest.base},
    "names the other's issuer as its own": lambda honest: {"issuer": honest.issuer},
}


@pytest.mark.conformance("SM-06")
@pytest.mark.parametrize("what", LIES)
def test_an_ehr_that_lies_of_its_issuer_gets_no_code_of_another(
    browser: Browser, ehr: MockSmartEhr, forgettable: MockSmartEhr, what: str
) -> None:
    said = LIES[what](ehr)
    forgettable.configuration |= said
    code = parts_of(browser.to_callback(ehr))["code"]
    state = parts_of(browser.to_callback(forgettable))["state"]
    told = urlencode({"code": code, "state": state, "iss": said["issuer"] or ehr.issuer})
    refused(browser.get(f"/callback?{told}"), ehr, forgettable)


@pytest.mark.conformance("SM-06")
def test_two_ehrs_may_share_an_authorization_server(
    browser: Browser, ehr: MockSmartEhr, forgettable: MockSmartEhr
) -> None:
    browser.to_callback(ehr)
    forgettable.configuration = ehr.configuration
    callback = ehr.approve(browser.launched(forgettable))
    assert browser.get(f"{callback}&iss={quote(ehr.issuer, safe='')}").status in (302, 303)
    assert len(ehr.to("token")) == 1 and forgettable.to("token") == []


@pytest.mark.conformance("SM-06")
@pytest.mark.parametrize("issuer", [None, "http://keycloak.internal:8080/realms/x"], ids=str)
@pytest.mark.parametrize("told", ["its FHIR base", "its authorization server"])
def test_an_ehr_whose_issuer_cannot_be_asked_may_name_itself(
    browser: Browser, forgettable: MockSmartEhr, issuer: str | None, told: str
) -> None:
    """Some name no issuer, or one that only their own network knows. Then it is known by where the code goes."""
    forgettable.configuration["issuer"] = issuer
    forgettable.told["id_token"] = None
    own = forgettable.base + "/" if told == "its FHIR base" else issuer or f"{forgettable.origin}/realms/x"
    tells_of_ruth(browser.follow(browser.get(f"{browser.to_callback(forgettable)}&iss={quote(own, safe='')}")))


@pytest.mark.conformance("SM-06")
@pytest.mark.parametrize("told", ["x", "/", "http://[", "https://127.0.0.1:x/", "%ED%A0%80", "%00", "http://"])
def test_what_is_no_name_of_a_server(browser: Browser, forgettable: MockSmartEhr, told: str) -> None:
    del forgettable.configuration["issuer"]
    refused(browser.get(f"{browser.to_callback(forgettable)}&iss={told}"), forgettable)


@pytest.mark.conformance("SM-06")
@pytest.mark.parametrize("told", ["", "x", "http://[", "https://ehr.example.org:x/", "%ED%A0%80"])
def test_who_promises_to_name_itself_must(browser: Browser, forgettable: MockSmartEhr, told: str) -> None:
    """RFC 9207 section 2.4: authorization_response_iss_parameter_supported."""
    forgettable.configuration["authorization_response_iss_parameter_supported"] = True
    tells_of_ruth(
        browser.follow(browser.get(f"{browser.to_callback(forgettable)}&iss={quote(forgettable.issuer, safe='')}"))
    )
    exchanged = len(forgettable.to("token"))
    calm(browser.get(f"{browser.to_callback(forgettable)}&iss={told}"), 400)
    assert len(forgettable.to("token")) == exchanged


@pytest.mark.conformance("SM-06")
def test_launches_at_two_ehrs_stay_apart(browser: Browser, hospitals: Hospitals) -> None:
    """Each code goes to the EHR of its state, and each token to the EHR that gave it."""
    first, second = hospitals["public"], hospitals["basic"]
    second.resources, second.patient = chart_of_otto(), "pt-otto-0815"
    callbacks = [browser.to_callback(first), browser.to_callback(second)]
    charts = [browser.follow(browser.get(one)) for one in reversed(callbacks)]
    tells_of_otto(charts[0])
    tells_of_ruth(charts[1])
    assert charts[0].directive("frame-ancestors") == [FRAMES["basic"]]
    assert charts[1].directive("frame-ancestors") == [FRAMES["public"]]
    for one, other in ((first, second), (second, first)):
        sent = " ".join(f"{call.target} {call.headers} {call.body!r}" for call in one.calls)
        assert not [secret for secret in other.secrets if secret in sent]
