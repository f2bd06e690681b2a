"""SMART scopes on the side that grants and enforces them, in version 1 (``.read``) and version 2 (``.rs``).

Source: SMART App Launch 2.2, Scopes and Launch Context. An app may read and search, and nothing else: orders are
written by the desk. ``c`` is known to the grammar because the EHR's own tokens may carry it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from demo_ehr.charts import SEARCHABLE, has_token

_SCOPE = re.compile(
    r"(?P<level>patient|user)/(?P<type>[A-Za-z]+|\*)\."
    r"(?:(?P<v1>read|write|\*)|(?P<v2>c?r?u?d?s?))(?:\?(?P<filter>\S+))?",
    re.ASCII,
)
_VERSION_1 = {"read": "rs", "write": "cud", "*": "cruds"}
CONTEXT_SCOPES = (
    "openid", "fhirUser", "profile", "launch", "launch/patient", "launch/encounter", "online_access", "offline_access",
)  # fmt: skip
_FEW_TYPES = ("Patient", "Condition")


@dataclass(frozen=True)
class DataScope:
    """One scope about resources. ``letters`` of ``cruds``; ``filters`` as written behind its question mark."""

    level: str
    resource_type: str
    letters: str
    filters: tuple[tuple[str, str], ...] = ()
    version_1: bool = False

    def permits(self, resource_type: str, letter: str) -> bool:
        return self.resource_type in ("*", resource_type) and letter in self.letters

    def covers(self, resource: dict[str, Any]) -> bool:
        """Whether the resource is what the filters ask for; filters by anything but a code cover nothing."""
        return all(has_token(resource.get(name), value) for name, value in self.filters)

    def __str__(self) -> str:
        if self.version_1:
            return f"{self.level}/{self.resource_type}.read"
        query = "&".join(f"{name}={value}" for name, value in self.filters)
        return f"{self.level}/{self.resource_type}.{self.letters}" + (f"?{query}" if query else "")


def data_scopes(text: str) -> Iterator[DataScope]:
    """Those scopes about resources that are understood; the others permit nothing."""
    for word in text.split():
        found = _SCOPE.fullmatch(word)
        letters = (_VERSION_1[found["v1"]] if found["v1"] else found["v2"]) if found else ""
        if found and letters:
            filters = tuple(parse_qsl(found["filter"] or "", keep_blank_values=True))
            yield DataScope(found["level"], found["type"], letters, filters, version_1=bool(found["v1"]))


def granted(asked: str) -> str:
    """What of the scopes asked for an app gets, in its own words and order."""
    return " ".join(_granted(asked.split()))


def _granted(words: Iterable[str]) -> Iterator[str]:
    for word in words:
        if word in CONTEXT_SCOPES:
            yield word
        for scope in data_scopes(word):
            letters = "".join(letter for letter in "rs" if letter in scope.letters)
            if letters and scope.resource_type in ("*", *SEARCHABLE):
                yield str(DataScope(scope.level, scope.resource_type, letters, scope.filters, scope.version_1))


def fewer(scopes: str) -> str:
    """The same without laboratory results and drugs; of ``*`` only what is left over."""
    kept = [word for word in scopes.split() if word in CONTEXT_SCOPES]
    data = list(data_scopes(scopes))
    for resource_type in _FEW_TYPES:
        kept += [f"patient/{resource_type}.{it.letters}" for it in data if it.permits(resource_type, "r")][:1]
    return " ".join(kept)


def as_version_1(scopes: str) -> str:
    """As an EHR would tell them that knows version 1 only: no letters, no filters."""
    kept = [word for word in scopes.split() if word in CONTEXT_SCOPES]
    data = (DataScope(it.level, it.resource_type, "rs", version_1=True) for it in data_scopes(scopes))
    return " ".join(dict.fromkeys((*kept, *(str(it) for it in data))))
