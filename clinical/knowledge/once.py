"""Makes something of the knowledge, or of an item of it, once, and keeps it for as long as that is in use."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

Item = TypeVar("Item")
Made = TypeVar("Made")


def once_per_item(at_most: int) -> Callable[[Callable[[Item], Made]], Callable[[Item], Made]]:
    """Like ``functools.cache``, which would read the whole item at each call to tell it from others: an item never
    changes, so that being the same object is enough. Beyond ``at_most`` items all is forgotten."""

    def keeping(make: Callable[[Item], Made]) -> Callable[[Item], Made]:
        kept: dict[int, tuple[Item, Made]] = {}

        @wraps(make)
        def found_or_made(item: Item) -> Made:
            entry = kept.get(id(item))
            if entry is None or entry[0] is not item:
                if len(kept) >= at_most:
                    kept.clear()
                entry = kept[id(item)] = (item, make(item))
            return entry[1]

        return found_or_made

    return keeping
