"""The stored hashes are HMAC-SHA256 and stay what they were: another value, and every card counts as not yet shown."""

from __future__ import annotations

import hmac
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_hooks.keyed_hash import KeyedHash


@given(st.binary(max_size=64), st.lists(st.text()))
def test_it_is_hmac_sha256_of_the_parts_as_json(key: bytes, parts: list[str]) -> None:
    assert KeyedHash(key).of(parts) == hmac.digest(key, json.dumps(parts).encode(), "sha256").hex()


def test_one_hash_leaves_no_trace_in_the_next() -> None:
    keyed = KeyedHash(b"k" * 32)
    assert keyed.of(["a"]) == keyed.of(["a"]) != keyed.of(["b"])
    assert keyed.of(["a", "b"]) != keyed.of(["ab"])


def test_a_key_that_would_have_to_be_hashed_itself_is_refused() -> None:
    with pytest.raises(ValueError, match="64 bytes at most"):
        KeyedHash(b"k" * 65)
