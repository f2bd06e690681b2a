"""EHRs on loopback that do what no EHR should; each stands before a sound one and spoils what that says.

They are a process of their own (``python -m tests.soak.rough_ehr``), so that their work is not taken for ours. Each has
a FHIR base of its own: ``/slow-body/fhir/r4``, and ``/sound/fhir/r4`` for the sound one.
"""

from __future__ import annotations

import gzip
import http.client
import json
import socket
import socketserver
import struct
import subprocess
import sys
import threading
import urllib.request
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from tests.cds_hooks.charted_ehr import holding
from tests.cds_hooks.hook_requests import ALL_NORMAL
from tests.ehr_reader.mock_ehr import mock_ehr

BASE_PATH = "/fhir/r4"
_MEGABYTE = 1024 * 1024
STRANGER = "p-stranger-99"


@dataclass
class Exchange:
    """One request that has arrived, and the means to answer it badly. ``target`` is below the EHR's own prefix."""

    socket: socket.socket
    target: str
    headers: dict[str, str]
    behind: str
    base: str
    closing: threading.Event

    def sound(self) -> tuple[int, bytes]:
        parts = urlsplit(self.behind)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
        kept = {name: value for name, value in self.headers.items() if name in ("authorization", "accept")}
        connection.request("GET", self.target, headers=kept)
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, body

    def say(self, status: int, body: bytes, length: int | None = None, headers: dict[str, str] | None = None) -> None:
        told = {"Content-Type": "application/fhir+json", "Content-Length": str(len(body) if length is None else length)}
        told |= headers or {}
        lines = "".join(f"{name}: {value}\r\n" for name, value in told.items())
        self.socket.sendall(f"HTTP/1.1 {status} X\r\n{lines}Connection: close\r\n\r\n".encode())
        self.socket.sendall(body)

    def drip(self, beginning: bytes) -> None:
        self.socket.sendall(beginning)
        while not self.closing.wait(0.05):
            self.socket.sendall(b"x")


Fault = Callable[[Exchange], None]


class RoughEhrs:
    """All of them on one port. ``trapped``: how often a server was asked that nobody may ask."""

    def __init__(self, behind: str) -> None:
        self.behind = behind
        self.trapped = 0
        self.closing = threading.Event()
        rough = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                with suppress(OSError, http.client.HTTPException):
                    rough.serve(self.request)

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            request_queue_size = 1024
            allow_reuse_address = True

        self.server = Server(("127.0.0.1", 0), Handler)
        self.trap = Server(("127.0.0.1", 0), self._trapping())
        self.origin = f"http://127.0.0.1:{self.server.server_address[1]}"
        every = faults(f"http://127.0.0.1:{self.trap.server_address[1]}")
        self.faults: dict[str, Fault] = every | {"all-at-once": mixed(list(every.values())), "sound": sound}
        threading.Thread(target=self.trap.serve_forever, daemon=True).start()

    def serve(self, connection: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            piece = connection.recv(65536)
            if not piece:
                return
            head += piece
        first, *lines = head.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        _, name, rest = first.split(" ")[1].split("/", 2)
        base = f"{self.origin}/{name}{BASE_PATH}"
        exchange = Exchange(connection, f"/{rest}", headers, self.behind, base, self.closing)
        if name == "trapped":
            exchange.say(200, str(self.trapped).encode())
        else:
            (sound if "/.well-known/" in rest else self.faults[name])(exchange)

    def _trapping(self) -> type[socketserver.BaseRequestHandler]:
        rough = self

        class Trap(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                rough.trapped += 1

        return Trap


@dataclass(frozen=True)
class Running:
    """The process of rough EHRs, seen from a test."""

    origin: str

    def base(self, name: str) -> str:
        if name == "refused":
            return "http://127.0.0.1:9/fhir/r4"
        return "https://no-such-host.invalid/fhir/r4" if name == "dns-gone" else f"{self.origin}/{name}{BASE_PATH}"

    def trapped(self) -> int:
        with urllib.request.urlopen(f"{self.origin}/trapped/", timeout=60) as answer:
            return int(answer.read())


@contextmanager
def rough_ehrs(behind: str = "") -> Iterator[Running]:
    """``behind``: the origin of a sound EHR; without one, a chart with ferritin 22 ng/mL and all else normal."""
    command = [sys.executable, "-m", "tests.soak.rough_ehr", *([behind] if behind else [])]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield Running(process.stdout.readline().strip())
    finally:
        process.kill()
        process.communicate()


# What can go wrong


def reset(exchange: Exchange) -> None:
    exchange.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    exchange.socket.close()


def sound(exchange: Exchange) -> None:
    status_code, body = exchange.sound()
    exchange.say(status_code, body)


def hang(exchange: Exchange) -> None:
    exchange.closing.wait(60)


def slow_headers(exchange: Exchange) -> None:
    exchange.drip(b"HTTP/1.1 200 OK\r\nX-Slow: ")


def slow_body(exchange: Exchange) -> None:
    exchange.drip(b"HTTP/1.1 200 OK\r\nContent-Type: application/fhir+json\r\nContent-Length: 999999\r\n\r\n{")


def status(code: int, headers: dict[str, str] | None = None) -> Fault:
    issue = {"severity": "error", "code": "exception", "diagnostics": "words of the ehr"}
    body = json.dumps({"resourceType": "OperationOutcome", "issue": [issue]}).encode()
    return lambda exchange: exchange.say(code, body, headers=headers)


def web_page(exchange: Exchange) -> None:
    exchange.say(
        200, b"<!DOCTYPE html><html><body><h1>Sign in</h1></body></html>", headers={"Content-Type": "text/html"}
    )


def entities(exchange: Exchange) -> None:
    """Where a reader took XML, this would grow without end."""
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    body = f'<!DOCTYPE b [<!ENTITY l0 "ha">{laughs}]><Bundle xmlns="http://hl7.org/fhir"><id value="&l9;"/></Bundle>'
    exchange.say(200, body.encode(), headers={"Content-Type": "application/fhir+xml"})


def truncated(exchange: Exchange) -> None:
    _, body = exchange.sound()
    exchange.say(200, body[: len(body) // 2])


def cut_off(exchange: Exchange) -> None:
    _, body = exchange.sound()
    exchange.say(200, body[: len(body) // 2], length=len(body))


def utf_16(exchange: Exchange) -> None:
    _, body = exchange.sound()
    exchange.say(200, body.decode().encode("utf-16"), headers={"Content-Type": "application/fhir+json; charset=utf-16"})


def latin_1(exchange: Exchange) -> None:
    exchange.say(200, '{"resourceType": "Bundle", "type": "searchset", "id": "für"}'.encode("latin-1"))


@cache
def _bomb() -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    blank = b" " * _MEGABYTE
    return b"".join(packer.compress(blank) for _ in range(300)) + packer.flush()


def gzip_bomb(exchange: Exchange) -> None:
    exchange.say(200, _bomb(), headers={"Content-Encoding": "gzip"})


def gzip_in_gzip(exchange: Exchange) -> None:
    exchange.say(200, gzip.compress(_bomb()), headers={"Content-Encoding": "gzip, gzip"})


@cache
def _huge() -> bytes:
    entry = {
        "resource": {"resourceType": "Observation", "id": "huge", "status": "final", "note": [{"text": "x" * 900}]}
    }
    one = json.dumps(entry).encode()
    entries = b",".join([one] * (50 * _MEGABYTE // (len(one) + 1)))
    return b'{"resourceType": "Bundle", "type": "searchset", "entry": [' + entries + b"]}"


def fifty_megabytes(exchange: Exchange) -> None:
    exchange.say(200, _huge())


def deep(exchange: Exchange) -> None:
    exchange.say(200, b'{"resourceType": "Bundle", "zz": ' + b"[" * 200_000 + b"]" * 200_000 + b"}")


def endless_pages(exchange: Exchange) -> None:
    number = int(exchange.target.rpartition("page-")[2] or 0) if "page-" in exchange.target else 0
    _page(exchange, f"{exchange.base}/page-{number + 1}")


def circle(exchange: Exchange) -> None:
    _page(exchange, exchange.base + "/Observation?round=1")


def elsewhere(trap: str) -> Fault:
    return lambda exchange: _page(exchange, f"{trap}/fhir/r4/Observation?page=2")


def redirected(trap: str) -> Fault:
    return lambda exchange: exchange.say(302, b"", headers={"Location": f"{trap}/fhir/r4/Observation"})


def _page(exchange: Exchange, following: str) -> None:
    _, body = exchange.sound()
    bundle = json.loads(body)
    if bundle.get("resourceType") != "Bundle":
        bundle = {"resourceType": "Bundle", "type": "searchset"}
    exchange.say(200, json.dumps(bundle | {"link": [{"relation": "next", "url": following}]}).encode())


def expired_mid_page(exchange: Exchange) -> None:
    if "page-2" in exchange.target:
        status(401)(exchange)
    else:
        _page(exchange, f"{exchange.base}/page-2")


def strangers(exchange: Exchange) -> None:
    """Everything is about somebody else."""
    _, body = exchange.sound()
    told = json.loads(body)
    for resource in [told, *(entry["resource"] for entry in told.get("entry", []))]:
        if resource.get("resourceType") == "Patient":
            resource["id"] = STRANGER
        for name in ("subject", "patient"):
            if name in resource:
                resource[name] = {"reference": f"Patient/{STRANGER}"}
    exchange.say(200, json.dumps(told).encode())


def older_fhir(exchange: Exchange) -> None:
    order = {"resourceType": "MedicationOrder", "id": "m1", "status": "active"}
    result: dict[str, Any] = {
        "resourceType": "Observation",
        "id": "o1",
        "status": "final",
        "context": {"reference": "Encounter/1"},
    }
    entries = [{"resource": order}, {"resource": result}]
    exchange.say(200, json.dumps({"resourceType": "Bundle", "type": "searchset", "entry": entries}).encode())


def faults(trap: str) -> dict[str, Fault]:
    """By name; ``trap`` is the origin of a server that must never be asked."""
    return {
        "reset": reset,
        "hang": hang,
        "slow-headers": slow_headers,
        "slow-body": slow_body,
        "401": status(401),
        "403": status(403),
        "404": status(404),
        "429": status(429, headers={"Retry-After": "3600"}),
        "500": status(500),
        "502": status(502),
        "503": status(503, headers={"Retry-After": "nonsense"}),
        "504": status(504),
        "web-page": web_page,
        "xml-entities": entities,
        "truncated": truncated,
        "cut-off": cut_off,
        "utf-16": utf_16,
        "latin-1": latin_1,
        "gzip-bomb": gzip_bomb,
        "gzip-in-gzip": gzip_in_gzip,
        "fifty-megabytes": fifty_megabytes,
        "deep": deep,
        "endless-pages": endless_pages,
        "circle": circle,
        "next-page-elsewhere": elsewhere(trap),
        "redirected": redirected(trap),
        "expired-mid-page": expired_mid_page,
        "strangers": strangers,
        "older-fhir": older_fhir,
    }


def mixed(every: list[Fault]) -> Fault:
    """All at once: another one for each question."""
    return lambda exchange: every[zlib.crc32(exchange.target.encode()) % len(every)](exchange)


NAMES = (*faults(""), "all-at-once", "refused", "dns-gone")


def main() -> None:
    """Says where it is, and answers until it is killed."""
    with ExitStack() as stack:
        behind = sys.argv[1] if len(sys.argv) > 1 else ""
        if not behind:
            ehr = stack.enter_context(mock_ehr())
            ehr.answer = holding(**ALL_NORMAL | {"ferritin": "22 ng/mL"})
            behind = ehr.origin
        running = RoughEhrs(behind)
        _huge(), _bomb()
        print(running.origin, flush=True)
        running.server.serve_forever()


if __name__ == "__main__":
    main()
