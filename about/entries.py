"""The items of the knowledge as these pages list them: with an address of their own, words and attributes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from about.attributes import attributes_of
from clinical import Knowledge, Placed, Source, Uses, conditions_of, placed_items, statement_of

# The words of the TOML tables, as headings; in the order in which a file holds them.
KINDS = {
    "limit": "Limits",
    "band": "Bands",
    "finding": "Findings",
    "rule": "Rules of the decision table",
    "caution": "Cautions",
    "proposal": "Proposals",
    "advice": "Advice",
    "freshness": "How old a result may be",
    "span": "For how long something counts",
    "conflict": "Results that cannot both be right",
    "derivation": "Values worked out of others",
    "reserve": "Results used with reserve",
    "orderable": "What an order is",
    "order_caution": "Cautions of orders only",
    "order_answer": "What an order is answered with",
    "products": "What one piece of a product holds",
}


class Entry(NamedTuple):
    """One item. ``label`` tells apart what stands several times under one id; ``item`` has its provenance."""

    id: str
    label: str
    anchor: str
    kind: str
    topic: str
    item: Any
    statement: str
    conditions: tuple[str, ...]
    attributes: Mapping[str, str]

    def overdue(self, today: date) -> bool:
        return bool(self.item.due < today)


def entries_of(knowledge: Knowledge) -> tuple[Entry, ...]:
    """Every item that holds in this jurisdiction, in reading order."""
    placed = tuple(placed_items(knowledge.files))
    several = Counter(one.name for one in placed)
    titles = {file.name: file.content.title for file in knowledge.files}
    uses, met = Uses(knowledge), Counter[str]()
    entries = []
    for one in placed:
        met[one.name] += 1
        number = (met[one.name], several[one.name])
        entries.append(_entry(one, number, titles[one.file], knowledge, uses))
    return tuple(entries)


def _entry(placed: Placed, number: tuple[int, int], topic: str, knowledge: Knowledge, uses: Uses) -> Entry:
    name = placed.name.removeprefix(f"{placed.kind} ")
    case, cases = number
    anchor = re.sub(r"[^\w.]+", "-", placed.name)
    return Entry(
        id=name,
        label=f"{name} ({case} of {cases})" if cases > 1 else name,
        anchor=f"{anchor}-{case}" if case > 1 else anchor,
        kind=placed.kind,
        topic=topic,
        item=placed.item,
        statement=statement_of(placed.item),
        conditions=conditions_of(placed.item, knowledge),
        attributes=attributes_of(placed.item, knowledge, uses),
    )


def sources_cited(entries: tuple[Entry, ...], knowledge: Knowledge) -> list[Source]:
    """Every source that some entry names, in the order of their ids."""
    cited = {source for entry in entries for source in entry.item.sources}
    return [knowledge.sources[source] for source in sorted(cited & set(knowledge.sources))]
