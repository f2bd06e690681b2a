"""The body of a request, where it is JSON."""

from __future__ import annotations

from typing import Any

import msgspec

from cds_hooks.refusals import NotJson, NotUnderstood

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def json_body(data: bytes, media_type: str) -> bytes:
    """The body without its byte order mark. Raises ``NotJson`` (415) for any other media type."""
    is_json = media_type.startswith("application/") and media_type.endswith("+json")
    if media_type != "application/json" and not is_json:
        raise NotJson("The request must be JSON (Content-Type: application/json).")
    return data.removeprefix(_BYTE_ORDER_MARK)


def read_object(data: bytes, media_type: str) -> dict[str, Any]:
    """Raises ``NotJson`` (415), and ``NotUnderstood`` (400) where it is no JSON object."""
    try:
        decoded: dict[str, Any] = msgspec.json.decode(json_body(data, media_type), type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        raise NotUnderstood("The request body is not a JSON object, or not valid JSON.") from None
    return decoded
