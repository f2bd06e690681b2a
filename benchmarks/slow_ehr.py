"""An EHR that answers every search after the same time, and remembers when it was asked."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

from benchmarks.bodies import hook_call

Server = TypeVar("Server", bound=ThreadingHTTPServer)


class SlowEhr(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, seconds: float) -> None:
        super().__init__(("127.0.0.1", 0), _Asked)
        self.seconds = seconds
        self.asked_at: list[float] = []
        self.chart = _by_type(json.loads(hook_call(60))["prefetch"])

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/fhir"

    def found(self, kind: str, query: dict[str, list[str]]) -> list[dict[str, Any]]:
        """By code where codes are asked for; whoever reads one Patient is answered with that."""
        codes = {code.rpartition("|")[2] for code in ",".join(query.get("code", [])).split(",") if code}
        resources = self.chart.get(kind, [])
        return [one for one in resources if not codes or codes & {c["code"] for c in one["code"]["coding"]}]

    def told(self, path: str) -> dict[str, Any] | None:  # noqa: ARG002 - for those who publish more
        """What is published under ``path``; None where that is a matter of FHIR."""
        return None

    def tokens(self) -> dict[str, Any]:
        """The answer to whoever posts a code."""
        return {"error": "invalid_request"}

    def rounds(self) -> int:
        """How many times somebody waited for an answer before asking more."""
        starts = sorted(self.asked_at)
        return bool(starts) + sum(later - sooner > self.seconds / 2 for sooner, later in pairwise(starts))


class _Asked(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: SlowEhr

    def do_GET(self) -> None:
        told = self.server.told(self.path)
        if told is None:
            self.server.asked_at.append(time.monotonic())
        time.sleep(self.server.seconds)
        self.say(json.dumps(self._found() if told is None else told).encode())

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        time.sleep(self.server.seconds)
        self.say(json.dumps(self.server.tokens()).encode())

    def _found(self) -> dict[str, Any]:
        parts = urlsplit(self.path)
        kind, *id_ = parts.path.removeprefix("/fhir/").split("/")
        found = self.server.found(kind, parse_qs(parts.query))
        bundle = {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": one} for one in found]}
        return found[0] if id_ and found else bundle

    def say(self, answer: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/fhir+json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Nothing: the benchmark's table is what is read."""


@contextmanager
def answering(server: Server) -> Iterator[Server]:
    """In a thread of this process, until the end."""
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()


def _by_type(prefetch: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    chart: dict[str, list[dict[str, Any]]] = {}
    for value in prefetch.values():
        for resource in [entry["resource"] for entry in value.get("entry", [])] or [value]:
            chart.setdefault(resource["resourceType"], []).append(resource)
    return chart
