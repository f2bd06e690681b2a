"""A small FHIR server on loopback that writes down every request: what was asked, with which token, and when."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

BASE_PATH = "/fhir/r4"


@dataclass(frozen=True)
class Call:
    target: str
    headers: dict[str, str]
    at: float

    @property
    def resource_type(self) -> str:
        return self.path.split("/")[0]

    @property
    def path(self) -> str:
        return urlsplit(self.target).path.removeprefix(BASE_PATH).strip("/")

    @property
    def parameters(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query))


@dataclass
class Reply:
    """``body`` is JSON unless it is bytes; ``delay`` in seconds; ``drip`` sends a byte now and then, without end."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    drip: bool = False


Answering = Callable[[Call], Reply]


class _Server(ThreadingHTTPServer):
    """Of more than so many who connect at once, the others would wait a second for another try."""

    request_queue_size = 1024


class MockEhr:
    """``answer`` decides what is said; by default a Patient, and an empty searchset for any search."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.answer: Answering = nothing_on_file
        self.closing = threading.Event()
        mock = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                _serve(mock, self)

            def log_message(self, *arguments: Any) -> None:
                pass

        self._server = _Server(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self.origin = f"http://127.0.0.1:{self._server.server_port}"
        self.base = self.origin + BASE_PATH

    @property
    def asked(self) -> list[str]:
        """The resource types asked for, sorted."""
        return sorted(call.resource_type for call in self.calls)

    def run(self) -> None:
        self._server.serve_forever(poll_interval=0.01)

    def close(self) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def mock_ehr() -> Iterator[MockEhr]:
    ehr = MockEhr()
    thread = threading.Thread(target=ehr.run, daemon=True)
    thread.start()
    try:
        yield ehr
    finally:
        ehr.close()
        thread.join(5)


def _serve(mock: MockEhr, handler: BaseHTTPRequestHandler) -> None:
    headers = {name.lower(): value for name, value in handler.headers.items()}
    call = Call(handler.path, headers, time.monotonic())
    mock.calls.append(call)
    reply = mock.answer(call)
    mock.closing.wait(reply.delay)
    body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
    try:
        handler.send_response(reply.status)
        for name, value in ({"Content-Type": "application/fhir+json"} | reply.headers).items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body) + 10_000 * reply.drip))
        handler.end_headers()
        handler.wfile.write(body)
        while reply.drip and not mock.closing.wait(0.05):
            handler.wfile.write(b" ")
    except OSError:
        handler.close_connection = True  # the caller did not wait


def searchset(*resources: dict[str, Any], following: str | None = None) -> dict[str, Any]:
    bundle: dict[str, Any] = {"resourceType": "Bundle", "type": "searchset"}
    if following:
        bundle["link"] = [{"relation": "self", "url": "x"}, {"relation": "next", "url": following}]
    return bundle | {"entry": [{"resource": resource} for resource in resources]} if resources else bundle


def outcome(code: str = "exception", severity: str = "error") -> dict[str, Any]:
    return {"resourceType": "OperationOutcome", "issue": [{"severity": severity, "code": code, "diagnostics": "p1"}]}


def nothing_on_file(call: Call) -> Reply:
    if call.path.startswith("Patient/"):
        return Reply(body={"resourceType": "Patient", "id": call.path.split("/")[1]})
    return Reply(body=searchset())
