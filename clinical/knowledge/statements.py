"""What each item of the knowledge says, in one or two sentences, and what it asks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from clinical.knowledge.items_in_words import range_in_words
from clinical.knowledge.loading import Knowledge
from clinical.knowledge.naming import amount_in_words, analyte_in_words, unit_in_words
from clinical.knowledge.orders_in_words import order_statement_of
from clinical.knowledge.question_schema import Question
from clinical.knowledge.schema import (
    Advice,
    Band,
    Caution,
    Conflict,
    Derivation,
    Finding,
    Freshness,
    Limit,
    Proposal,
    Provenance,
    Reserve,
    Rule,
    Span,
    Statement,
)
from clinical.knowledge.wording import in_words


def statement_of(item: Provenance) -> str:
    """The item's own words where it has some; otherwise its numbers, as a sentence."""
    match item:
        case Rule():
            return item.statement
        case Caution() | Advice():
            return item.text
        case Finding():
            return item.title
        case Proposal():
            return item.label
        case Reserve():
            return f"{_named(item.analytes)}: {item.text}"
        case _:
            return _numbers_of(item)


def conditions_of(item: Provenance, knowledge: Knowledge) -> tuple[str, ...]:
    """Every question that the item asks, as sentences; none where it asks nothing."""
    return tuple(f"{lead} when {in_words(question, knowledge)}." for lead, question in _asked(item))


def _asked(item: Provenance) -> Iterator[tuple[str, Question]]:
    """What a question decides, and the question."""
    when: Question | None = getattr(item, "when", None)
    if when is not None:
        yield ("A finding only" if isinstance(item, Band) else "Holds"), when
    match item:
        case Caution(relevant_when=question) if question is not None:
            yield "Shown", question
        case Statement():
            yield from ((f"Becomes {escalation.to}", escalation.when) for escalation in item.escalates)
            if item.speaks_when is not None:
                yield "A card of its own", item.speaks_when
        case Proposal():
            yield from (("Drafted otherwise", variant.when) for variant in item.variants)
        case Freshness():
            yield from ((f"Only {shorter.days} days", shorter.when) for shorter in item.shorter)
        case _:
            return


def _numbers_of(item: Provenance) -> str:
    match item:
        case Limit():
            return f"{_value_of(item)}. {item.meaning[0].upper()}{item.meaning[1:]}"
        case Band():
            ranges = (f"{range_in_words(one)} {unit_in_words(one.unit)}" for one in item.ranges)
            return f"{item.title}: {analyte_in_words(item.analyte)} {'; '.join(ranges)}"
        case Freshness() | Span():
            return _days_of(item)
        case Conflict():
            told = f"two results of one within {item.hours} hours differ by more than {item.percent} %"
            return f"{_named(item.analytes)}: {told}"
        case Derivation():
            parts = " and ".join(analyte_in_words(name) for name in item.of)
            return f"{_named([item.analyte])}, in {unit_in_words(item.unit)}, worked out of {parts}"
        case _:
            return order_statement_of(item)


def _days_of(item: Freshness | Span) -> str:
    if isinstance(item, Span):
        return f"{item.meaning[0].upper()}{item.meaning[1:]}: {item.days} days"
    return f"{_named([item.analyte])}: acted on up to {item.act_days} days, shown up to {item.show_days} days"


def _value_of(limit: Limit) -> str:
    """A limit of a daily dose is of the drug that its meaning names, which need not be its analyte."""
    values = " = ".join(amount_in_words(value) for value in limit.values)
    return values if limit.values[0].unit.endswith("/d") else f"{_named([limit.analyte])} {values}"


def _named(analytes: Iterable[str]) -> str:
    """As at the start of a sentence: "Ferritin and iron"."""
    names = " and ".join(analyte_in_words(name) for name in analytes)
    return names[0].upper() + names[1:]
