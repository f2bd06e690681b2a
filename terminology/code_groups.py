"""The value sets, and which of them hold a given code. Source: value_sets/*.json, FHIR R4 ValueSet resources."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Literal, cast

from terminology.systems import ATC, ICD9CM, ICD10, ICD10CM, ICD10GM, Coding, canonical
from terminology.tables import value_set_files

CANONICAL = "https://rls-nutrients.org/fhir"
_VERIFICATION = f"{CANONICAL}/StructureDefinition/verification"
_TERM_TYPE = f"{CANONICAL}/StructureDefinition/rxnorm-term-type"
_MATCHED_NAME = f"{CANONICAL}/StructureDefinition/matched-name"

Kind = Literal["condition", "drug", "procedure", "allergy", "laboratory"]
Verified = Literal["verified", "second-hand", "from-memory"]

_KIND_OF_PREFIX: dict[str, Kind] = {
    "condition": "condition",
    "drug": "drug",
    "procedure": "procedure",
    "substance": "allergy",
    "loinc": "laboratory",
}
_WEAKEST_LAST: tuple[Verified, ...] = ("verified", "second-hand", "from-memory")
_POINT_AFTER_THREE = frozenset({ICD10CM, ICD10, ICD10GM, ICD9CM})


class UnknownValueSet(KeyError):
    """There is no value set of this id."""


@dataclass(frozen=True, slots=True)
class Family:
    """All codes of a system that match a pattern as a whole (``K50(\\..*)?``)."""

    system: str
    pattern: re.Pattern[str]


@dataclass(frozen=True)
class ValueSet:
    """One value set. ``id`` is what the knowledge files call it; the file's own id stands at the end of ``url``.

    ``verified`` is the weakest mark among its codes. ``ingredients`` are the RxNorm ingredients among ``codings``,
    ``names`` further names (INN and British spellings, brands, conditions) to be found in free text.
    """

    id: str
    url: str
    title: str
    kind: Kind
    description: str
    verified: Verified
    codings: tuple[Coding, ...]
    families: tuple[Family, ...]
    excluded: tuple[Family, ...]
    ingredients: tuple[Coding, ...]
    names: tuple[str, ...]


def _extensions(element: dict[str, Any], url: str) -> list[str]:
    """Values of the element's extensions of this url."""
    found = [extension for extension in element.get("extension", ()) if extension["url"] == url]
    return [extension.get("valueCode") or extension["valueString"] for extension in found]


def _codings(parts: list[dict[str, Any]]) -> tuple[Coding, ...]:
    return tuple(
        Coding(part["system"], concept["code"], concept.get("display"))
        for part in parts
        for concept in part.get("concept", ())
    )


def _families(parts: list[dict[str, Any]]) -> tuple[Family, ...]:
    return tuple(
        Family(part["system"], re.compile(criterion["value"])) for part in parts for criterion in part.get("filter", ())
    )


def _value_set(file_id: str, resource: dict[str, Any]) -> ValueSet:
    prefix, _, rest = file_id.partition("-")
    included = resource.get("compose", {}).get("include", [])
    marks = [cast(Verified, mark) for part in included for mark in _extensions(part, _VERIFICATION)]
    return ValueSet(
        id=rest if prefix in ("condition", "drug", "procedure") else file_id,
        url=resource["url"],
        title=resource["title"],
        kind=_KIND_OF_PREFIX[prefix],
        description=resource["description"],
        verified=max(marks, key=_WEAKEST_LAST.index, default="from-memory"),
        codings=_codings(included),
        families=_families(included),
        excluded=_families(resource.get("compose", {}).get("exclude", [])),
        ingredients=_codings([part for part in included if "IN" in _extensions(part, _TERM_TYPE)]),
        names=tuple(_extensions(resource, _MATCHED_NAME)),
    )


@cache
def value_sets() -> dict[str, ValueSet]:
    """Every value set by id."""
    return {made.id: made for made in (_value_set(id, resource) for id, resource in value_set_files())}


def value_set_ids() -> frozenset[str]:
    """The ids of all value sets."""
    return frozenset(value_sets())


def value_set(id: str) -> ValueSet:
    """The value set of this id. Raises ``UnknownValueSet``."""
    try:
        return value_sets()[id]
    except KeyError:
        raise UnknownValueSet(id) from None


@cache
def _sets_of_code() -> dict[tuple[str, str], frozenset[str]]:
    found: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for made in value_sets().values():
        for coding in made.codings:
            found[coding.system, coding.code].add(made.id)
    return {key: frozenset(ids) for key, ids in found.items()}


@cache
def _families_of_system() -> dict[str, list[tuple[Family, ValueSet]]]:
    found: defaultdict[str, list[tuple[Family, ValueSet]]] = defaultdict(list)
    for made in value_sets().values():
        for family in made.families:
            found[family.system].append((family, made))
    return dict(found)


def _written(system: str, code: str) -> str:
    """ICD and ATC codes arrive in lower case, ICD codes without their point (G2581): X12 claims write them so."""
    code = code.strip()
    if system in _POINT_AFTER_THREE:
        code = code.upper()
        return f"{code[:3]}.{code[3:]}" if len(code) > 3 and "." not in code else code
    return code.upper() if system == ATC else code


@lru_cache(maxsize=8192)
def groups_of(system: str | None, code: str) -> frozenset[str]:
    """The ids of all value sets that hold this coding; empty for a code without a system."""
    if not system or not code:
        return frozenset()
    system = canonical(system)
    code = _written(system, code)
    listed = _sets_of_code().get((system, code), frozenset())
    matched = {made.id for family, made in _families_of_system().get(system, ()) if _holds(family, made, code)}
    return listed | matched


def _holds(family: Family, made: ValueSet, code: str) -> bool:
    if not family.pattern.fullmatch(code):
        return False
    return not any(out.system == family.system and out.pattern.fullmatch(code) for out in made.excluded)
