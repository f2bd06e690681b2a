"""A session per launch: what opens a chart, what does not, and what every page says to the browser (contract)."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import quote

import pytest

from tests.smart_app.browser import Answer, Browser
from tests.smart_app.charts import chart_of_otto
from tests.smart_app.cookies import Cookie
from tests.smart_app.expectations import calm, tells_of_otto, tells_of_ruth, well_dressed
from tests.smart_app.launches import FRAMES, HOME, LOOPBACK_HOME, AppOf, Hospitals
from tests.smart_app.mock_smart_ehr import MockSmartEhr

NewBrowser = Callable[[], Browser]


def handle_of(chart: Answer) -> str:
    return chart.address.removeprefix(f"{HOME}/chart/").split("?")[0].split("/")[0]


@pytest.mark.conformance("SM-20")
def test_the_handle_alone_opens_nothing(new_browser: NewBrowser, browser: Browser, ehr: MockSmartEhr) -> None:
    chart = browser.chart_of(ehr)
    calm(new_browser().get(chart.address), 401)
    other = new_browser()
    tells_of_ruth(other.chart_of(ehr))
    calm(other.get(chart.address), 404)
    assert len(handle_of(chart)) >= 22, "opaque, and not to be guessed"
    calm(browser.get(f"/chart/{'A' * len(handle_of(chart))}"), 401, 404)
    tells_of_ruth(browser.get(chart.address))


@pytest.mark.conformance("SM-20")
@pytest.mark.parametrize("forged", ["", "x", "{handle}", "a" * 43, "é", "x" * 5000])
def test_a_forged_cookie_opens_nothing(
    new_browser: NewBrowser, browser: Browser, ehr: MockSmartEhr, forged: str
) -> None:
    chart = browser.chart_of(ehr)
    forger = new_browser()
    for place, cookie in browser.jar.kept.items():
        forger.jar.kept[place] = Cookie(cookie.name, forged.format(handle=handle_of(chart)), cookie.attributes)
    calm(forger.get(chart.address), 401, 404)


@pytest.mark.conformance("SM-20")
@pytest.mark.parametrize("home", [HOME, LOOPBACK_HOME])
def test_the_flags_of_every_cookie(own_ehr: MockSmartEhr, app_of: AppOf, home: str) -> None:
    browser = app_of(own_ehr, home=home)
    chart = browser.chart_of(own_ehr)
    browser.post(chart.address + "/close")
    cookies = [cookie for answer in browser.seen for cookie in answer.cookies]
    assert cookies
    for cookie in cookies:
        assert {"secure", "httponly", "partitioned"} <= set(cookie.attributes), cookie
        assert cookie.attributes["samesite"] == "None" and "domain" not in cookie.attributes
        assert cookie.name.startswith("__Host-") == (home == HOME)
        assert cookie.acceptable(home), "a browser would drop it"


@pytest.mark.conformance("SM-20")
def test_close_ends_that_launch_only(new_browser: NewBrowser, browser: Browser, ehr: MockSmartEhr) -> None:
    ehr.resources += chart_of_otto()
    ruth = browser.chart_of(ehr)
    ehr.patient = "pt-otto-0815"
    otto = browser.chart_of(ehr)
    [form] = [form for form in ruth.document.forms if form.action.endswith("/close")]
    assert form.method == "post" and "'self'" in ruth.directive("form-action")
    assert [button for button in ruth.document.all("button") if "Close session" in button.words]
    stranger = new_browser()
    assert stranger.post(f"{ruth.address}/close").status in (401, 403, 404)
    assert browser.get(f"{ruth.address}/close").status == 405
    tells_of_ruth(browser.get(ruth.address))
    closed = browser.post(form.action, form.fields)
    assert closed.status in (200, 303)
    calm(browser.follow(closed), 200)
    calm(browser.get(ruth.address), 401)
    calm(browser.post(f"{ruth.address}/close"), 401, 404, 200)
    tells_of_otto(browser.get(otto.address))


@pytest.mark.conformance("SM-20")
def test_after_close_an_old_cookie_is_worth_nothing(browser: Browser, ehr: MockSmartEhr) -> None:
    chart = browser.chart_of(ehr)
    kept = browser.jar.copy()
    browser.post(f"{chart.address}/close")
    browser.jar = kept
    calls = len(ehr.calls)
    calm(browser.get(chart.address), 401)
    assert len(ehr.calls) == calls


@pytest.mark.conformance("SM-20")
def test_each_page_may_be_framed_by_its_own_ehr_only(browser: Browser, hospitals: Hospitals) -> None:
    for name in FRAMES:
        chart = browser.chart_of(hospitals[name])
        well_dressed(chart)
        assert chart.directive("frame-ancestors") == [FRAMES[name]]
        assert browser.get(f"{chart.address}?units=si").directive("frame-ancestors") == [FRAMES[name]]


@pytest.mark.conformance("SM-20")
def test_an_ehr_without_frames_gets_none(own_ehr: MockSmartEhr, app_of: AppOf) -> None:
    chart = app_of(own_ehr, frame_ancestors=[]).chart_of(own_ehr)
    assert chart.directive("frame-ancestors") in (["'none'"], ["'self'"])


@pytest.mark.conformance("SM-20")
def test_every_way_is_dressed(new_browser: NewBrowser, browser: Browser, ehr: MockSmartEhr) -> None:
    """Redirects too: no-store, no-referrer, never X-Frame-Options."""
    chart = browser.chart_of(ehr)
    browser.get(f"{chart.address}?units=si&evaluate=1")
    browser.post(f"{chart.address}/close")
    browser.get(chart.address)
    browser.get("/launch?iss=x&launch=y")
    browser.get("/callback")
    for answer in browser.seen:
        assert answer.header("x-frame-options") is None
        assert "no-store" in (answer.header("cache-control") or ""), answer.address
        assert answer.header("referrer-policy") == "no-referrer"
        if answer.status not in (302, 303):
            well_dressed(answer)


@pytest.mark.conformance("SM-20")
@pytest.mark.parametrize(
    "query", ["units=%3Cscript%3Ealert(1)%3C/script%3E", "evaluate=x", "units=si&units=x", "%00=%FF"]
)
def test_what_the_query_says_is_never_trusted(browser: Browser, ehr: MockSmartEhr, query: str) -> None:
    chart = browser.chart_of(ehr)
    answer = browser.get(f"{chart.address}?{query}")
    tells_of_ruth(answer)
    well_dressed(answer)
    assert "<script>alert" not in answer.text


@pytest.mark.conformance("SM-20")
@pytest.mark.parametrize("word", ["next", "redirect_uri", "return_to", "url", "target"])
def test_nobody_is_sent_where_a_query_says(browser: Browser, ehr: MockSmartEhr, word: str) -> None:
    evil = quote("https://evil.example/", safe="")
    launch = browser.get(f"/launch?iss={quote(ehr.base, safe='')}&launch=x&{word}={evil}")
    callback = browser.get(f"{ehr.approve(launch.location)}&{word}={evil}")
    chart = browser.follow(callback)
    tells_of_ruth(chart)
    browser.get(f"{chart.address}?{word}={evil}")
    browser.post(f"{chart.address}/close?{word}={evil}", {word: "https://evil.example/"})
    allowed = (HOME + "/", ehr.origin + "/")
    led = [answer.location for answer in browser.seen if answer.header("location")]
    assert led and all(one.startswith(allowed) for one in led)
    assert not [one for one in browser.seen if b"evil.example" in one.body]


@pytest.mark.conformance("SM-20")
@pytest.mark.parametrize("name", ["Host", "X-Forwarded-Host", "X-Forwarded-Proto", "Forwarded", "X-Original-URL"])
def test_addresses_come_from_the_settings_and_not_from_a_header(browser: Browser, ehr: MockSmartEhr, name: str) -> None:
    value = {"Forwarded": "host=evil.example", "X-Forwarded-Proto": "http"}.get(name, "evil.example")
    headers = {name.replace("-", "_"): value}
    answer = browser.get(f"/launch?iss={quote(ehr.base, safe='')}&launch=x", **headers)
    assert answer.status in (302, 303)
    ehr.approve(answer.location)
    assert ehr.requests_to_authorize[0]["redirect_uri"] == f"{HOME}/callback"


@pytest.mark.conformance("SM-20")
def test_a_hook_of_a_browser_elsewhere_reads_nothing(browser: Browser, ehr: MockSmartEhr) -> None:
    """No other origin may read a chart by a script: there is no CORS on pages of patients."""
    chart = browser.chart_of(ehr)
    answer = browser.get(chart.address, Origin=FRAMES["public"])
    assert not [name for name, _ in answer.headers if name.startswith("access-control-")]
    assert json.loads(browser.get("/.well-known/jwks.json").body)["keys"]
