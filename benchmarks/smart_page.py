"""The page of the SMART app, with an EHR that takes 150 ms for every answer: how long, how large, what holds it up."""

from __future__ import annotations

import http.client
import statistics
import tempfile
import time
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs, quote, urlsplit

from benchmarks.servers import Server, product
from benchmarks.slow_ehr import answering
from benchmarks.slow_smart_ehr import SlowSmartEhr

SECONDS = 0.15
_CLIENT = "rls-nutrients"


class Opened(NamedTuple):
    """One launch: from the callback to the last byte of the page, without the exchange for tokens."""

    seconds: float
    requests: int
    rounds: int
    page: str


def smart_page(haste: int = 1) -> list[str]:
    with answering(SlowSmartEhr(SECONDS, _CLIENT)) as ehr, tempfile.TemporaryDirectory() as folder:
        registry = Path(folder) / "registry.toml"
        registry.write_text(f'[[ehr]]\nname = "slow"\nfhir_base = "{ehr.base}"\nclient_id = "{_CLIENT}"\n')
        with product({"RLS_EHR_REGISTRY": str(registry)}) as server:
            first, *later = [_open(server, ehr) for _ in range(1 + max(5, 20 // haste))]
    walls = [one.seconds * 1000 for one in later]
    said = (
        f"{first.seconds * 1000:.0f} | {statistics.median(walls):.0f} | {max(walls):.0f} | {first.requests} "
        f"| {first.rounds} | {len(first.page.encode()) / 1000:.0f} | {', '.join(_holding_up(first.page))}"
    )
    return [
        "| first launch ms | p50 ms | slowest ms | searches | rounds | page kB | holds up the page |",
        "|---|---|---|---|---|---|---|",
        f"| {said} |",
    ]


def _open(server: Server, ehr: SlowSmartEhr) -> Opened:
    browser = _Browser(server.port)
    asked = parse_qs(urlsplit(browser.led_to(f"/launch?iss={quote(ehr.base, safe='')}&launch=x")).query)
    ehr.asked_at.clear()
    begun = time.monotonic()
    page = browser.page(browser.led_to(f"/callback?code=approved&state={asked['state'][0]}"))
    seconds = time.monotonic() - begun - ehr.seconds
    return Opened(seconds, len(ehr.asked_at), ehr.rounds(), page)


class _Browser:
    """As much of one as a launch needs: it keeps cookies and takes redirects."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._cookies: SimpleCookie = SimpleCookie()

    def led_to(self, address: str) -> str:
        answer, _ = self._get(address)
        location = answer.getheader("Location")
        if location is None:
            raise RuntimeError(f"{urlsplit(address).path} answered {answer.status} and led nowhere")
        return location

    def page(self, address: str) -> str:
        answer, body = self._get(address)
        if answer.status != 200 or b"itamin" not in body:
            raise RuntimeError(f"the page answered {answer.status}")
        return body.decode()

    def _get(self, address: str) -> tuple[http.client.HTTPResponse, bytes]:
        parts = urlsplit(address)
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        sent = "; ".join(f"{name}={one.value}" for name, one in self._cookies.items())
        self._connection.request("GET", target, headers={"Cookie": sent} if sent else {})
        answer = self._connection.getresponse()
        for said in answer.headers.get_all("Set-Cookie", []):
            self._cookies.load(said.replace("; Partitioned", ""))
        return answer, answer.read()


class _Blocking(HTMLParser):
    """What a browser waits for before it shows anything: stylesheets, and scripts that are neither late nor modules."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag == "link" and "stylesheet" in (told.get("rel") or "").split() and told.get("media") != "print":
            self.found.append(urlsplit(told.get("href") or "").path)
        late = told.keys() & {"defer", "async"} or told.get("type") == "module"
        if tag == "script" and told.get("src") and not late:
            self.found.append(urlsplit(told["src"] or "").path)


def _holding_up(page: str) -> list[str]:
    parser = _Blocking()
    parser.feed(page)
    return parser.found
