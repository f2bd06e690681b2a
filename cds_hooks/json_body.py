"""The body of a request, where it is JSON, and the ids and names in it that are kept."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from cds_hooks.refusals import NotJson, NotUnderstood

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def json_body(data: bytes, media_type: str) -> bytes:
    """The body without its byte order mark. Raises ``NotJson`` (415) for any other media type."""
    is_json = media_type.startswith("application/") and media_type.endswith("+json")
    if media_type != "application/json" and not is_json:
        raise NotJson("The request must be JSON (Content-Type: application/json).")
    return without_mark(data)


def without_mark(data: bytes) -> bytes:
    return data.removeprefix(_BYTE_ORDER_MARK)


def read_object(data: bytes, media_type: str) -> dict[str, Any]:
    """Raises ``NotJson`` (415), and ``NotUnderstood`` (400) where it is no JSON object."""
    try:
        decoded: dict[str, Any] = msgspec.json.decode(json_body(data, media_type), type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        raise NotUnderstood("The request body is not a JSON object, or not valid JSON.") from None
    return decoded


def line(value: Any, member: str, longest: int) -> str:
    """What names somebody or something and is kept in the database. Raises ``NotUnderstood`` (400)."""
    if not isinstance(value, str) or not value.strip() or len(value) > longest or _CONTROL.search(value):
        must = f"must be a text that is not empty, of {longest} characters at most and without control characters"
        raise NotUnderstood(f"{member} {must}.")
    return value
