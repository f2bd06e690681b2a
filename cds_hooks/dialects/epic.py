"""Epic: one action per suggestion, any of them may be chosen, and only what Epic can carry out.

Source: Epic's CDS Hooks tutorial, as others have transcribed it. A suggestion with several actions is not accepted,
``selectionBehavior`` is ``any`` or nothing; the action's description is shown and the label is not; what can be done to
an unsigned order is to create or to delete a MedicationRequest or ServiceRequest. Cards have what Epic needs beside
these anyhow: a uuid for feedback, a ``source.topic.code`` of letters and digits that never changes, and a link into an
app that is registered beforehand.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from cds_hooks.dialects.dialect import Dialect
from cds_hooks.response import Action, Card, Suggestion
from hosting import Ehr, new_uuid

_ORDERS = frozenset({"MedicationRequest", "ServiceRequest"})


def _say(card: Card, _: Ehr) -> Card:
    """What falls away is told in the card's detail all the same: an instruction to add to an order stands there too."""
    suggestions = tuple(single for suggestion in card.suggestions for single in _singles(suggestion))
    return msgspec.structs.replace(card, suggestions=suggestions, selection_behavior="any" if suggestions else None)


def _singles(suggestion: Suggestion) -> Iterator[Suggestion]:
    """One suggestion for each action, all recommended alike. The first keeps the uuid."""
    possible = [action for action in suggestion.actions if _can_be_done(action)]
    if len(possible) == len(suggestion.actions) == 1:
        yield suggestion
        return
    for place, action in enumerate(possible):
        uuid = suggestion.uuid if place == 0 else new_uuid()
        yield msgspec.structs.replace(suggestion, label=action.description, uuid=uuid, actions=(action,))


def _can_be_done(action: Action) -> bool:
    if action.type == "create" and action.resource is not None:
        return action.resource.get("resourceType") in _ORDERS
    return action.type == "delete" and str(action.resource_id).partition("/")[0] in _ORDERS


EPIC = Dialect(frozenset({"patient-view", "order-select", "order-sign"}), _say)
