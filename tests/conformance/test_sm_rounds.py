"""How long an EHR that takes its time lets a clinician wait: from the callback to the page, at most three rounds."""

from __future__ import annotations

import time
from threading import Lock

import pytest

from tests.smart_app.browser import Browser
from tests.smart_app.calls import Call, Reply
from tests.smart_app.expectations import tells_of_ruth
from tests.smart_app.fhir_answers import outcome
from tests.smart_app.launches import AppOf
from tests.smart_app.mock_smart_ehr import MockSmartEhr

PLACES = ("configuration", "token", "openid", "jwks", "fhir", "style")
SECONDS_TO_LOOK, LOOKS = 0.03, 20


class Rounds:
    """Answers nothing as long as more is being asked: what is asked before the first answer is one round.

    Counted in looks and not in time, so that a machine that stands still for a second does not make two rounds of one.
    """

    def __init__(self, ehr: MockSmartEhr) -> None:
        self._ehr = ehr
        self._lock = Lock()
        self._arrived = 0
        self._open: list[str] | None = None
        self.places: list[list[str]] = []
        for place in PLACES:
            ehr.replies[place] = self._answer

    def _answer(self, call: Call) -> Reply:
        with self._lock:
            if self._open is None:
                self._open = []
                self.places.append(self._open)
            mine = self._open
            mine.append(call.place)
            self._arrived += 1
        self._wait_until_nobody_asks(mine)
        with self._lock:
            if self._open is mine:
                self._open = None
        return self._ehr.usual_reply(call)

    def _wait_until_nobody_asks(self, mine: list[str]) -> None:
        quiet, seen = 0, self._arrived
        while quiet < LOOKS and self._open is mine:
            time.sleep(SECONDS_TO_LOOK)
            quiet, seen = (quiet + 1, seen) if self._arrived == seen else (0, self._arrived)


@pytest.mark.conformance("SM-15")
def test_from_the_callback_to_the_page_in_three_rounds(own_ehr: MockSmartEhr, app_of: AppOf) -> None:
    """The very first launch, when the keys of the EHR are not known yet."""
    browser = app_of(own_ehr)
    callback = browser.to_callback(own_ehr)
    rounds = Rounds(own_ehr)
    tells_of_ruth(browser.follow(browser.get(callback)))
    assert {place for group in rounds.places for place in group} >= {"token", "fhir"}
    assert len(rounds.places) <= 3, rounds.places


@pytest.mark.conformance("SM-15")
def test_an_ehr_that_takes_no_codes_is_asked_by_category_in_one_round(own_ehr: MockSmartEhr, app_of: AppOf) -> None:
    """It does not even say what it wants: only the registry can know."""

    def refuses_codes(call: Call) -> Reply | None:
        of_codes = call.path == "Observation" and call.parameters.get("category") != "laboratory"
        return Reply(400, outcome("invalid")) if of_codes and "code" in call.parameters else None

    own_ehr.replies["fhir"] = refuses_codes
    browser = app_of(own_ehr, prefetch_style="category")
    chart = browser.chart_of(own_ehr)
    tells_of_ruth(chart)
    assert "Ferritin" not in " ".join(one.words for one in chart.document.all("li") if "reported an error" in one.words)
    own_ehr.replies = {}
    rounds = Rounds(own_ehr)
    tells_of_ruth(browser.get(chart.address))
    assert len(rounds.places) == 1, rounds.places


@pytest.mark.conformance("SM-15")
@pytest.mark.parametrize(("dead", "most"), [(False, 1), (True, 3)], ids=["token alive", "token dead"])
def test_a_later_look_takes_one_round_and_with_a_dead_token_three(
    browser: Browser, ehr: MockSmartEhr, dead: bool, most: int
) -> None:
    """Reads, the refresh, and the reads again."""
    address = browser.chart_of(ehr).address
    if dead:
        ehr.expire_access()
    rounds = Rounds(ehr)
    tells_of_ruth(browser.get(address))
    assert 1 <= len(rounds.places) <= most, rounds.places
    assert rounds.places[-1].count("fhir") <= 12, "several groups of results to a search"
