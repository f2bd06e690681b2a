"""The context of order-select and order-sign: draft orders, and which of them the clinician has just chosen.

Source: CDS Hooks Library, order-select 1.0 and order-sign 1.0 (``draftOrders``: a Bundle; ``selections``: references
into it). An order is kept as it was sent too, byte for byte, so that a changed copy differs in nothing but the change.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec

from cds_hooks.json_body import without_mark
from cds_hooks.order_instructions import holds_instruction, with_instruction, without_instructions
from cds_hooks.raw_json import NOTHING, list_of_objects, member, object_of
from cds_hooks.refusals import NotUnderstood, TooMuch
from clinical import CannotRead, DraftOrder, DraftOrders, OrderResource, decode, read_draft_orders
from clinical import NotJson as Undecodable

ORDER_SELECT, ORDER_SIGN = "order-select", "order-sign"
ORDER_HOOKS = frozenset({ORDER_SELECT, ORDER_SIGN})
# Each is held against the chart and every other: the time grows with the square, and 400 of iron took 20 seconds.
MOST_ORDERS = 200


class _Context(msgspec.Struct, rename="camel", gc=False):
    draft_orders: msgspec.Raw = NOTHING
    selections: Any = None


class _Body(msgspec.Struct, gc=False):
    context: _Context


class OrdersAtHand(NamedTuple):
    """What was drafted, the references of what was selected (at order-sign all), and the resources as sent.

    ``own`` are the sentences that we may have added to an order: they do not make it another one."""

    drafts: DraftOrders
    selected: frozenset[str]
    sent: dict[str, msgspec.Raw]
    own: tuple[str, ...] = ()

    @property
    def at_hand(self) -> list[DraftOrder]:
        return [order for order in self.drafts.orders if order.reference in self.selected]

    def as_meant(self, reference: str) -> dict[str, Any] | None:
        """As sent, with what is known of the drug in place of a reference to it: the Medication behind may be another
        one. For an order that has an id, and the only one with it."""
        if reference not in self.sent:
            return None
        order = without_instructions(msgspec.json.decode(self.sent[reference]), self.own)
        known = next((_drug_of(one) for one in self.drafts.orders if one.reference == reference), None)
        if known and "medicationReference" in order:
            order["medicationReference"] = known
        return order

    def hold(self, reference: str, instruction: str) -> bool:
        """Whether the instruction stands in this order already."""
        return reference in self.sent and holds_instruction(msgspec.json.decode(self.sent[reference]), instruction)

    def with_instruction(self, order: DraftOrder, instruction: str) -> dict[str, Any] | None:
        """A copy of the order with one more instruction for the patient; ``None`` where there is no place for it."""
        if order.reference not in self.sent:
            return None
        try:
            return with_instruction(self.sent[order.reference], instruction)
        except msgspec.ValidationError:
            return None


def _drug_of(order: DraftOrder) -> list[Any] | None:
    """``None`` where what the order refers to was not sent, or is nothing that is known here."""
    groups = sorted(group for item in order.taken for group in item.groups)
    return [order.text, sorted(order.codings), groups] if groups else None


# Made now, by one thread: msgspec ends the process where two meet a class for the first time at once.
_BODY = msgspec.json.Decoder(_Body)


def read_orders(data: bytes, hook: str, patient_id: str) -> OrdersAtHand:
    """``data`` is the body of a call that is known to be sound JSON. Raises ``NotUnderstood`` (400), which names the
    member, and ``TooMuch`` (413)."""
    context = _BODY.decode(without_mark(data)).context
    if not bytes(context.draft_orders).lstrip().startswith(b"{"):
        raise NotUnderstood("context.draftOrders must be a Bundle.")
    bundle, drafts = _drafts(context.draft_orders, patient_id)
    if hook == ORDER_SIGN:
        selected = frozenset(order.reference for order in drafts.orders)
    else:
        selected = frozenset(_selected(_selections(context.selections), bundle, drafts))
    return OrdersAtHand(drafts, selected, dict(_sent(context.draft_orders)))


def _drafts(raw: msgspec.Raw, patient_id: str) -> tuple[OrderResource, DraftOrders]:
    try:
        bundle = decode(bytes(raw), OrderResource)
        if bundle.resource_type != "Bundle":
            raise NotUnderstood("context.draftOrders must be a Bundle.")
        if len(bundle.entry) > MOST_ORDERS:
            raise TooMuch(f"context.draftOrders holds more than {MOST_ORDERS} resources.")
        return bundle, read_draft_orders(bundle, patient_id)
    except (Undecodable, CannotRead):
        raise NotUnderstood("context.draftOrders must be a Bundle of FHIR R4 (4.0.1).") from None


def _selections(value: Any) -> list[str]:
    if not isinstance(value, list) or not value or not all(isinstance(one, str) and one.strip() for one in value):
        raise NotUnderstood("context.selections must be a list of references that is not empty.")
    return value


def _selected(selections: list[str], bundle: OrderResource, drafts: DraftOrders) -> Iterator[str]:
    """By ``Type/id``, by the Bundle's own address or by the bare id: EHRs write all of them. A selected resource that
    is no order of ours is passed over; where none of them is in the Bundle at all, silence would be a wrong answer."""
    versionless = {one.split("/_history/")[0].rstrip("/") for one in selections}
    wanted = versionless | {"/".join(one.split("/")[-2:]) for one in versionless}
    entries = [(entry.full_url, entry.resource) for entry in bundle.entry if entry.resource is not None]
    known = {name for url, one in entries for name in (url, one.id, f"{one.resource_type}/{one.id}") if name}
    if not wanted & known:
        raise NotUnderstood("context.selections names no resource of context.draftOrders.")
    return (order.reference for order in drafts.orders if order.names & wanted)


def _sent(raw: msgspec.Raw) -> Iterator[tuple[str, msgspec.Raw]]:
    """By ``Type/id``; an id that stands twice is nobody's."""
    found: dict[str, list[msgspec.Raw]] = {}
    for entry in list_of_objects(member(object_of(raw), "entry")):
        resource = object_of(member(entry, "resource"))
        kind, own = (_text(member(resource, name)) for name in ("resourceType", "id"))
        if kind and own:
            found.setdefault(f"{kind}/{own}", []).append(entry["resource"])
    yield from ((reference, same[0]) for reference, same in found.items() if len(same) == 1)


def _text(raw: msgspec.Raw) -> str | None:
    value = msgspec.json.decode(raw)
    return value if isinstance(value, str) else None
