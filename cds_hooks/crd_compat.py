"""What Inferno's CRD test kit wants beyond CDS Hooks, for the EHRs whose registry entry says ``crd_compat``.

Source: davinci-crd-test-kit 0.13.0, ``cards_validation.rb``: an answer at order-sign has ``systemActions``, be they
none. CDS Hooks 2.0.1 has an empty array left out, hence the switch. Whatever else the kit asks of a card, every card
has.
"""

from __future__ import annotations

import msgspec

from cds_hooks.response import HookResponse
from hosting import Ehr

_WITH_SYSTEM_ACTIONS = frozenset({"appointment-book", "order-sign", "order-dispatch"})


def as_crd_wants(response: HookResponse, hook: str, ehr: Ehr | None) -> HookResponse:
    """No system action is ever taken: those are for services that an EHR has agreed to let act by themselves."""
    if ehr is None or not ehr.crd_compat or hook not in _WITH_SYSTEM_ACTIONS:
        return response
    return msgspec.structs.replace(response, system_actions=())
