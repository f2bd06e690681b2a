"""The demo EHR's web server: in a thread of the demo itself, on loopback only.

The services ask the EHR back while it waits for their answer, hence a thread per request.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from demo_ehr.ports import LOOPBACK


class _Silent(WSGIRequestHandler):
    """Addresses of the demo hold launches and codes: not even invented ones belong in a terminal."""

    protocol_version = "HTTP/1.1"  # connections are kept, as any real EHR keeps them

    def log(self, type: str, message: str, *args: object) -> None:
        pass


@contextmanager
def serving(app: Flask, port: int) -> Iterator[None]:
    """Answers from here to the end of the block."""
    server = make_server(LOOPBACK, port, app, threaded=True, request_handler=_Silent)
    # Its threads are daemons: neither a browser that holds a connection nor the fault that hangs holds up the end.
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True, name="demo-ehr")
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
