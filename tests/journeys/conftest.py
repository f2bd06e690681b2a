"""One demo and one browser for all journeys; a fresh browser context, watched, for each."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from demo_ehr.ports import address, address_elsewhere, ports_from
from tests.demo.running import free_first_port, log_lines, running_demo, until_ready
from tests.every_log import leaks
from tests.journeys.chromium import ARGUMENTS, chromium
from tests.journeys.watching import Watch

SECONDS_FOR_ALL = 1800
MILLISECONDS_TO_ANSWER = 60_000


@dataclass(frozen=True)
class RunningDemo:
    """``folder`` holds what the demo keeps while it runs."""

    ehr: str
    ehr_elsewhere: str
    smart_app: str
    cds_service: str
    folder: Path

    @property
    def origins(self) -> frozenset[str]:
        return frozenset({self.ehr, self.ehr_elsewhere, self.smart_app, self.cds_service})

    @property
    def database(self) -> str:
        [found] = self.folder.glob("*/demo.db")
        return f"sqlite:///{found}"

    def switch(self, fault: str, on: bool = True) -> None:
        form = {"fault": fault, "set": "on" if on else "off"}
        requests.post(f"{self.ehr}/switchboard/fault", data=form, timeout=60).raise_for_status()

    def start_anew(self) -> None:
        requests.post(f"{self.ehr}/switchboard/reset", timeout=60).raise_for_status()


@pytest.fixture(scope="session")
def chromium_path() -> str:
    found = chromium()
    if found is None:
        pytest.skip("journeys: there is no Chromium on this machine (apt-get install chromium)")
    return found


@pytest.fixture(scope="session")
def running(chromium_path: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDemo]:
    first, folder = free_first_port(), tmp_path_factory.mktemp("demo")
    ehr, app, cds = ports_from(first)
    with running_demo(first, folder, alarm_after=SECONDS_FOR_ALL) as process:
        until_ready(process)
        yield RunningDemo(address(ehr), address_elsewhere(ehr), address(app), address(cds), folder)
        lines = log_lines(process)
    assert lines or sys.platform != "linux"
    assert list(leaks(lines)) == []


@pytest.fixture
def demo(running: RunningDemo) -> RunningDemo:
    """The demo with every chart as it was."""
    running.start_anew()
    return running


@pytest.fixture(scope="session")
def playwright(chromium_path: str) -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright, chromium_path: str) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=chromium_path, args=ARGUMENTS)
    yield browser
    browser.close()


@pytest.fixture
def watch(demo: RunningDemo) -> Watch:
    return Watch(demo.origins)


Contexts = Callable[..., BrowserContext]


@pytest.fixture
def contexts(browser: Browser, watch: Watch, demo: RunningDemo) -> Iterator[Contexts]:
    """Makes browser contexts with options of Playwright; at the end none of them may have complained."""
    made: list[BrowserContext] = []

    def make(**options: Any) -> BrowserContext:
        context = browser.new_context(base_url=demo.ehr, **options)
        context.set_default_timeout(MILLISECONDS_TO_ANSWER)
        watch.over(context)
        made.append(context)
        return context

    yield make
    for context in made:
        context.close()
    watch.nothing_to_complain_of()


@pytest.fixture
def page(contexts: Contexts) -> Page:
    return contexts().new_page()
