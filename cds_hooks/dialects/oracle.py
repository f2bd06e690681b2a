"""Oracle Health: only patient-view is called, and a critical card interrupts the clinician with a pop-up.

Source: Oracle Health's CDS Hooks page, a draft of 2021. The other cards stand in a sidebar; links that the site has not
allowed are removed, and ours always lead to one address. What is critical here is never a matter of minutes (intended
use), so it goes to the head of the sidebar unless the site asks for pop-ups.
"""

from __future__ import annotations

import msgspec

from cds_hooks.dialects.dialect import Dialect
from cds_hooks.response import Card
from hosting import Ehr


def _say(card: Card, ehr: Ehr) -> Card:
    if card.indicator == "critical" and not ehr.critical_pop_ups:
        return msgspec.structs.replace(card, indicator="warning")
    return card


ORACLE = Dialect(frozenset({"patient-view"}), _say)
