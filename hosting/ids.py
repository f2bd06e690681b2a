"""Ids that nobody can guess: UUIDs of version 4 (RFC 9562 section 5.4), their randomness drawn for many at once.

Asking the system costs each time, and lets another thread have its turn meanwhile; a hook call needs half a dozen.
"""

from __future__ import annotations

import os
from uuid import UUID

_SIZE, _AT_ONCE = 16, 64
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
    drawn = os.urandom(_SIZE * _AT_ONCE)
    return [str(UUID(bytes=drawn[start : start + _SIZE], version=4)) for start in range(0, len(drawn), _SIZE)]
