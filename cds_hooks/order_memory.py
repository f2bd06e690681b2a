"""What was said of an order at order-select is not said again at order-sign, unless the order changed.

Kept for 24 hours, as a keyed hash of EHR, patient, user, rule and the order without its id, status and dates, nor what
an EHR writes around it on saving: meta, narrative and identifiers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from cds_hooks.keyed_hash import KeyedHash
from cds_hooks.occasion import Occasion
from hosting import Database, DatabaseFault, Settings, derived_key, log

_SECONDS = 86_400
# What an EHR changes between choosing and signing without changing the order.
_NOT_THE_ORDER = frozenset({"id", "status", "meta", "text", "identifier"})
# At least a month: four digits alone are as likely a code, and an order with another code is another order.
_DATE = re.compile(r"\d{4}-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01])(T.*)?)?", re.ASCII)


class Remark(NamedTuple):
    """A rule that has something to say of an order; ``order`` is the resource as it was meant."""

    rule: str
    order: Mapping[str, Any]


class OrderMemory:
    """Shared by all workers and machines. If the database is away, nothing counts as said before."""

    def __init__(self, settings: Settings, database: Callable[[], Database]) -> None:
        self._keyed = KeyedHash(derived_key(settings, "memory of orders"))
        self._database = database

    def said_before(self, occasion: Occasion, remarks: Iterable[Remark]) -> frozenset[int]:
        """The places in ``remarks`` of those that were remembered within 24 hours."""
        keys = [self._key(occasion, remark) for remark in remarks]
        try:
            said = self._database().was_shown(keys) if keys else frozenset()
        except DatabaseFault as fault:
            log.error("orders not looked up", error=str(fault))
            return frozenset()
        return frozenset(place for place, key in enumerate(keys) if key in said)

    def remember(self, occasion: Occasion, remarks: Iterable[Remark]) -> None:
        """To be called once the clinician is certain to be told."""
        keys = {self._key(occasion, remark) for remark in remarks}
        try:
            if keys:
                self._database().remember_shown(keys, _SECONDS)
        except DatabaseFault as fault:
            log.error("orders not remembered", error=str(fault))

    def _key(self, occasion: Occasion, remark: Remark) -> str:
        return occasion.key(self._keyed, remark.rule, content_of(remark.order))


def content_of(order: Mapping[str, Any]) -> str:
    """By what an order is known again, whatever an EHR calls it and whenever it is written."""
    kept = {name: value for name, value in order.items() if name not in _NOT_THE_ORDER}
    return json.dumps(_lasting(kept), sort_keys=True, default=str)


def _lasting(part: Any, name: str = "") -> Any:
    """The part without ids and dates, at any depth; what is then empty is left out. A code is a code, whatever it
    looks like."""
    if isinstance(part, Mapping):
        kept = {name: _lasting(value, name) for name, value in part.items() if name != "id"}
        return {name: value for name, value in kept.items() if value not in (None, {}, [], "")}
    if isinstance(part, list | tuple):
        return [_lasting(item) for item in part]
    return None if isinstance(part, str) and name != "code" and _DATE.fullmatch(part) else part
