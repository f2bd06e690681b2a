"""What each item of the knowledge says, in one or two sentences, and when it holds."""

from __future__ import annotations

from collections.abc import Iterable

from clinical.knowledge.items_in_words import range_in_words
from clinical.knowledge.loading import Knowledge
from clinical.knowledge.naming import amount_in_words, analyte_in_words, unit_in_words
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


def condition_of(item: Provenance, knowledge: Knowledge) -> str:
    """When the item holds, in words; empty where it asks nothing of its own."""
    when = getattr(item, "when", None)
    return in_words(when, knowledge) if when is not None else ""


def _numbers_of(item: Provenance) -> str:
    match item:
        case Limit():
            return f"{_named([item.analyte])}, {' = '.join(map(amount_in_words, item.values))} ({item.meaning})"
        case Band():
            ranges = (f"{range_in_words(one)} {unit_in_words(one.unit)}" for one in item.ranges)
            return f"{item.title}: {analyte_in_words(item.analyte)} {'; '.join(ranges)}"
        case Freshness():
            return f"{_named([item.analyte])}: acted on up to {item.act_days} days, shown up to {item.show_days} days"
        case Conflict():
            told = f"two results of one within {item.hours} hours differ by more than {item.percent} %"
            return f"{_named(item.analytes)}: {told}"
        case Derivation():
            parts = " and ".join(analyte_in_words(name) for name in item.of)
            return f"{_named([item.analyte])}, in {unit_in_words(item.unit)}, worked out of {parts}"
        case _:
            raise TypeError(f"no words for {type(item).__name__}")


def _named(analytes: Iterable[str]) -> str:
    """As at the start of a sentence: "Ferritin and iron"."""
    names = " and ".join(analyte_in_words(name) for name in analytes)
    return names[0].upper() + names[1:]
