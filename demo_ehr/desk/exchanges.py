"""What passed between the demo EHR and the CDS service, kept for the inspector; and the visits it belongs to.

All in memory and few: the oldest go first.
"""

from __future__ import annotations

import uuid
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Any, Generic, TypeVar

MOST_KEPT = 300


def new_id() -> str:
    return uuid.uuid4().hex[:12]


@dataclass(frozen=True)
class Exchange:
    """One HTTP call. Tokens are not in here: ``headers`` and ``request`` tell what they say instead.

    ``problem`` is a sentence where the answer is not what was hoped for; ``status`` is None where none came.
    """

    hook: str
    service: str
    address: str
    headers: dict[str, str]
    claims: dict[str, Any]
    request: dict[str, Any]
    at: datetime
    milliseconds: int
    status: int | None = None
    answer: Any = None
    problem: str | None = None
    id: str = field(default_factory=new_id)

    @property
    def cards(self) -> list[dict[str, Any]]:
        found = self.answer.get("cards") if isinstance(self.answer, dict) else None
        return [card for card in found if isinstance(card, dict)] if isinstance(found, list) else []


@dataclass
class DeskVisit:
    """One moment at the desk: a hook, what the services said, and what the clinician did with each card.

    Cards belong to it and to nothing else: opening the chart again is another visit. ``outcomes`` are words by card,
    ``accepted`` the ids of suggestions.
    """

    patient_id: str
    hook: str
    exchanges: list[Exchange]
    outcomes: dict[str, str] = field(default_factory=dict)
    accepted: set[str] = field(default_factory=set)
    id: str = field(default_factory=new_id)
    _lock: Lock = field(default_factory=Lock, repr=False, compare=False)

    def accept(self, suggestion: str) -> bool:
        """Whether it was not accepted before; of two clicks at the same moment one is the first."""
        with self._lock:
            if suggestion in self.accepted:
                return False
            self.accepted.add(suggestion)
            return True

    def card(self, uuid: str) -> tuple[Exchange, dict[str, Any]] | None:
        for exchange in self.exchanges:
            for card in exchange.cards:
                if card.get("uuid") == uuid:
                    return exchange, card
        return None

    @property
    def problems(self) -> list[str]:
        if not self.exchanges:
            return ["The CDS service did not say what it offers; nothing was asked of it."]
        return list(dict.fromkeys(exchange.problem for exchange in self.exchanges if exchange.problem))

    @property
    def cards(self) -> int:
        return sum(len(exchange.cards) for exchange in self.exchanges)


Kept = TypeVar("Kept", Exchange, DeskVisit)


class Shelf(Generic[Kept]):
    """The last few of something, by id."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._lock = Lock()

    def keep(self, one: Kept) -> Kept:
        with self._lock:
            self._kept[one.id] = one
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return one

    def get(self, id: str | None) -> Kept | None:
        return self._kept.get(id or "")

    def newest_first(self) -> list[Kept]:
        with self._lock:
            return list(reversed(self._kept.values()))

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()
