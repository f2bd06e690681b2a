"""Choices made of bytes: the same bytes always make the same choices, so that a fuzzer may steer them.

And what can happen to a JSON document: a part of it replaced, dropped, doubled or stretched; or only written otherwise,
which must not change what it says.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Sequence
from typing import Any, TypeVar

T = TypeVar("T")

# What breaks readers: other kinds, empty things, extremes, odd text, and markup.
JUNK: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 0.1, 1e308, -1e308, 5e-324, 10**30, 2**63, "", " ", "\x00", "0", "NaN", "-",
    "1e999999",     "<script>alert(1)</script>", "\ud7ff", "\u202e", "a" * 300, "2026-13-45", "2026-02-30T25:61:61Z",
    "0000", "9999-12-31", "1,5", "<3", ">= 5", "3 - 4", "١٢", [], [None], [[]], {}, {"": None}, [{}], {"value": "x"}, {"coding": "x"},
    {"reference": "Patient/other"}, {"reference": "#"}, {"system": "http://loinc.org", "code": "2276-4"},
)  # fmt: skip
# Members that no version of FHIR has, under which anything may stand.
STRANGE_NAMES = ("zzUnknown", "_zz", "x-own", "Straße")


class Dice:
    """Out of bytes, every choice is the first."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def byte(self) -> int:
        value = self._data[self._at] if self._at < len(self._data) else 0
        self._at += 1
        return value

    def below(self, limit: int) -> int:
        value = self.byte() if limit <= 256 else self.byte() << 16 | self.byte() << 8 | self.byte()
        return value % limit

    def one_of(self, options: Sequence[T]) -> T:
        return options[self.below(len(options))]

    def flag(self) -> bool:
        return self.byte() % 2 == 1

    def rest(self) -> bytes:
        rest = self._data[self._at :]
        self._at = len(self._data)
        return rest


def damaged(document: Any, dice: Dice, most: int = 4) -> Any:
    """A copy with up to ``most`` changes of any kind."""
    document = copy.deepcopy(document)
    for _ in range(dice.below(most + 1)):
        place, key = _somewhere(document, dice)
        _change(place, key, dice)
    return document


def written_otherwise(document: Any, dice: Dice) -> bytes:
    """The same said in other bytes: members in another order, unknown ones between them, spaces, escapes."""
    turned = _turned(document, dice)
    indent = 1 if dice.flag() else None
    return json.dumps(turned, ensure_ascii=dice.flag(), indent=indent).encode("utf-8", "surrogatepass")


def _somewhere(document: Any, dice: Dice) -> tuple[Any, Any]:
    """A container of the document, and a key or place in it."""
    here, key = document, None
    for _ in range(12):
        keys = list(here) if isinstance(here, dict) else list(range(len(here)))
        if not keys:
            return here, None
        key = dice.one_of(keys)
        if not isinstance(here[key], dict | list) or not here[key] or dice.below(6) == 0:
            return here, key
        here = here[key]
    return here, next(iter(here), None) if isinstance(here, dict) else (0 if here else None)


def _change(place: Any, key: Any, dice: Dice) -> None:
    kind = dice.below(8)
    if key is None:
        _add(place, dice)
    elif kind == 0:
        del place[key]
    elif kind == 1 and isinstance(place, list):
        place.append(copy.deepcopy(place[key]))
    elif kind == 2:
        place[key] = [place[key]]
    elif kind == 3 and isinstance(place[key], str):
        place[key] = _bent(place[key], dice)
    elif kind == 4 and isinstance(place[key], int | float):
        place[key] = place[key] * dice.one_of((-1, 0, 0.001, 10, 1000, 1e6, 1e300))
    else:
        place[key] = copy.deepcopy(dice.one_of(JUNK))


def _add(place: Any, dice: Dice) -> None:
    if isinstance(place, dict):
        place[dice.one_of(STRANGE_NAMES)] = copy.deepcopy(dice.one_of(JUNK))
    else:
        place.append(copy.deepcopy(dice.one_of(JUNK)))


def _bent(text: str, dice: Dice) -> str:
    at = dice.below(len(text) + 1)
    piece = dice.one_of(("", " ", "\n", "0", ".", ",", "-", "/", "|", "µ", "\x00", "<", '"', "\\", "%00", "é", text))
    return text[:at] + piece + text[at + dice.below(3) :]


def _turned(value: Any, dice: Dice) -> Any:
    if isinstance(value, list):
        return [_turned(one, dice) for one in value]
    if not isinstance(value, dict):
        return value
    members = [(name, _turned(one, dice)) for name, one in value.items()]
    if dice.flag():
        members.reverse()
    if members and dice.below(4) == 1:
        members.insert(dice.below(len(members)), (dice.one_of(STRANGE_NAMES), dice.one_of(JUNK)))
    return dict(members)
