"""Proposals as suggestions that an EHR can carry out with one click: always drafts, to be signed or dropped there.

Source: CDS Hooks 2.0.1 sections Suggestion and Action. Orders for one proposal belong together (actions are AND-ed);
referral and advice have no order and stand in the card's detail.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cds_hooks.markdown import plain_own
from cds_hooks.order_codes import NO_ORDER_CODES, OrderCodes
from cds_hooks.response import Action, Suggestion
from clinical import Proposal
from hosting import new_uuid


def suggestions_of(proposals: Iterable[Proposal], codes: OrderCodes = NO_ORDER_CODES) -> tuple[Suggestion, ...]:
    """One suggestion per proposal that has orders. ``codes`` are those by which the EHR orders them."""
    return tuple(_suggestion(proposal, codes) for proposal in proposals if proposal.resources)


def _suggestion(proposal: Proposal, codes: OrderCodes) -> Suggestion:
    return Suggestion(
        label=plain_own(proposal.label),
        uuid=new_uuid(),
        is_recommended=proposal.preselected,
        actions=tuple(_action(codes.coded(resource, proposal.id), proposal.label) for resource in proposal.resources),
    )


def _action(resource: dict[str, Any], label: str) -> Action:
    return Action(type="create", description=plain_own(_description(resource, label)), resource=resource)


def _description(resource: dict[str, Any], label: str) -> str:
    """Some EHRs show this instead of the label, so that it has to say by itself what is ordered."""
    ordered = label.removeprefix("Consider ")
    if resource["resourceType"] == "ServiceRequest":
        ordered = resource["code"].get("text", ordered)
    return f"Draft order: {ordered}"
