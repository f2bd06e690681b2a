"""Codes of the wrong shape, and units in which an analyte is not measured."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import terminology
from clinical.knowledge.checks.references import is_daily_dose
from clinical.knowledge.checks.rounding import rounding_fault, unit_families
from clinical.knowledge.order_schema import SYSTEMS, OrderCoding
from clinical.knowledge.placing import Placed
from clinical.knowledge.problems import Problem
from clinical.knowledge.schema import Derivation, Limit, Proposal


def code_problems(placed: Placed) -> Iterator[Problem]:
    """Codings of orders, and units of limits and bands."""
    match placed.kind:
        case "proposal":
            sentences = _coding_faults(placed.item)
        case "limit":
            sentences = _limit_faults(placed.item)
        case "band":
            sentences = _unit_faults(placed.item.analyte, (one.unit for one in placed.item.ranges))
        case "derivation":
            sentences = _derivation_faults(placed.item)
        case _:
            return
    yield from (placed.problem(sentence) for sentence in sentences)


def _coding_faults(proposal: Proposal) -> Iterator[str]:
    for coding in _codings(proposal):
        fault = terminology.check_code(SYSTEMS[coding.system], coding.code)
        if fault:
            yield f"code {coding.code} ({coding.system}): {fault}"


def _codings(proposal: Proposal) -> Iterator[OrderCoding]:
    if proposal.medication:
        yield from proposal.medication.codings
    for variant in proposal.variants:
        yield from variant.medication.codings
    for order in proposal.laboratory:
        yield from order.codings


def _limit_faults(limit: Limit) -> Iterator[str]:
    units = [value.unit for value in limit.values]
    if all(is_daily_dose(unit) for unit in units):
        return
    yield from _unit_faults(limit.analyte, units)
    yield from _rounding_faults(limit)


def _derivation_faults(derivation: Derivation) -> Iterator[str]:
    yield from _unit_faults(derivation.analyte, [derivation.unit])
    for analyte, unit in derivation.of.items():
        if analyte in terminology.ANALYTES and not _measured_in(analyte, unit):
            yield f"{analyte} is not measured in {unit}"


def _measured_in(analyte: str, unit: str) -> bool:
    """A formula may ask for any unit that laboratories use, be it no family in which limits are published (g/dL)."""
    try:
        terminology.conversion_factor(analyte, unit_families(analyte)[0], unit)
    except terminology.CannotConvert:
        return False
    return True


def _unit_faults(analyte: str, units: Iterable[str]) -> Iterator[str]:
    families = unit_families(analyte)
    for unit in units:
        if families and unit not in families:
            yield f"{unit} is no unit family of {analyte} (there are {', '.join(families)})"


def _rounding_faults(limit: Limit) -> Iterator[str]:
    first, *others = limit.values
    yield from filter(None, (rounding_fault(limit.analyte, first, other) for other in others))
