"""An HTTP server on a free loopback port, in threads of this process; a function answers."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol


class Said(Protocol):
    """``body`` is JSON unless it is bytes; ``delay`` in seconds before anything is said; ``drip``: it never ends."""

    status: int
    body: Any
    headers: dict[str, str]
    delay: float
    drip: bool


Answer = Callable[[str, str, dict[str, str], bytes], Said]


class _Server(ThreadingHTTPServer):
    """Takes a burst of parallel reads, and says nothing on standard error of a caller that has lost patience."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class LoopbackServer:
    """Runs until ``close``, which also ends every delay."""

    def __init__(self, answer: Answer) -> None:
        self._closing = closing = threading.Event()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                headers = {name.lower(): value for name, value in self.headers.items()}
                said = answer(self.command, self.path, headers, self.rfile.read(length))
                closing.wait(said.delay)
                _send(self, said, closing)

            do_POST = do_GET  # noqa: N815

            def log_message(self, format: str, *arguments: Any) -> None:
                """Says nothing on standard error."""

        self._server = _Server(("127.0.0.1", 0), Handler)
        self.port = self._server.server_port
        self.origin = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


def _send(handler: BaseHTTPRequestHandler, said: Said, closing: threading.Event) -> None:
    body = said.body if isinstance(said.body, bytes) else json.dumps(said.body).encode()
    try:
        handler.send_response(said.status)
        for name, value in ({"Content-Type": "application/json"} | said.headers).items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body) + 10_000 * said.drip))
        handler.end_headers()
        handler.wfile.write(body)
        while said.drip and not closing.wait(0.1):
            handler.wfile.write(b" ")
    except OSError:
        handler.close_connection = True  # the caller did not wait
