"""Bands of one analyte must meet without gap or overlap, and say the same in each unit family."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from clinical.knowledge.checks.rounding import rounding_fault
from clinical.knowledge.loading import Knowledge
from clinical.knowledge.order_schema import Amount
from clinical.knowledge.placing import Placed, placed_items
from clinical.knowledge.problems import Problem
from clinical.knowledge.schema import Band, Range

DOCUMENTED_START = "start"


class Stretch(NamedTuple):
    """One band in one unit family: where it begins and ends, and whether the edge itself belongs to it."""

    placed: Placed
    unit: str
    lower: Decimal | None
    lower_included: bool
    upper: Decimal | None
    upper_included: bool

    @property
    def id(self) -> str:
        return str(self.placed.item.id)


def band_problems(knowledge: Knowledge) -> Iterator[Problem]:
    """Gaps, overlaps, and families that are not in step, for every analyte of one jurisdiction."""
    for bands in _by_analyte(knowledge).values():
        families = _families(bands)
        for stretches in families.values():
            yield from _seam_problems(stretches)
        yield from _step_problems(families)
        for placed in bands:
            yield from _rounding_problems(placed)


def _by_analyte(knowledge: Knowledge) -> dict[str, list[Placed]]:
    groups: dict[str, list[Placed]] = {}
    for placed in placed_items(knowledge.files):
        if placed.kind == "band":
            groups.setdefault(placed.item.analyte, []).append(placed)
    return groups


def _families(bands: Iterable[Placed]) -> dict[str, list[Stretch]]:
    families: dict[str, list[Stretch]] = {}
    for placed in bands:
        for one in placed.item.ranges:
            families.setdefault(one.unit, []).append(_stretch(placed, one))
    return {unit: sorted(stretches, key=_start) for unit, stretches in families.items()}


def _stretch(placed: Placed, one: Range) -> Stretch:
    lower = one.from_ if one.from_ is not None else one.above
    upper = one.to if one.to is not None else one.below
    return Stretch(placed, one.unit, lower, one.from_ is not None, upper, one.to is not None)


def _start(stretch: Stretch) -> tuple[Decimal, bool]:
    return (Decimal("-Infinity") if stretch.lower is None else stretch.lower, not stretch.lower_included)


def _seam_problems(stretches: list[Stretch]) -> Iterator[Problem]:
    lowest = stretches[0]
    if lowest.lower and DOCUMENTED_START not in lowest.placed.item.section:
        yield lowest.placed.problem(
            f"nothing lies below {lowest.lower} {lowest.unit}: leave the lowest band open, or say in 'section' why the "
            "bands start there"
        )
    for stretch in stretches:
        if _is_empty(stretch):
            yield stretch.placed.problem(f"the range in {stretch.unit} ends before it begins")
    for below, above in pairwise(stretches):
        fault = _seam_fault(below, above)
        if fault:
            yield above.placed.problem(f"{fault} {below.id} in {above.unit}")


def _is_empty(stretch: Stretch) -> bool:
    if stretch.lower is None or stretch.upper is None or stretch.lower < stretch.upper:
        return False
    return stretch.lower > stretch.upper or not (stretch.lower_included and stretch.upper_included)


def _seam_fault(below: Stretch, above: Stretch) -> str:
    if below.upper is None or above.lower is None or below.upper > above.lower:
        return "overlaps with"
    if below.upper < above.lower:
        return f"leaves a gap ({below.upper} to {above.lower}) to"
    if below.upper_included and above.lower_included:
        return f"shares the edge {below.upper} with"
    if not below.upper_included and not above.lower_included:
        return f"leaves the edge {below.upper} to nobody, like"
    return ""


def _step_problems(families: Mapping[str, list[Stretch]]) -> Iterator[Problem]:
    """The same bands in the same order in every family; a label must not depend on the unit of the report."""
    (first_unit, first), *others = families.items()
    for unit, stretches in others:
        for one in {**_by_band(first), **_by_band(stretches)}.values():
            here, there = _count(stretches, one.id), _count(first, one.id)
            if here != there:
                yield one.placed.problem(f"has {there} ranges in {first_unit} but {here} in {unit}")
        shared = [one.id for one in stretches if _count(first, one.id)]
        if len(shared) == len(first) == len(stretches) and shared != [one.id for one in first]:
            yield stretches[0].placed.problem(f"the bands stand in another order in {unit} than in {first_unit}")


def _by_band(stretches: Iterable[Stretch]) -> dict[str, Stretch]:
    return {stretch.id: stretch for stretch in stretches}


def _count(stretches: Iterable[Stretch], band_id: str) -> int:
    return sum(stretch.id == band_id for stretch in stretches)


def _rounding_problems(placed: Placed) -> Iterator[Problem]:
    band: Band = placed.item
    first, *others = (_stretch(placed, one) for one in band.ranges)
    for other in others:
        for edge, published in ((first.lower, other.lower), (first.upper, other.upper)):
            if (edge is None) != (published is None):
                yield placed.problem(f"is open in one of {first.unit} and {other.unit}, but closed in the other")
            elif edge is not None and published is not None:
                here, there = Amount(value=edge, unit=first.unit), Amount(value=published, unit=other.unit)
                fault = rounding_fault(band.analyte, here, there)
                yield from [placed.problem(fault)] if fault else []
