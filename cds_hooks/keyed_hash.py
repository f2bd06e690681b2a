"""What is kept of a text that must not be kept: a hash that nobody can guess without our key."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable

_LONGEST_KEY = 64
_as_json = json.JSONEncoder().encode


class KeyedHash:
    """HMAC-SHA256 (RFC 2104) by one key, begun once: a hook call makes several of them."""

    def __init__(self, key: bytes) -> None:
        if len(key) > _LONGEST_KEY:
            raise ValueError(f"the key of a keyed hash has {_LONGEST_KEY} bytes at most")
        self._begun = hmac.new(key, digestmod="sha256")

    def of(self, parts: Iterable[str]) -> str:
        """Hexadecimal. Parts are kept apart, so that no two lists read alike."""
        one = self._begun.copy()
        one.update(_as_json(list(parts)).encode())
        return one.hexdigest()
