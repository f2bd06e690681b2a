"""Makes something of an item of the knowledge once, and keeps it for as long as the item is in use."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from clinical.knowledge.schema import Proposal

Made = TypeVar("Made")
_MOST_KEPT = 1024


def once_per_item(make: Callable[[Proposal], Made]) -> Callable[[Proposal], Made]:
    """Like ``functools.cache``, which would read the whole item at each call to tell it from others: an item never
    changes, so that being the same object is enough."""
    kept: dict[int, tuple[Proposal, Made]] = {}

    @wraps(make)
    def found_or_made(item: Proposal) -> Made:
        entry = kept.get(id(item))
        if entry is None or entry[0] is not item:
            if len(kept) >= _MOST_KEPT:
                kept.clear()
            entry = kept[id(item)] = (item, make(item))
        return entry[1]

    return found_or_made
