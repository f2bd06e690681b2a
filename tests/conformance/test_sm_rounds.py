"""How long an EHR that takes its time lets a clinician wait: from the callback to the page, at most three rounds."""

from __future__ import annotations

import pytest

from tests.smart_app.browser import Browser
from tests.smart_app.calls import Call, Reply
from tests.smart_app.expectations import tells_of_ruth
from tests.smart_app.launches import AppOf
from tests.smart_app.mock_smart_ehr import MockSmartEhr

# Longer than the 150 ms of the requirement, so that a busy machine does not make two rounds of one.
SECONDS = 0.4
PLACES = ("configuration", "token", "openid", "jwks", "fhir", "style")


def rounds(calls: list[Call]) -> list[list[str]]:
    """Calls in groups: what was asked before the first of its group can have been answered is in one round."""
    found: list[list[str]] = []
    ends = 0.0
    for call in sorted(calls, key=lambda one: one.at):
        if call.at >= ends:
            found.append([])
            ends = call.at + SECONDS
        found[-1].append(call.place)
    return found


def slowly(ehr: MockSmartEhr) -> None:
    for place in PLACES:
        ehr.replies[place] = lambda call: _delayed(ehr.usual_reply(call))


def _delayed(reply: Reply) -> Reply:
    return Reply(reply.status, reply.body, reply.headers, delay=SECONDS)


@pytest.mark.conformance("SM-15")
def test_from_the_callback_to_the_page_in_three_rounds(own_ehr: MockSmartEhr, app_of: AppOf) -> None:
    """The very first launch, when the keys of the EHR are not known yet."""
    browser = app_of(own_ehr)
    callback = browser.to_callback(own_ehr)
    own_ehr.calls.clear()
    slowly(own_ehr)
    tells_of_ruth(browser.follow(browser.get(callback)))
    assert {call.place for call in own_ehr.calls} >= {"token", "fhir"}
    assert len(rounds(own_ehr.calls)) <= 3, rounds(own_ehr.calls)


@pytest.mark.conformance("SM-15")
def test_a_later_look_takes_one_round_and_with_a_dead_token_three(browser: Browser, ehr: MockSmartEhr) -> None:
    """Reads, the refresh, and the reads again."""
    address = browser.chart_of(ehr).address
    slowly(ehr)
    for dead, most in ((False, 1), (True, 3)):
        ehr.calls.clear()
        if dead:
            ehr.expire_access()
        tells_of_ruth(browser.get(address))
        assert len(rounds(ehr.calls)) <= most, rounds(ehr.calls)
