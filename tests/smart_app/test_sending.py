"""What came back from an authorization server: a JSON object, or nothing that can be used."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest

from ehr_reader import Deadline
from hosting import outgoing
from smart_app.sending import NotAnswered, Reply, Sender


def members(body: bytes) -> object:
    return Reply(200, {}, body).members()


@pytest.mark.parametrize("body", [b'{"a": "\xc3\xa9", "b": [1]}', b'\xef\xbb\xbf{"a": "\\u00e9", "b": [1]}'])
def test_a_json_object(body: bytes) -> None:
    """A byte order mark in front is no part of it (RFC 8259 section 8.1), and some servers send one."""
    assert members(body) == {"a": "\u00e9", "b": [1]}


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"null", b"{", b'{"a": 1} {}', b"[" * 100_000, b'{"a": "\xff"}', b'{"a": NaN}', b'{"a": Infinity}',
        b'{"a": "\\ud800"}', b'{"\\udfff": 1}', b'{"a": [{"b": "x\\ud83d"}]}',
    ],
    ids=lambda body: body[:20].decode("ascii", "backslashreplace"),
)  # fmt: skip
def test_anything_else(body: bytes) -> None:
    """Half a letter (a surrogate without its other half) can be written nowhere: not in a database, not on a page."""
    assert members(body) is None


@pytest.fixture
def dripping() -> Iterator[tuple[str, list[socket.socket]]]:
    """A server that sends its headers byte by byte, without end; and its connections."""
    closing, connections = threading.Event(), list[socket.socket]()

    def drip(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            while not closing.wait(0.02):
                connection.sendall(b"x")

    def listen(server: socket.socket) -> None:
        with suppress(OSError):
            while not closing.is_set():
                connections.append(server.accept()[0])
                threading.Thread(target=drip, args=(connections[-1],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=listen, args=(server,), daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", connections
        closing.set()


def test_a_server_that_drips_its_headers_holds_few_threads(
    dripping: tuple[str, list[socket.socket]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each thread lasts as long as it drips: forty launches left forty."""
    monkeypatch.setattr(outgoing, "MOST_AT_ONCE", 2, raising=False)
    origin, connections = dripping
    sender = Sender()
    for number in range(6):
        with pytest.raises(NotAnswered) as failure:
            sender.get(f"{origin}/{number}", Deadline.in_seconds(0.5))
        assert failure.value.status == 504
    assert len(connections) <= 2
