"""An EHR that hangs gives a page within 15 s (contract). All ways of hanging at once, for they take their time."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
from flask import Flask

from tests.lenient_clock import Clock, lenient_clock
from tests.smart_app.browser import Answer, Browser, inside
from tests.smart_app.calls import Reply
from tests.smart_app.expectations import EHR_AT_FAULT, calm, tells_of_ruth, well_dressed
from tests.smart_app.launches import HOME, application, entry
from tests.smart_app.mock_smart_ehr import MockSmartEhr, mock_smart_ehr

SILENCE = Reply(200, {}, delay=60)
DRIPPING = Reply(200, {}, drip=True)
Way = Callable[[Browser, MockSmartEhr], Answer]


def at_discovery(browser: Browser, ehr: MockSmartEhr) -> Answer:
    ehr.replies["configuration"] = SILENCE
    return browser.launch(ehr)


def at_the_token(browser: Browser, ehr: MockSmartEhr) -> Answer:
    callback = browser.to_callback(ehr)
    ehr.replies["token"] = SILENCE
    return browser.get(callback)


def at_the_end_of_the_token(browser: Browser, ehr: MockSmartEhr) -> Answer:
    callback = browser.to_callback(ehr)
    ehr.replies["token"] = DRIPPING
    return browser.get(callback)


def at_the_end_of_every_read(browser: Browser, ehr: MockSmartEhr) -> Answer:
    callback = browser.to_callback(ehr)
    ehr.replies["fhir"] = DRIPPING
    return browser.follow(browser.get(callback))


def at_the_keys(browser: Browser, ehr: MockSmartEhr) -> Answer:
    callback = browser.to_callback(ehr)
    ehr.replies["jwks"] = SILENCE
    ehr.told["id_token"] = ehr.id_token(ehr.requests_to_authorize[0]["client_id"])
    return browser.get(callback)


def at_every_read(browser: Browser, ehr: MockSmartEhr) -> Answer:
    callback = browser.to_callback(ehr)
    ehr.replies["fhir"] = SILENCE
    return browser.follow(browser.get(callback))


def at_one_read(browser: Browser, ehr: MockSmartEhr) -> Answer:
    callback = browser.to_callback(ehr)
    ehr.replies["fhir"] = lambda call: SILENCE if call.path == "Procedure" else None
    return browser.follow(browser.get(callback))


def at_the_refresh(browser: Browser, ehr: MockSmartEhr) -> Answer:
    address = browser.chart_of(ehr).address
    ehr.expire_access()
    ehr.replies["token"] = SILENCE
    return browser.get(address)


def at_the_style(browser: Browser, ehr: MockSmartEhr) -> Answer:
    ehr.told["smart_style_url"] = f"{ehr.origin}/style.json"
    ehr.replies["style"] = SILENCE
    return browser.open_chart(ehr)


TO_AN_ERROR = (
    at_discovery,
    at_the_token,
    at_the_end_of_the_token,
    at_the_keys,
    at_every_read,
    at_the_end_of_every_read,
    at_the_refresh,
)
WAYS = (*TO_AN_ERROR, at_one_read, at_the_style)


@pytest.fixture
def patience() -> None:
    """None but the product's own: this is about its limits."""


@pytest.mark.conformance("SM-16")
def test_an_ehr_that_hangs_gives_a_page_within_15_seconds() -> None:
    with ExitStack() as stack:
        ehrs = [stack.enter_context(mock_smart_ehr()) for _ in WAYS]
        app = application(*(entry(ehr, name=f"ehr-{number}") for number, ehr in enumerate(ehrs)))
        with lenient_clock() as now, ThreadPoolExecutor(len(WAYS)) as pool:
            running = [pool.submit(_timed, app, way, ehr, now) for way, ehr in zip(WAYS, ehrs, strict=True)]
        answers = {way.__name__: one.result() for way, one in zip(WAYS, running, strict=True)}
    slow = {name: round(seconds, 1) for name, (_, seconds) in answers.items() if seconds > 15}
    assert slow == {}
    for way in TO_AN_ERROR:
        calm(answers[way.__name__][0], *EHR_AT_FAULT)
    tells_of_ruth(answers["at_the_style"][0])
    partial = answers["at_one_read"][0]
    tells_of_ruth(partial)
    well_dressed(partial)
    assert "procedure" in partial.document.words.lower(), "what is missing is named"


def _timed(app: Flask, way: Way, ehr: MockSmartEhr, now: Clock) -> tuple[Answer, float]:
    begun = now()
    return way(Browser(HOME, inside(app)), ehr), now() - begun
