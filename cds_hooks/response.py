"""A hook's answer, in the words of the standard: cards with suggestions, links and reasons to override.

Source: CDS Hooks 2.0.1, section CDS Service Response (3.0 adds nothing that is used here). Members without a value are
left out, because null and empty members are prohibited; ``cards`` alone may be empty.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

Indicator = Literal["info", "warning", "critical"]
INDICATORS: tuple[Indicator, ...] = ("info", "warning", "critical")


class Member(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", gc=False):
    """Any object of the answer."""


class Coding(Member, frozen=True, kw_only=True):
    system: str
    code: str
    display: str


class Source(Member, frozen=True, kw_only=True):
    """``topic`` is optional in the standard and demanded by Inferno's CRD kit and by Epic."""

    label: str
    url: str
    topic: Coding


class Action(Member, frozen=True, kw_only=True):
    """``type`` has no default, since members that equal their default are left out.

    ``create`` and ``update`` have a ``resource``, ``delete`` a ``resource_id`` such as MedicationRequest/d1.
    """

    type: Literal["create", "update", "delete"]
    description: str
    resource: dict[str, Any] | None = None
    resource_id: str | None = None


class Suggestion(Member, frozen=True, kw_only=True):
    label: str
    uuid: str
    is_recommended: bool = False
    actions: tuple[Action, ...]


class Link(Member, frozen=True, kw_only=True):
    """``app_context`` only with type ``smart``: it reaches the app in the token response, not in the address."""

    label: str
    url: str
    type: Literal["smart", "absolute"]
    app_context: str | None = None


class Card(Member, frozen=True, kw_only=True):
    """Without ``uuid`` on card and suggestion the EHR sends no feedback."""

    uuid: str
    summary: str
    indicator: Indicator
    detail: str
    source: Source
    suggestions: tuple[Suggestion, ...] = ()
    selection_behavior: Literal["any", "at-most-one"] | None = None
    override_reasons: tuple[Coding, ...] = ()
    links: tuple[Link, ...] = ()


class HookResponse(Member, frozen=True, kw_only=True):
    """``system_actions`` is left out where it is None, and sent where it is empty."""

    cards: tuple[Card, ...]
    system_actions: tuple[Action, ...] | None = None


def as_json(answer: HookResponse) -> bytes:
    return msgspec.json.encode(answer)


def as_objects(answer: HookResponse) -> dict[str, Any]:
    """The same as plain dicts and lists, for those who write JSON themselves."""
    objects: dict[str, Any] = msgspec.json.decode(as_json(answer))
    return objects
