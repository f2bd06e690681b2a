"""Which dialect an EHR speaks: its registry entry says so, and whoever is not registered gets the standard."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from cds_hooks.dialects.dialect import Dialect
from cds_hooks.dialects.epic import EPIC
from cds_hooks.dialects.oracle import ORACLE
from cds_hooks.dialects.standard import STANDARD
from cds_hooks.response import HookResponse
from hosting import Ehr, EhrRegistry

_DIALECTS: Mapping[str, Dialect] = {"standard": STANDARD, "epic": EPIC, "oracle": ORACLE}


def dialect_of(ehr: Ehr | None) -> Dialect:
    return _DIALECTS[ehr.card_dialect] if ehr else STANDARD


def in_dialect(response: HookResponse, ehr: Ehr | None) -> HookResponse:
    """The same cards, in the same order, as this EHR takes them."""
    dialect = dialect_of(ehr)
    if ehr is None or dialect is STANDARD:
        return response
    return msgspec.structs.replace(response, cards=tuple(dialect.say(card, ehr) for card in response.cards))


def spoken_hooks(registry: EhrRegistry) -> frozenset[str]:
    """The hooks that any of the registered EHRs calls. Without an EHR, those of the standard."""
    dialects = [dialect_of(ehr) for ehr in registry.ehrs] or [STANDARD]
    return frozenset[str]().union(*(dialect.hooks for dialect in dialects))
