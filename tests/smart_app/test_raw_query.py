"""Values of a query as they were sent, to the byte."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smart_app.raw_query import Twice, encoded, parameter


@pytest.mark.parametrize(
    ("query", "launch"),
    [
        (b"launch=a+b", "a+b"),
        (b"launch=a%2Bb", "a+b"),
        (b"launch=a%20b", "a b"),
        (b"iss=x&launch=a/b=c==", "a/b=c=="),
        (b"launch=%C3%A9", "é"),
        (b"launch=\xc3\xa9", "é"),
        (b"launch", ""),
        (b"", ""),
        (b"launched=x", ""),
        (b"l%61unch=x", "x"),
    ],
)
def test_a_value_is_decoded_once_and_a_plus_stays(query: bytes, launch: str) -> None:
    assert parameter(query, "launch") == launch


@given(st.binary())
def test_any_bytes_come_back_as_they_were(value: bytes) -> None:
    sent = "".join(f"%{byte:02X}" for byte in value)
    found = parameter(f"iss=x&launch={sent}".encode(), "launch")
    assert encoded(found).encode() == encoded_bytes(value)


def encoded_bytes(value: bytes) -> bytes:
    plain = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-~"
    return b"".join(bytes([byte]) if byte in plain else b"%%%02X" % byte for byte in value)


@pytest.mark.parametrize(
    "query", [b"launch=a&launch=b", b"launch=a&launch=a", b"launch&launch=a", b"l%61unch=&launch=a"]
)
def test_two_values_are_one_too_many(query: bytes) -> None:
    with pytest.raises(Twice):
        parameter(query, "launch")
