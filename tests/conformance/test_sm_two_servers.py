"""Two processes on one database share a launch, and one of them may die amid it (SM-15, SM-20, over real HTTP).

On SQLite they are processes of one machine, on PostgreSQL as good as two machines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.smart_app.browser import Browser
from tests.smart_app.calls import Reply
from tests.smart_app.charts import FAMILY_NAME, PATIENT
from tests.smart_app.expectations import calm, tells_of_ruth
from tests.smart_app.launches import CLIENT_ID, HOME
from tests.smart_app.mock_smart_ehr import MockSmartEhr
from tests.smart_app.searching import found, stored_in
from tests.smart_app.served import Served, served

LAUNCH = "launch-secret-of-two-servers"


@pytest.fixture
def pair(own_ehr: MockSmartEhr, tmp_path: Path, database_url: str) -> Iterator[list[Served]]:
    entry = f'[[ehr]]\nname = "mock"\nfhir_base = "{own_ehr.base}"\nclient_id = "{CLIENT_ID}"\n'
    with served(tmp_path, entry, database_url, how_many=2) as processes:
        yield processes


@pytest.mark.conformance("SM-15")
@pytest.mark.conformance("SM-20")
def test_a_launch_goes_on_at_another_server_even_when_one_dies(
    pair: list[Served], own_ehr: MockSmartEhr, database_url: str
) -> None:
    first, second = pair
    browser = Browser(HOME, first.send)
    _begin_here_go_on_there(browser, own_ehr, first, second)
    address = browser.chart_of(own_ehr, launch=LAUNCH).address
    _one_refresh_for_both(browser, own_ehr, pair, address)
    browser.send = first.send
    begun = browser.to_callback(own_ehr, launch=LAUNCH)
    first.kill()
    browser.send = second.send
    tells_of_ruth(browser.follow(browser.get(begun)))
    tells_of_ruth(browser.get(address))
    _nothing_left_behind(own_ehr, browser, pair, database_url)


def _begin_here_go_on_there(browser: Browser, ehr: MockSmartEhr, first: Served, second: Served) -> None:
    callback = browser.to_callback(ehr, launch=LAUNCH)
    browser.send = second.send
    chart = browser.follow(browser.get(callback))
    tells_of_ruth(chart)
    calm(browser.get(callback), 400)
    browser.send = first.send
    calm(browser.get(callback), 400)
    tells_of_ruth(browser.get(chart.address))
    browser.post(f"{chart.address}/close")
    browser.send = second.send
    calm(browser.get(chart.address), 401)
    assert len(ehr.to("token")) == 1


def _one_refresh_for_both(browser: Browser, ehr: MockSmartEhr, pair: list[Served], address: str) -> None:
    """A rotated refresh token that two use is taken for theft by some EHRs, and the session is lost."""
    ehr.expire_access()
    ehr.calls.clear()
    ehr.replies["token"] = lambda call: _slowly(ehr.usual_reply(call))
    tabs = [Browser(HOME, one.send, browser.jar.copy()) for one in pair * 2]
    with ThreadPoolExecutor(len(tabs)) as pool:
        for answer in pool.map(lambda tab: tab.get(address), tabs):
            tells_of_ruth(answer)
    assert [call.form["grant_type"] for call in ehr.to("token")] == ["refresh_token"]
    ehr.replies.clear()


def _slowly(reply: Reply) -> Reply:
    return Reply(reply.status, reply.body, reply.headers, delay=0.3)


def _nothing_left_behind(ehr: MockSmartEhr, browser: Browser, pair: list[Served], database_url: str) -> None:
    """Not even by a process that had no time to tidy up."""
    states = [asked["state"] for asked in ehr.requests_to_authorize]
    secrets = [*ehr.secrets, *states, *browser.jar.values(), LAUNCH, FAMILY_NAME]
    logs = b"".join(one.log.read_bytes() for one in pair)
    assert b"/chart/<handle>" in logs and len(states) >= 3
    assert found([*secrets, PATIENT], logs) == []
    assert not re.search(rb"Traceback|[?&](iss|launch|code|state)=", logs)
    stored = stored_in(database_url)
    assert b"mock" in stored, "the database was looked into"
    assert found(secrets, stored) == []
