"""The manual as the house tests read it: its code blocks by title, and JSON that is shown in part."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from tests.house.repository import ROOT, texts

LEFT_OUT = "…"
_BLOCK = re.compile(r"^```(?P<kind>[a-z]+)(?: title=\"(?P<title>[^\"]+)\")?\n(?P<text>.*?)^```$", re.M | re.S)


class Block(NamedTuple):
    kind: str
    title: str | None
    text: str


def manuals() -> list[str]:
    """Every page of the manual, by its path in the repository."""
    return sorted(name for name in texts() if name.startswith("docs/") and name.endswith(".md"))


def text_of(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def blocks(name: str, kind: str | None = None) -> list[Block]:
    found = [Block(match["kind"], match["title"], match["text"]) for match in _BLOCK.finditer(text_of(name))]
    return [block for block in found if kind in (None, block.kind)]


@cache
def shown(name: str, title: str) -> Any:
    """The JSON of the block with this title, of which there is exactly one."""
    [block] = [block for block in blocks(name, "json") if block.title == title]
    return json.loads(block.text)


def differences(told: Any, real: Any, place: str = "") -> Iterator[str]:
    """Where the JSON that is shown is not the real one. "…" stands for anything, at the end of a text for its rest,
    as a member or as the last element for all the others."""
    if told == LEFT_OUT:
        return
    if isinstance(told, str) and isinstance(real, str) and told.endswith(" " + LEFT_OUT):
        if not real.startswith(told.removesuffix(" " + LEFT_OUT)):
            yield f"{place}: {real[: len(told) + 40]!r}"
    elif isinstance(told, dict) and isinstance(real, dict):
        yield from _members(told, real, place)
    elif isinstance(told, list) and isinstance(real, list):
        yield from _elements(told, real, place)
    elif told != real:
        yield f"{place}: {real!r}"


def _members(told: dict[str, Any], real: dict[str, Any], place: str) -> Iterator[str]:
    if LEFT_OUT not in told:
        yield from (f"{place}.{name} is not shown" for name in real.keys() - told.keys())
    for name, value in told.items():
        if name == LEFT_OUT:
            continue
        if name in real:
            yield from differences(value, real[name], f"{place}.{name}")
        else:
            yield f"{place}.{name} is not there"


def _elements(told: list[Any], real: list[Any], place: str) -> Iterator[str]:
    in_part = told[-1:] == [LEFT_OUT]
    kept = told[:-1] if in_part else told
    if len(kept) > len(real) or (len(kept) < len(real) and not in_part):
        yield f"{place}: {len(real)} elements"
        return
    for number, (one, other) in enumerate(zip(kept, real, strict=False)):
        yield from differences(one, other, f"{place}[{number}]")
