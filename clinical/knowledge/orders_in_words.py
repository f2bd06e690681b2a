"""What orders.toml says, as sentences: what an order is to us, and what it is answered with."""

from __future__ import annotations

from collections.abc import Iterator

from clinical.knowledge.items_in_words import INDENT, provenance
from clinical.knowledge.layout import paragraph
from clinical.knowledge.loading import Knowledge
from clinical.knowledge.naming import amount_in_words, analyte_in_words, group_in_words, limit_in_words
from clinical.knowledge.ordering_schema import Orderable, OrderAnswer, Products
from clinical.knowledge.provenance import Provenance
from clinical.knowledge.wording import in_words

_ANSWERS = {
    "separate": "May be added to the order",
    "remove": "The order may be removed",
    "tell": "Told, no more",
    "beside": "Told where something else speaks",
}


def order_statement_of(item: Provenance) -> str:
    """One sentence for any item of its own kind in orders.toml."""
    match item:
        case Orderable():
            return statement_of_orderable(item)
        case OrderAnswer():
            return statement_of_answer(item)
        case Products():
            return statement_of_products(item)
        case _:
            raise TypeError(f"no words for {type(item).__name__}")


def order_of(row: Orderable) -> str:
    """Which order: "An order of oral iron", "An order of ferritin"."""
    if row.medication is None:
        return f"An order of {', '.join(analyte_in_words(name) for name in row.analytes)}"
    route = {"oral": " by mouth", "parenteral": " by injection or infusion", None: ""}[row.route]
    unless = f", unless it is {' or '.join(group_in_words(name) for name in row.unless)}" if row.unless else ""
    return f"An order of {group_in_words(row.medication)}{route}{unless}"


def statement_of_orderable(row: Orderable) -> str:
    """In one sentence, with the proposals and cautions that it leads to."""
    also = f"also {', '.join(row.also)}" if row.also else ""
    meets = f"{', '.join(row.meets)} in any case" if row.meets else ""
    stands = f"those about {', '.join(row.stands_for)}" if row.stands_for else ""
    told = "; ".join(part for part in (stands, also, meets) if part) or "none by itself"
    silent = f" (not asked: {', '.join(row.silent)})" if row.silent else ""
    keeps = f" (no reason to remove it: {', '.join(row.keeps)})" if row.keeps else ""
    return f"{order_of(row)}. Cautions: {told}{silent}{keeps}."


def statement_of_answer(answer: OrderAnswer) -> str:
    told = f": {answer.instruction}" if answer.instruction else "."
    return f"{', '.join(answer.cautions)}. {_ANSWERS[answer.does]}{told}"


def statement_of_products(products: Products) -> str:
    held = (f"{one.display} ({one.code}) {amount_in_words(one.holds)}" for one in products.contents)
    return f"One piece of {group_in_words(products.medication)} holds: {', '.join(held)}."


def orderable_in_words(row: Orderable, knowledge: Knowledge) -> Iterator[str]:
    yield from paragraph(f"{row.id}: {statement_of_orderable(row)}", 2)
    limits = {
        "a day's dose above": row.daily_above,
        "a day's dose below": row.daily_below,
        "one dose of at least": row.single_dose_at_least,
    }
    asked = [f"{words} {limit_in_words(name, knowledge).replace('/day', '')}" for words, name in limits.items() if name]
    asked += [in_words(row.when, knowledge)] if row.when is not None else []
    if asked:
        yield from paragraph(f"Only where: {', and '.join(asked)}.", INDENT)
    yield from provenance(row)


def order_answer_in_words(answer: OrderAnswer, _: Knowledge) -> Iterator[str]:
    yield from paragraph(f"{answer.id}: {statement_of_answer(answer)}", 2)
    yield from provenance(answer)


def products_in_words(products: Products, _: Knowledge) -> Iterator[str]:
    yield from paragraph(f"{products.id}: {statement_of_products(products)}", 2)
    yield from provenance(products)
