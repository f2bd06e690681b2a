"""Where secrets and patients must not be found: SM-20, after whole journeys, good ones and bad ones."""

from __future__ import annotations

import base64
import json
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlsplit

import pytest
from flask import Flask

from tests.smart_app.browser import Browser, shown
from tests.smart_app.calls import Reply
from tests.smart_app.charts import FAMILY_NAME, PATIENT
from tests.smart_app.expectations import tells_of_ruth
from tests.smart_app.fhir_answers import outcome
from tests.smart_app.launches import CLIENT_SECRET, HOME, SECRET_KEY, AppOf, signing_keys
from tests.smart_app.mock_smart_ehr import MockSmartEhr
from tests.smart_app.searching import files_in, found

LAUNCH = "launch-secret-0123456789"


def journey(browser: Browser, ehr: MockSmartEhr) -> None:
    """A launch, a look, another look with a renewed token, the end; and what goes wrong on the way of others."""
    chart = browser.chart_of(ehr, launch=LAUNCH)
    ehr.expire_access()
    tells_of_ruth(browser.get(f"{chart.address}?units=si"))
    browser.chart_of(ehr, launch=LAUNCH)
    browser.get(browser.to_callback(ehr, launch=LAUNCH) + "x")
    browser.get(ehr.deny(browser.launched(ehr, launch=LAUNCH), error_description=f"{PATIENT} was not found"))
    browser.get(f"/launch?iss={quote(ehr.base, safe='')}x&launch={LAUNCH}")
    for place in ("fhir", "token"):
        ehr.replies[place] = Reply(500, outcome())
        browser.open_chart(ehr, launch=LAUNCH)
    ehr.replies = {"token": Reply(400, {"error": "invalid_grant", "error_description": f"no {PATIENT}"})}
    ehr.expire_access()
    browser.get(chart.address)
    ehr.replies = {}
    browser.post(f"{chart.address}/close")
    browser.get(chart.address)


def proofs(ehr: MockSmartEhr) -> list[str]:
    """What the app sent to prove itself: verifiers and assertions."""
    forms = [call.form for call in ehr.to("token")]
    return [form[name] for form in forms for name in ("code_verifier", "client_assertion") if name in form]


def states(ehr: MockSmartEhr) -> list[str]:
    return [asked["state"] for asked in ehr.requests_to_authorize]


def private_numbers() -> list[str]:
    return [key["d"] for key in signing_keys()["keys"]]


@dataclass
class Traces:
    """What a whole journey left behind, with one kind of client."""

    ehr: MockSmartEhr
    browser: Browser
    log: str
    cookies: list[str]
    while_open: bytes
    at_the_end: bytes

    @property
    def secrets(self) -> list[str]:
        return [*self.ehr.secrets, *proofs(self.ehr), CLIENT_SECRET, SECRET_KEY, *private_numbers()]


@pytest.fixture
def traces(
    own_ehr: MockSmartEhr,
    app_of: AppOf,
    kind: str,
    tmp_path_factory: pytest.TempPathFactory,
    capfd: pytest.CaptureFixture[str],
) -> Traces:
    folder = tmp_path_factory.mktemp("database")
    browser = app_of(own_ehr, kind, database_url=f"sqlite:///{folder}/service.db")
    browser.chart_of(own_ehr, launch=LAUNCH)
    browser.to_callback(own_ehr, launch=LAUNCH)
    while_open, cookies = files_in(folder), list(browser.jar.values())
    journey(browser, own_ehr)
    output = capfd.readouterr()
    assert output.out == ""
    return Traces(own_ehr, browser, output.err, cookies, while_open, files_in(folder))


@pytest.mark.conformance("SM-20")
def test_a_journey_leaves_no_secret_behind(traces: Traces) -> None:
    """With each kind of client: nothing in what the browser got, in what is stored, and in what is logged."""
    _not_in_the_browser(traces)
    _not_stored(traces)
    _not_logged(traces)


def _not_in_the_browser(traces: Traces) -> None:
    """Neither in a cookie, a page, a header nor an address, but for the code in the address of the callback."""
    answers = traces.browser.seen
    codes = [secret for secret in traces.secrets if secret.startswith("code-")]
    others = [secret for secret in traces.secrets if secret not in codes]
    assert len(codes) > 3 and len(others) > 3 and proofs(traces.ehr)
    assert found(others, shown(answers)) == []
    for answer in answers:
        told = answer.body + "".join(f"{name}: {value}\n" for name, value in answer.headers).encode()
        assert found(codes, told) == [], answer.address
    ours = [answer.address for answer in answers if "/callback?" not in answer.address]
    assert found([PATIENT, FAMILY_NAME], "\n".join(ours).encode()) == []
    assert found([PATIENT, FAMILY_NAME], "\n".join(traces.cookies).encode()) == []


def _not_stored(traces: Traces) -> None:
    """Neither while sessions live nor after they ended; name and birth date of a patient are kept nowhere.

    The patient's id is: the access audit is there to tell it.
    """
    private = [*traces.secrets, *states(traces.ehr), *traces.cookies, LAUNCH, FAMILY_NAME, "1970-06-15"]
    assert len(traces.while_open) > 1000 and len(traces.cookies) >= 2
    assert found(private, traces.while_open) == []
    assert found(private, traces.at_the_end) == []


def _not_logged(traces: Traces) -> None:
    """Contract: no authorization code, token, state, launch value or patient id, nor a raw query string."""
    log = traces.log.encode()
    private = [*traces.secrets, *states(traces.ehr), *traces.cookies, LAUNCH, PATIENT, FAMILY_NAME, "1970-06-15"]
    assert found(private, log) == []
    assert not re.search(rb"[?&](iss|launch|code|state|units|error)=|secret-|Traceback", log)
    asked = {value for one in traces.ehr.requests_to_authorize for value in one.values() if len(value) > 20}
    assert found([one for one in asked if not one.startswith("http")], log) == []
    routes = {line.get("route") for line in map(json.loads, traces.log.splitlines())}
    assert {"/launch", "/callback", "/chart/<handle>"} <= routes, "there is a log"


@pytest.mark.conformance("SM-20")
def test_addresses_of_the_app_tell_nothing(browser: Browser, ehr: MockSmartEhr) -> None:
    """A handle is no patient id in disguise, and links of the page carry no patient data."""
    chart = browser.chart_of(ehr)
    handle = urlsplit(chart.address).path.removeprefix("/chart/")
    assert found([PATIENT, FAMILY_NAME, ehr.base], handle.encode()) == []
    own = [one[name] for one in chart.document.elements for name in ("href", "src", "action") if one[name][:1] == "/"]
    assert own and found([PATIENT, FAMILY_NAME], "\n".join(own).encode()) == []
    assert not [one for one in own if "18.3" in one]
    for form in chart.document.forms:
        assert found([PATIENT, FAMILY_NAME], json.dumps(form.fields).encode()) == []


@pytest.mark.conformance("SM-20")
def test_nothing_is_loaded_from_elsewhere(app: Flask, browser: Browser, ehr: MockSmartEhr) -> None:
    chart = browser.chart_of(ehr)
    loaded = [one["src"] for one in chart.document.having("src")]
    loaded += [one["href"] for one in chart.document.all("link")]
    assert loaded and all(one.startswith(("/", HOME + "/")) and not one.startswith("//") for one in loaded)
    for address in loaded:
        answer = browser.get(address)
        assert answer.status == 200 and not re.search(rb"https?://(?!www\.w3\.org/)", answer.body), address
    for path in ("/static/smart_app/../routes.py", "/static/smart_app/%2e%2e/routes.py", "/static/smart_app/.."):
        assert browser.get(path).status in (400, 404)


@pytest.mark.conformance("SM-20")
@pytest.mark.parametrize("hide", ["plain", "base64", "in base64", "zlib", "percent"])
def test_the_search_finds_what_is_hidden(hide: str) -> None:
    """The tests above are worth as much as their search."""
    secret = "access-0123456789abcdef+/"
    hidden: dict[str, Callable[[bytes], bytes]] = {
        "plain": lambda data: data,
        "base64": base64.urlsafe_b64encode,
        "in base64": lambda data: base64.b64encode(b'{"user":1,"token":"' + data + b'"}'),
        "zlib": lambda data: b"." + base64.urlsafe_b64encode(zlib.compress(data * 3)).rstrip(b"="),
        "percent": lambda data: quote(data, safe="").encode(),
    }
    cookie = b"Set-Cookie: session=" + hidden[hide](secret.encode()) + b"; Secure"
    assert found([secret], cookie) == [secret[:12]] and found(["other-secret-0123456789"], cookie) == []


@pytest.mark.conformance("SM-20")
def test_a_repr_tells_no_secret(browser: Browser, ehr: MockSmartEhr) -> None:
    """What a person sees of the state and the code is in the address alone: the page moves on from the callback."""
    callback = browser.to_callback(ehr)
    answer = browser.get(callback)
    assert answer.status in (302, 303)
    assert dict(parse_qsl(urlsplit(answer.location).query)) == {}


def test_files_are_really_read(tmp_path: Path) -> None:
    (tmp_path / "a.db-wal").write_bytes(b"secret-in-the-journal")
    assert found(["secret-in-the-journal"], files_in(tmp_path))
