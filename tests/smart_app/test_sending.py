"""What came back from an authorization server: a JSON object, or nothing that can be used."""

from __future__ import annotations

import pytest

from smart_app.sending import Reply


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
