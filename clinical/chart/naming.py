"""What an Observation is about: by its codes, by the registry's local codes, and (to refuse it aloud) by its words."""

from __future__ import annotations

from collections.abc import Mapping

from clinical.chart.wire import CodeableConcept
from terminology import CodeUse, analyte, code_use, named_analyte


def identify(code: CodeableConcept | None, local_codes: Mapping[str, str]) -> CodeUse | str | None:
    """How the code is to be used; the bare analyte's name where only words name it; ``None``: not ours."""
    if code is None:
        return None
    found: CodeUse | None = None
    for coding in code.coding:
        if coding.code is None:
            continue
        use = _by_registry(coding.system, coding.code, local_codes) or code_use(coding.system, coding.code)
        if use is not None and (found is None or _outranks(use, found)):
            found = use
    return found or _by_words(code)


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
