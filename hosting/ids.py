"""Ids that nobody can guess: UUIDs of version 4 (RFC 9562 section 5.4), their randomness drawn for many at once.

Asking the system costs each time, and lets another thread have its turn meanwhile; a hook call needs half a dozen.
"""

from __future__ import annotations

import os

_AT_ONCE = 64
# RFC 9562 section 4.1: the two highest bits of this digit are 10.
_VARIANT = dict(zip("0123456789abcdef", "89ab" * 4, strict=True))
_waiting: list[str] = []
# Or a fork would hand out the ids that its parent hands out.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_waiting.clear)


def new_uuid() -> str:
    """Safe for many threads: taking one from a list is one step."""
    try:
        return _waiting.pop()
    except IndexError:
        first, *others = _drawn()
        _waiting.extend(others)
        return first


def _drawn() -> list[str]:
    digits = os.urandom(16 * _AT_ONCE).hex()
    return [_as_uuid(digits[start : start + 32]) for start in range(0, len(digits), 32)]


def _as_uuid(digits: str) -> str:
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{_VARIANT[digits[16]]}{digits[17:20]}-{digits[20:]}"
