"""Texts as every database keeps them: whoever wrote one, it must not be a reason to keep nothing."""

from __future__ import annotations

import re
from typing import Any

# PostgreSQL keeps no NUL in a text, and half of a surrogate pair is no UTF-8; JSON may hold both.
_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")


def storable(value: Any) -> Any:
    """A text with U+FFFD in place of what cannot be kept; anything else as it is."""
    return _UNSTORABLE.sub("\ufffd", value) if isinstance(value, str) else value
