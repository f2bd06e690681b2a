"""Search by code, identifier, status and reference: FHIR R4 section Search, parameter types token and reference.

A value is ``code``, ``system|code``, ``|code`` or ``system|``; a comma means or; ``\\`` escapes ``, | $ \\``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

_UNESCAPED_COMMA = re.compile(r"(?<!\\),")
_UNESCAPED_BAR = re.compile(r"(?<!\\)\|")
_ESCAPED = re.compile(r"\\([\\,$|])")


def alternatives(value: str) -> list[str]:
    """The values between the commas, still escaped."""
    return [part for part in _UNESCAPED_COMMA.split(value) if part]


def has_token(member: Any, value: str) -> bool:
    """Whether a code, Coding, CodeableConcept, Identifier or list of them has one of the tokens of ``value``."""
    codes = set(_codes(member))
    return any(_fits(codes, part) for part in alternatives(value))


def refers_to(member: Any, value: str) -> bool:
    """Whether a Reference leads to one of ``Type/id``, a bare id, or an address that ends in ``Type/id``."""
    reference = member.get("reference", "") if isinstance(member, dict) else ""
    return any(_last(reference) == _last(part) for part in alternatives(value)) if reference else False


def _fits(codes: set[tuple[str, str]], token: str) -> bool:
    system, bar, code = (_ESCAPED.sub(r"\1", part) for part in _split(token))
    if not bar:
        return any(code == held for _, held in codes)
    return any(system == held_system and code in ("", held) for held_system, held in codes)


def _split(token: str) -> tuple[str, str, str]:
    system, *rest = _UNESCAPED_BAR.split(token, maxsplit=1)
    return (system, "|", rest[0]) if rest else ("", "", system)


def _codes(member: Any) -> Iterator[tuple[str, str]]:
    if isinstance(member, str | bool):
        yield "", str(member).lower() if isinstance(member, bool) else member
    elif isinstance(member, list):
        for part in member:
            yield from _codes(part)
    elif isinstance(member, dict) and "coding" in member:
        yield from _codes(member["coding"])
    elif isinstance(member, dict):
        yield str(member.get("system", "")), str(member.get("code", member.get("value", "")))


def _last(reference: str) -> str:
    return reference.rpartition("/")[2]
