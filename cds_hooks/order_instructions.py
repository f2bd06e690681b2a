"""Our own sentences in an order: added once, found again, and no part of the order itself."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import msgspec

from cds_hooks.raw_json import NOTHING, list_of_objects, object_of


def holds_instruction(order: Mapping[str, Any], instruction: str) -> bool:
    """Whether it stands in a note or beside a dosage, be it among other words."""
    return any(_one_line(instruction) in _text_of(item) for item in _written(order))


def without_instructions(order: dict[str, Any], own: Collection[str]) -> dict[str, Any]:
    """The order as it would be, had nobody taken up what we proposed to add."""
    left: dict[str, Any] = {}
    if notes := _listed(order, "note"):
        left["note"] = list(_left(notes, own))
    if dosages := _listed(order, "dosageInstruction"):
        left["dosageInstruction"] = [_dosage_left(one, own) for one in dosages]
    return order | left


def with_instruction(raw: msgspec.Raw, instruction: str) -> dict[str, Any]:
    """In each dosage of a MedicationRequest as additional instruction; otherwise as a note; nowhere twice."""
    resource: dict[str, Any] = dict(object_of(raw))
    dosages: list[dict[str, Any]] = [dict(one) for one in list_of_objects(resource.get("dosageInstruction", NOTHING))]
    if dosages and all(dosages):
        told = {"text": instruction}
        more = [one | {"additionalInstruction": _with(one.get("additionalInstruction"), told)} for one in dosages]
        return resource | {"dosageInstruction": more}
    return resource | {"note": _with(resource.get("note"), {"text": instruction})}


def _with(raw: msgspec.Raw | None, item: dict[str, str]) -> list[Any]:
    listed: list[Any] = msgspec.json.decode(raw, type=list[msgspec.Raw]) if raw is not None else []
    return listed if any(_text_of(msgspec.json.decode(one)) == item["text"] for one in listed) else [*listed, item]


def _written(order: Mapping[str, Any]) -> Iterator[Any]:
    yield from _listed(order, "note")
    for dosage in _listed(order, "dosageInstruction"):
        yield from _listed(dosage, "additionalInstruction")


def _dosage_left(dosage: Any, own: Collection[str]) -> Any:
    listed = _listed(dosage, "additionalInstruction")
    return dosage | {"additionalInstruction": list(_left(listed, own))} if listed else dosage


def _left(items: list[Any], own: Collection[str]) -> Iterator[Any]:
    for item in items:
        text = _text_of(item)
        if not any(_one_line(one) in text for one in own):
            yield item
        elif left := _stripped(text, own):
            yield item | {"text": left}


def _stripped(text: str, own: Collection[str]) -> str:
    for one in own:
        text = text.replace(_one_line(one), " ")
    return _one_line(text)


def _listed(part: Any, name: str) -> list[Any]:
    listed = part.get(name) if isinstance(part, Mapping) else None
    return listed if isinstance(listed, list) else []


def _text_of(item: Any) -> str:
    text = item.get("text") if isinstance(item, Mapping) else None
    return _one_line(text) if isinstance(text, str) else ""


def _one_line(text: str) -> str:
    return " ".join(text.split())
