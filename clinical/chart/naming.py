"""What an Observation is about: by its codes, by the registry's local codes, and (to refuse it aloud) by its words.

Everything that a ``code`` element alone can tell is found out once and kept by its bytes: a laboratory calls its tests
the same few hundred ways in every chart, and four of five results are let go after this one look.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

import msgspec

from clinical.chart.decoding import ABSENT
from clinical.chart.illegible import tells
from clinical.chart.wire import CodeableConcept, Coding, read_concept
from terminology import EDD_LOINC, PREGNANCY_STATUS_LOINC, CodeUse, analyte, code_use, named_analyte

_PREGNANCY_CODES = frozenset({PREGNANCY_STATUS_LOINC, EDD_LOINC})
_ACTIVE_B12 = re.compile(r"holo|active\s*(?:b\s*-?12|vitamin b)", re.IGNORECASE)
RED_CELL = re.compile(r"\brbc\b|red (?:blood )?cell|erythrocyte", re.IGNORECASE)
_D3_ONLY = re.compile(r"\bd3\b|calcidiol|cholecalciferol", re.IGNORECASE)
_TOTAL_D = re.compile(r"total|25[\s-]*\(?(?:oh|hydroxy)\)?[\s-]*vit(?:amin|\.)?[\s-]*d(?![23])", re.IGNORECASE)
# A longer element is no name of a test; keeping such would let a sender fill the memory.
_LONGEST_KEPT_BYTES = 2048


class Name(msgspec.Struct, frozen=True, gc=False):
    """What a ``code`` element says. ``use`` is the bare analyte's name where only words name it, ``None`` if not ours.

    ``is_told``: it has a code or words at all. ``says_…``: what its words say, be it against its code.
    """

    use: CodeUse | str | None = None
    is_told: bool = False
    of_pregnancy: bool = False
    says_active_b12: bool = False
    says_red_cells: bool = False
    says_total_vitamin_d: bool = False

    @property
    def analyte(self) -> str | None:
        return self.use.analyte if isinstance(self.use, CodeUse) else self.use


NAMELESS = Name()


def name_in(code: msgspec.Raw, local_codes: Mapping[str, str]) -> Name:
    """The name in a ``code`` element that was left as bytes."""
    if code is ABSENT:
        return NAMELESS
    json = bytes(code)
    if local_codes or len(json) > _LONGEST_KEPT_BYTES:
        return name_of(read_concept(code), local_codes)
    return _kept(json)


@lru_cache(maxsize=4096)
def _kept(code: bytes) -> Name:
    return name_of(read_concept(msgspec.Raw(code)), {})


def name_of(code: CodeableConcept | None, local_codes: Mapping[str, str]) -> Name:
    if code is None:
        return NAMELESS
    words = " ".join(filter(None, all_words(code)))
    return Name(
        use=_use(code, local_codes),
        is_told=tells(code),
        of_pregnancy=any(coding.code in _PREGNANCY_CODES for coding in code.coding),
        says_active_b12=_ACTIVE_B12.search(words) is not None,
        says_red_cells=RED_CELL.search(words) is not None,
        says_total_vitamin_d=_TOTAL_D.search(words) is not None and _D3_ONLY.search(words) is None,
    )


def all_words(concept: CodeableConcept | None) -> list[str | None]:
    return [concept.text, *(coding.display for coding in concept.coding)] if concept else []


def _use(code: CodeableConcept, local_codes: Mapping[str, str]) -> CodeUse | str | None:
    found: CodeUse | None = None
    for coding in code.coding:
        use = _use_of_coding(coding, local_codes)
        if use is not None and (found is None or _outranks(use, found)):
            found = use
    return found or _by_words(code)


def _use_of_coding(coding: Coding, local_codes: Mapping[str, str]) -> CodeUse | None:
    if coding.code is None:
        return None
    return _by_registry(coding.system, coding.code, local_codes) or code_use(coding.system, coding.code)


def _outranks(use: CodeUse, found: CodeUse) -> bool:
    # A coding that must be refused wins over a fitting one beside it: two codes that disagree are not trusted.
    order = {"refused": 2, "local-validation": 0, "accepted": 1}
    return order[use.role] > order[found.role]


def _by_registry(system: str | None, code: str, local_codes: Mapping[str, str]) -> CodeUse | None:
    name = local_codes.get(f"{system or ''}|{code}") if local_codes else None
    if name is None:
        return None
    known = code_use(system, code)
    specimen = known.specimen if known else analyte(name).specimen
    return CodeUse(
        analyte=name, role="accepted", data_quality=None, reason=None, property=known.property if known else None,
        part=known.part if known else None, indexed=known.indexed if known else False, specimen=specimen,
        point_of_care=known.point_of_care if known else False,
    )  # fmt: skip


def _by_words(code: CodeableConcept) -> str | None:
    for words in (code.text, *(coding.display for coding in code.coding)):
        if words and (name := named_analyte(words)):
            return name
    return None
