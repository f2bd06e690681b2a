"""One database, several workers; browsers without cookies; and what the EHR is told at the end."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from hosting import ConfigurationError
from smart_app.renewal import Renewal
from tests.smart_app.browser import Browser
from tests.smart_app.calls import Call, Reply
from tests.smart_app.cookies import CookieJar
from tests.smart_app.expectations import calm, tells_of_ruth
from tests.smart_app.launches import FRAMES, AppOf, application, entry
from tests.smart_app.mock_smart_ehr import MockSmartEhr


def until(what: Callable[[], bool]) -> bool:
    """Whether it comes true: soon, or late on a busy machine."""
    ends = time.monotonic() + 60
    while not what() and time.monotonic() < ends:
        time.sleep(0.01)
    return what()


def refreshes(ehr: MockSmartEhr) -> int:
    return sum(call.form["grant_type"] == "refresh_token" for call in ehr.to("token"))


def test_workers_share_what_was_begun_by_another(own_ehr: MockSmartEhr, app_of: AppOf) -> None:
    one, other = app_of(own_ehr), app_of(own_ehr)
    callback = one.to_callback(own_ehr)
    other.jar = one.jar
    chart = other.follow(other.get(callback))
    tells_of_ruth(chart)
    tells_of_ruth(one.get(chart.address))
    one.post(f"{chart.address}/close")
    calm(other.get(chart.address), 401)


def test_one_refresh_however_many_workers_find_the_token_dead(own_ehr: MockSmartEhr, app_of: AppOf) -> None:
    browsers = [app_of(own_ehr) for _ in range(3)]
    chart = browsers[0].chart_of(own_ehr)
    own_ehr.replies["token"] = slowly(own_ehr)
    own_ehr.expire_access()

    def look(number: int) -> int:
        browser = Browser(browsers[0].home, browsers[number % 3].send, browsers[0].jar)
        return browser.get(chart.address).status

    with ThreadPoolExecutor(9) as pool:
        assert list(pool.map(look, range(9))) == [200] * 9
    assert refreshes(own_ehr) == 1


def slowly(ehr: MockSmartEhr) -> Callable[[Call], Reply]:
    def answer(call: Call) -> Reply:
        reply = ehr.usual_reply(call)
        reply.delay = 0.3
        return reply

    return answer


def test_who_waits_for_a_refresh_that_fails_is_told_so_and_does_not_try(
    own_ehr: MockSmartEhr, app_of: AppOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It fails when the three others wait for it: who came later would try anew, and may."""
    browser = app_of(own_ehr)
    chart = browser.chart_of(own_ehr)
    waiting: list[object] = []
    usual = Renewal._wait

    def wait(self: Renewal, session: Any, deadline: Any) -> Any:
        waiting.append(session)
        return usual(self, session, deadline)

    def refused(_: Call) -> Reply:
        until(lambda: len(waiting) == 3)
        return Reply(503, {})

    monkeypatch.setattr(Renewal, "_wait", wait)
    own_ehr.replies["token"] = refused
    own_ehr.expire_access()
    with ThreadPoolExecutor(4) as pool:
        pages = list(pool.map(lambda _: browser.get(chart.address), range(4)))
    for page in pages:
        calm(page, 502, 503, 504)
        assert "Try again" in page.document.words
    assert refreshes(own_ehr) == 1 and len(waiting) == 3
    own_ehr.replies = {}
    tells_of_ruth(browser.get(chart.address))


def test_a_token_that_is_known_to_be_over_is_renewed_before_anything_is_asked(
    own_ehr: MockSmartEhr, app_of: AppOf
) -> None:
    own_ehr.lifetime = 1
    browser = app_of(own_ehr)
    chart = browser.chart_of(own_ehr)
    own_ehr.calls.clear()
    own_ehr.lifetime = 3600
    tells_of_ruth(browser.get(chart.address))
    assert own_ehr.calls[0].place == "token"
    assert refreshes(own_ehr) <= 1


def test_a_browser_without_cookies_is_let_in_only_where_the_registry_says_so(
    own_ehr: MockSmartEhr, app_of: AppOf
) -> None:
    for cookieless, status in ((False, 400), (True, 200)):
        browser = app_of(own_ehr, cookieless=cookieless)
        callback = browser.to_callback(own_ehr)
        browser.jar = _NoCookies()
        answer = browser.follow(browser.get(callback))
        assert answer.status == status
        assert browser.get(callback).status == 400, "a state is good once"


def test_a_browser_with_cookies_needs_them_even_there(own_ehr: MockSmartEhr, app_of: AppOf) -> None:
    browser = app_of(own_ehr, cookieless=True)
    chart = browser.chart_of(own_ehr)
    browser.jar = CookieJar()
    calm(browser.get(chart.address), 401)


class _NoCookies(CookieJar):
    """A browser that takes none."""

    def keep(self, *_: object) -> None:
        return


def test_at_the_end_the_tokens_are_given_back_where_the_ehr_takes_them(own_ehr: MockSmartEhr, app_of: AppOf) -> None:
    own_ehr.configuration["revocation_endpoint"] = own_ehr.origin + "/auth/revoke"
    browser = app_of(own_ehr)
    chart = browser.chart_of(own_ehr)
    calm(browser.post(f"{chart.address}/close"), 200)
    assert until(lambda: bool(own_ehr.to("other")))
    [call] = own_ehr.to("other")
    assert call.method == "POST" and call.form["token"] in own_ehr.secrets


def test_without_its_key_or_secret_the_app_does_not_start(
    own_ehr: MockSmartEhr, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MOCK_HOSPITAL_SECRET")
    for client, words in (("ES384", "RLS_SIGNING_KEY_FILE"), ("basic", "MOCK_HOSPITAL_SECRET")):
        with pytest.raises(ConfigurationError) as told:
            application(entry(own_ehr, client))
        assert f"mock-{client}" in str(told.value) and words in str(told.value)


def test_an_entry_without_a_client_id_is_no_app(own_ehr: MockSmartEhr, app_of: AppOf) -> None:
    calm(app_of(own_ehr, client_id=None).launch(own_ehr), 400)
    assert own_ehr.calls == []


def test_a_stylesheet_of_the_ehr_comes_from_us_and_holds_what_was_checked(
    own_ehr: MockSmartEhr, app_of: AppOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("smart_app.charts._SECONDS_FOR_STYLE", 60.0)  # or the page may come before it, and ask again
    own_ehr.told["smart_style_url"] = own_ehr.origin + "/style.json"
    browser = app_of(own_ehr)
    chart = browser.chart_of(own_ehr)
    style = browser.get(f"{chart.address}/style.css")
    assert style.status == 200 and (style.header("content-type") or "").startswith("text/css")
    assert style.text == ":root{--ehr-color-background:#fffbe6;--ehr-color-error:#9e2d2d;}\n"
    assert [call.headers.get("authorization") for call in own_ehr.to("style")] == [None]


def test_the_view_of_a_card_holds_as_long_as_the_session(own_ehr: MockSmartEhr, app_of: AppOf) -> None:
    own_ehr.told["appContext"] = '{"view":"iron"}'
    browser = app_of(own_ehr)
    chart = browser.chart_of(own_ehr)
    own_ehr.expire_access()
    own_ehr.told.clear()
    for page in (chart, browser.get(f"{chart.address}?units=si")):
        assert "Opened from the card on iron" in page.document.words
        assert "iron" not in page.address


def test_the_handout_opens_in_the_session_and_only_there(own_ehr: MockSmartEhr, app_of: AppOf) -> None:
    browser = app_of(own_ehr)
    chart = browser.chart_of(own_ehr)
    asked = len(own_ehr.calls)
    assert browser.get(f"{chart.address}/handout").status == 200
    assert 'lang="es"' in browser.get(f"{chart.address}/handout?language=es").text
    assert len(own_ehr.calls) == asked, "nothing of the patient is read for it"
    browser.jar = CookieJar()
    calm(browser.get(f"{chart.address}/handout"), 401)


def test_static_files_are_kept_long_only_under_their_own_hash(own_ehr: MockSmartEhr, app_of: AppOf) -> None:
    browser = app_of(own_ehr)
    [address] = {one["src"] for one in browser.chart_of(own_ehr).document.scripts}
    assert "immutable" in (browser.get(address).header("cache-control") or "")
    assert "immutable" not in (browser.get(address.split("?")[0] + "?v=old").header("cache-control") or "")
    assert browser.get("/static/smart_app/..%2Froutes.py").status == 404


def test_what_is_over_is_told_within_the_frame_of_its_ehr(own_ehr: MockSmartEhr, app_of: AppOf) -> None:
    browser = app_of(own_ehr)
    callback = browser.to_callback(own_ehr)
    chart = browser.follow(browser.get(callback))
    browser.post(f"{chart.address}/close")
    for address in (callback, chart.address):
        again = browser.get(address)
        calm(again, 400, 401)
        assert again.directive("frame-ancestors") == [FRAMES["public"]]
    assert browser.get("/chart/never-there").directive("frame-ancestors") == ["'none'"]


def test_a_mistake_of_ours_is_a_calm_page(
    own_ehr: MockSmartEhr, app_of: AppOf, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    browser = app_of(own_ehr)
    chart = browser.chart_of(own_ehr)

    def broken(*_: object) -> None:
        raise ValueError("pt-ruth-4711")

    monkeypatch.setattr("smart_app.page.ChartPage.render", broken)
    calm(browser.get(chart.address), 500)
    assert "pt-ruth-4711" not in capfd.readouterr().err
