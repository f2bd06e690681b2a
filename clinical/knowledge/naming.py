"""Names and amounts as people write them: units, limits, analytes and value sets inside a sentence."""

from __future__ import annotations

from decimal import Decimal

import terminology
from clinical.knowledge.loading import Knowledge
from clinical.knowledge.order_schema import Amount

IN_FULL = {"ug": "microgram", "d": "day", "wk": "week", "mo": "month"}
COUNTED = ("day", "week", "month", "tablet", "capsule", "sachet", "injection")
PEOPLE = ("Leber",)
ONE = Decimal(1)


def amount_in_words(amount: Amount) -> str:
    """Says "4000 IU/day" for 4000 [IU]/d: the number as published, the unit as people write it."""
    return f"{amount.value} {unit_in_words(amount.unit, amount.value)}"


def unit_in_words(unit: str, value: Decimal = ONE) -> str:
    """UCUM as people write it: "[IU]/d" reads "IU/day", and two {tablet} read "tablets"."""
    words = "/".join(IN_FULL.get(part, part.strip("{}")) for part in terminology.written(unit).split("/"))
    return f"{words}s" if words in COUNTED and value != ONE else words


def limit_in_words(limit_id: str, knowledge: Knowledge) -> str:
    """The limit in every published unit family, the first one leading: "20 ng/mL (50 nmol/L)"."""
    limit = knowledge.limits.get(limit_id)
    if limit is None:
        return limit_id
    first, *others = (amount_in_words(value) for value in limit.values)
    return f"{first} ({', '.join(others)})" if others else first


def analyte_in_words(analyte: str) -> str:
    """The analyte's name inside a sentence: "ferritin", but "CRP"; the id where the terminology has no such analyte."""
    if analyte not in terminology.ANALYTES:
        return analyte
    return _inside_sentence(terminology.analyte(analyte).name)


def group_in_words(name: str) -> str:
    """The title of a value set inside a sentence; the id where the terminology has no such set."""
    return _inside_sentence(terminology.value_set(name).title) if name in terminology.value_set_ids() else name


def _inside_sentence(title: str) -> str:
    """Titles begin with a capital; within a sentence only abbreviations (HIV, G6PD) and people's names keep it."""
    return title[0].lower() + title[1:] if title[1:2].islower() and not title.startswith(PEOPLE) else title
