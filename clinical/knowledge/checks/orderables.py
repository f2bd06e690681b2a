"""Names in orders.toml that lead nowhere, answers given twice, and contents that no limit can count."""

from __future__ import annotations

from collections.abc import Iterator

from clinical.knowledge.checks.references import Names, unknown, value_set_faults
from clinical.knowledge.loading import Knowledge
from clinical.knowledge.order_schema import SYSTEMS
from clinical.knowledge.ordering_schema import Orderable, OrderAnswer, Products
from clinical.knowledge.placing import Placed, placed_items
from clinical.knowledge.problems import Problem
from terminology import check_code


def orderable_problems(knowledge: Knowledge) -> Iterator[Problem]:
    """Faults of orderables, order answers and products of one jurisdiction."""
    names = Names(knowledge)
    answered: dict[str, str] = {}
    for placed in placed_items(knowledge.files):
        yield from (placed.problem(sentence) for sentence in dict.fromkeys(_faults(placed, names)))
        if isinstance(placed.item, OrderAnswer):
            yield from _answered_twice(placed, answered)


def _faults(placed: Placed, names: Names) -> Iterator[str]:
    match placed.item:
        case Orderable() as row:
            yield from _orderable_faults(row, names)
        case OrderAnswer() as answer:
            yield from unknown("caution", answer.cautions, names.cautions | names.order_cautions)
        case Products() as products:
            yield from value_set_faults(("drug",), products.medication, names)
            yield from _content_faults(products)


def _orderable_faults(row: Orderable, names: Names) -> Iterator[str]:
    yield from value_set_faults(("drug",), tuple(filter(None, (row.medication, *row.unless))), names)
    yield from unknown("proposal", row.stands_for, names.proposals)
    yield from unknown("caution", (*row.also, *row.meets, *row.silent, *row.keeps), names.cautions)
    doses = (row.daily_above, row.daily_below, row.single_dose_at_least)
    yield from unknown("limit", filter(None, doses), names.limits)


def _content_faults(products: Products) -> Iterator[str]:
    for content in products.contents:
        fault = check_code(SYSTEMS["rxnorm"], content.code)
        if fault:
            yield f"code {content.code} (rxnorm): {fault}"
        if content.holds.unit not in ("mg", "ug", "[IU]"):
            yield f"{content.display} is counted in {content.holds.unit}, but upper limits in mg, ug or [IU]"


def _answered_twice(placed: Placed, answered: dict[str, str]) -> Iterator[Problem]:
    for name in placed.item.cautions:
        if name in answered:
            yield placed.problem(f"answers caution '{name}', as {answered[name]} does already")
        answered.setdefault(name, placed.item.id)
