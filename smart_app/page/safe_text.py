"""Text from an EHR, made harmless for a page. The templates escape markup; this is about invisible characters."""

from __future__ import annotations

import re
from typing import Any

from markupsafe import Markup, escape

# Bidirectional controls can show a number or a name backwards (U+202E); C0 and C1 controls and lone surrogates are
# illegal in HTML. Marks of right-to-left scripts (U+200E, U+200F) stay: names need them, and they override nothing.
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def harmless(value: Any) -> Any:
    """What every ``{{ }}`` of the templates goes through, before it is escaped."""
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    return _CONTROLS.sub("\ufffd", _BIDI.sub("", value))


def whole_days(text: str) -> Markup:
    """The same text, escaped, in which no line ends within a date: "2026-11-" and "13" are read as two numbers."""
    plain = str(escape(harmless(text)))  # else what is put in would be escaped too
    return Markup(_DAY.sub(r'<span class="day">\1</span>', plain))
