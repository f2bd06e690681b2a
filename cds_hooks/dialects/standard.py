"""CDS Hooks 2.0.1 as it is written: cards are sent as they were made."""

from __future__ import annotations

from cds_hooks.dialects.dialect import Dialect
from cds_hooks.response import Card
from hosting import Ehr


def _as_it_is(card: Card, _: Ehr) -> Card:
    return card


STANDARD = Dialect(frozenset({"patient-view", "order-select", "order-sign"}), _as_it_is)
