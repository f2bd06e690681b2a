"""JSON taken apart one level at a time, so that what is not looked at stays byte for byte as it was sent."""

from __future__ import annotations

import msgspec

NOTHING = msgspec.Raw(b"null")


def object_of(raw: msgspec.Raw) -> dict[str, msgspec.Raw]:
    return msgspec.json.decode(raw, type=dict[str, msgspec.Raw]) if bytes(raw).lstrip()[:1] == b"{" else {}


def list_of_objects(raw: msgspec.Raw) -> list[dict[str, msgspec.Raw]]:
    items = msgspec.json.decode(raw, type=list[msgspec.Raw]) if bytes(raw).lstrip()[:1] == b"[" else []
    return [object_of(item) for item in items]


def member(parts: dict[str, msgspec.Raw], name: str) -> msgspec.Raw:
    return parts.get(name, NOTHING)
