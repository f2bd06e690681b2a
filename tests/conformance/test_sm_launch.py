"""The SMART app's way to the EHR's authorization page: SM-01 to SM-04."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import parse_qsl, quote, unquote_to_bytes, urlsplit

import pytest

from tests.smart_app.browser import Browser
from tests.smart_app.charts import PATIENT, chart_of_otto
from tests.smart_app.expectations import calm, tells_of_otto, tells_of_ruth, well_dressed
from tests.smart_app.launches import CLIENT_ID, FRAMES, HOME
from tests.smart_app.mock_smart_ehr import MockSmartEhr

NewBrowser = Callable[[], Browser]
OUR_TYPES = {"Patient", "Observation", "Condition", "MedicationRequest", "AllergyIntolerance", "Procedure"}
COMPANIONS = {"launch", "openid", "fhirUser", "offline_access", "online_access"}
# MedicationRequests may name a Medication instead of telling it, and that is read along with them.
ALONG = {"Medication"}


@pytest.mark.conformance("SM-01")
def test_the_way_to_the_authorization_page(browser: Browser, ehr_of_kind: MockSmartEhr, kind: str) -> None:
    asked = dict(parse_qsl(urlsplit(browser.launched(ehr_of_kind, launch="xyz123")).query, keep_blank_values=True))
    state, challenge, scope = asked.pop("state"), asked.pop("code_challenge"), asked.pop("scope")
    assert asked == {
        "response_type": "code",
        "client_id": CLIENT_ID,
        "redirect_uri": f"{HOME}/callback",
        "launch": "xyz123",
        "aud": ehr_of_kind.base,
        "code_challenge_method": "S256",
    }
    assert len(state) >= 22 and re.fullmatch(r"[A-Za-z0-9_-]{43}", challenge) and "launch" in scope.split()
    assert [call.place for call in ehr_of_kind.calls] in (["configuration"], [])


@pytest.mark.conformance("SM-01")
def test_as_little_is_asked_as_the_knowledge_needs(browser: Browser, ehr: MockSmartEhr) -> None:
    asked = dict(parse_qsl(urlsplit(browser.launched(ehr)).query))["scope"].split()
    clinical = [re.fullmatch(r"patient/([A-Za-z]+)\.(r|s|rs)", scope) for scope in asked if "/" in scope]
    assert all(clinical), asked
    types = {found[1] for found in clinical if found}
    assert OUR_TYPES <= types <= OUR_TYPES | ALONG
    assert {scope for scope in asked if "/" not in scope} <= COMPANIONS and len(asked) == len(set(asked))


@pytest.mark.conformance("SM-01")
@pytest.mark.parametrize("slash", ["", "/"])
def test_aud_is_what_came_as_iss(browser: Browser, ehr: MockSmartEhr, slash: str) -> None:
    tells_of_ruth(browser.chart_of(ehr, iss=ehr.base + slash))
    assert ehr.requests_to_authorize[0]["aud"] == ehr.base + slash
    assert not [call.target for call in ehr.calls if "//" in call.target]


@pytest.mark.conformance("SM-01")
@pytest.mark.parametrize(
    "raw",
    [
        "a+b/c==",
        "a%2Bb%2Fc%3D%3D",
        "a%20b",
        "a%20+b",
        "%E2%82%AC",
        "eyJhIjoiYiJ9.x-_~",
        "a%26iss%3Dx",
    ],
)
def test_launch_is_passed_on_byte_exact(browser: Browser, ehr: MockSmartEhr, raw: str) -> None:
    answer = browser.get(f"/launch?launch={raw}&iss={quote(ehr.base, safe='')}")
    assert answer.status in (302, 303)
    ehr.approve(answer.location)
    assert ehr.requests_to_authorize[0]["launch"].encode() == unquote_to_bytes(raw)


@pytest.mark.conformance("SM-01")
def test_bytes_that_are_no_text_are_kept_or_refused_but_never_changed(browser: Browser, ehr: MockSmartEhr) -> None:
    answer = browser.get(f"/launch?iss={quote(ehr.base, safe='')}&launch=a%FFb")
    if answer.status not in (302, 303):
        calm(answer, 400)
        return
    [raw] = [part for part in urlsplit(answer.location).query.split("&") if part.startswith("launch=")]
    assert unquote_to_bytes(raw.removeprefix("launch=")) == b"a\xffb"


@pytest.mark.conformance("SM-01")
def test_authorize_by_post_where_the_ehr_offers_it(browser: Browser, forgettable: MockSmartEhr) -> None:
    forgettable.configuration["capabilities"].append("authorize-post")
    page = browser.launch(forgettable, launch="a+b/c==&<\">'")
    assert page.status == 200
    well_dressed(page)
    [form] = [form for form in page.document.forms if form.action.startswith(forgettable.origin)]
    assert (form.method, form.action) == ("post", forgettable.configuration["authorization_endpoint"])
    assert {forgettable.origin, "'self'"} <= {one.rstrip("/") for one in page.directive("form-action")}
    assert page.document.all("button") or page.document.all("input", type="submit"), "it works without a script"
    sent = {name: value for name, value in form.fields.items() if name}
    assert sent["launch"] == "a+b/c==&<\">'" and sent["code_challenge_method"] == "S256"
    tells_of_ruth(browser.follow(browser.get(forgettable.approve(form.action, sent))))


@pytest.mark.conformance("SM-02")
@pytest.mark.parametrize("path", ["/launch", "/launch/standalone"])
@pytest.mark.parametrize("query", ["", "launch=x", "iss=&launch=x", "iss=%20&launch=x"])
def test_a_launch_without_an_issuer_asks_nobody(browser: Browser, ehr: MockSmartEhr, path: str, query: str) -> None:
    calm(browser.get(f"{path}?{query}"), 400)
    assert ehr.calls == []


@pytest.mark.conformance("SM-02")
@pytest.mark.parametrize("more", ["", "&launch="])
def test_an_ehr_launch_without_launch_asks_nobody(browser: Browser, ehr: MockSmartEhr, more: str) -> None:
    answer = browser.get(f"/launch?iss={quote(ehr.base, safe='')}{more}")
    calm(answer, 400)
    assert answer.directive("frame-ancestors") == [FRAMES["public"]], "the EHR is known, and may show the page"
    assert ehr.calls == []


@pytest.mark.conformance("SM-02")
@pytest.mark.parametrize("path", ["/launch", "/launch/standalone"])
@pytest.mark.parametrize(
    "spelt",
    [
        "{stranger}",
        "{base}x",
        "{base}/..",
        "{base}/../r4",
        "{base}//",
        "{base}?x",
        "{base}#x",
        "{base}%20",
        "{base}%0A",
        "{base}%5C",
        "{base}@{stranger}",
        "{stranger}#{base}",
        "{stranger}?{base}",
        "http://localhost:{port}/fhir/r4",
        "http://user@127.0.0.1:{port}/fhir/r4",
        "HTTP://127.0.0.1:{port}/fhir/r4",
        "http://127.1:{port}/fhir/r4",
        "http://ehr.example.org/fhir",
        "https://ehr.example.org/fhir",
        "//127.0.0.1:{port}/fhir/r4",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "%3Cscript%3Ealert(1)%3C/script%3E",
    ],
)
def test_an_issuer_that_is_not_registered_is_never_contacted(
    browser: Browser, ehr: MockSmartEhr, stranger: MockSmartEhr, path: str, spelt: str
) -> None:
    iss = spelt.format(base=ehr.base, stranger=stranger.base, port=ehr.server.port)
    answer = browser.get(f"{path}?launch=x&iss={iss.replace('#', '%23').replace('?', '%3F').replace('&', '%26')}")
    calm(answer, 400, 403, 404)
    assert set(answer.directive("frame-ancestors")) <= {"'none'", "'self'"}, "an unknown EHR may frame nothing"
    assert ehr.calls == [] and stranger.calls == []
    assert answer.header("location") is None


@pytest.mark.conformance("SM-02")
@pytest.mark.parametrize("stranger_first", [True, False])
def test_two_issuers_are_one_too_many(
    browser: Browser, ehr: MockSmartEhr, stranger: MockSmartEhr, stranger_first: bool
) -> None:
    names = [stranger.base, ehr.base] if stranger_first else [ehr.base, stranger.base]
    calm(browser.get(f"/launch?iss={names[0]}&iss={names[1]}&launch=x"), 400, 403, 404)
    assert ehr.calls == [] and stranger.calls == []


@pytest.mark.conformance("SM-03")
def test_no_two_launches_share_a_state_or_a_challenge(browser: Browser, ehr: MockSmartEhr) -> None:
    asked = [dict(parse_qsl(urlsplit(browser.launched(ehr)).query)) for _ in range(20)]
    states, challenges = ({one[name] for one in asked} for name in ("state", "code_challenge"))
    assert len(states) == len(challenges) == 20
    assert all(len(state) >= 22 for state in states), "122 bits are 21 letters of 6 bits"
    columns = list(zip(*states, strict=False))
    assert sum(len(set(column)) == 1 for column in columns) <= 2, "a fixed part adds no entropy"


@pytest.mark.conformance("SM-03")
def test_parallel_tabs_keep_their_own_patient(browser: Browser, ehr: MockSmartEhr) -> None:
    ehr.resources += chart_of_otto()
    of_ruth, of_otto = browser.to_callback(ehr), browser.to_callback(ehr)
    ehr.patient = "pt-otto-0815"
    otto = browser.follow(browser.get(of_otto))
    ehr.patient = PATIENT
    ruth = browser.follow(browser.get(of_ruth))
    assert ruth.address != otto.address
    for _ in range(2):
        tells_of_otto(browser.get(otto.address))
        tells_of_ruth(browser.get(ruth.address))


@pytest.mark.conformance("SM-04")
def test_a_standalone_launch(browser: Browser, ehr_of_kind: MockSmartEhr) -> None:
    answer = browser.get(f"/launch/standalone?iss={quote(ehr_of_kind.base, safe='')}")
    assert answer.status in (302, 303)
    tells_of_ruth(browser.follow(browser.get(ehr_of_kind.approve(answer.location))))
    [asked] = ehr_of_kind.requests_to_authorize
    assert "launch" not in asked and asked["aud"] == ehr_of_kind.base and asked["code_challenge_method"] == "S256"
    assert "launch/patient" in asked["scope"].split() and "launch" not in asked["scope"].split()
