"""The response checks of Inferno's CRD test kit, restated: what it says of every card, suggestion and action.

Source: inferno-framework/davinci-crd-test-kit 0.13.0, ``cards_validation.rb`` and ``suggestion_actions_validation.rb``
(checks 1 to 5 and 7 to 13); the link rule 14 is ours. Check 6 is about payers' system actions, which this service never
sends. On top of it: what CDS Hooks itself forbids, such as empty members.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

from fhir.resources.R4B import get_fhir_model_class

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
HTML = re.compile(r"<[A-Za-z/!?]")


def faults(answer: Any) -> list[str]:
    """Everything that is wrong with the answer to a hook call; empty if Inferno would pass it."""
    if not isinstance(answer, dict) or not isinstance(answer.get("cards"), list):
        return ["cards must be present and an array"]
    found = [f"{path} is empty" for path in empties(answer["cards"])]
    for place, card in enumerate(answer["cards"]):
        found += [f"card {place}: {fault}" for fault in _card(card)]
    ids = [one["uuid"] for card in answer["cards"] for one in (card, *card.get("suggestions", ())) if "uuid" in one]
    return found + (["a uuid stands twice"] if len(set(ids)) < len(ids) else [])


def _card(card: dict[str, Any]) -> Iterator[str]:
    yield from _typed(card, {"summary": str, "indicator": str, "source": dict}, required=True)
    yield from _typed(
        card, {"uuid": str, "detail": str, "suggestions": list, "overrideReasons": list, "links": list}, required=False
    )
    if len(card["summary"]) >= 140 or "\n" in card["summary"]:
        yield "summary is not one line of fewer than 140 characters"
    if card["indicator"] not in ("info", "warning", "critical"):
        yield "indicator is none of info, warning, critical"
    if not UUID.fullmatch(card.get("uuid", "")):
        yield "uuid is not a lower-case UUID"
    if HTML.search(card["summary"] + card.get("detail", "")):
        yield "HTML in summary or detail"
    yield from _source(card["source"])
    yield from _suggestions(card)
    for reason in card.get("overrideReasons", ()):
        yield from _typed(reason, {"code": str, "system": str, "display": str}, required=True)
    for link in card.get("links", ()):
        yield from _link(link)
    if len({link["type"] for link in card.get("links", ())}) > 1:
        yield "absolute and smart links on one card"


def _source(source: dict[str, Any]) -> Iterator[str]:
    yield from _typed(source, {"label": str, "topic": dict}, required=True)
    yield from _typed(source.get("topic", {}), {"code": str, "system": str}, required=True)
    if not re.fullmatch(r"[A-Za-z0-9]{1,100}", source.get("topic", {}).get("code", "")):
        yield "source.topic.code is not of letters and digits"


def _suggestions(card: dict[str, Any]) -> Iterator[str]:
    suggestions = card.get("suggestions", [])
    behaviour = card.get("selectionBehavior")
    if suggestions and behaviour not in ("any", "at-most-one"):
        yield "selectionBehavior must stand with suggestions"
    if behaviour == "at-most-one" and sum(bool(one.get("isRecommended")) for one in suggestions) > 1:
        yield "more than one suggestion is recommended"
    for suggestion in suggestions:
        yield from _typed(suggestion, {"label": str, "uuid": str, "actions": list}, required=True)
        if not UUID.fullmatch(suggestion.get("uuid", "")):
            yield "a suggestion's uuid is not a lower-case UUID"
        for action in suggestion.get("actions", ()):
            yield from _action(action)


def _action(action: dict[str, Any]) -> Iterator[str]:
    yield from _typed(action, {"type": str, "description": str}, required=True)
    if action.get("type") not in ("create", "update", "delete"):
        yield "action.type is none of create, update, delete"
    if action.get("type") in ("create", "update"):
        yield from _resource(action.get("resource"))
    if action.get("type") == "delete" and not re.fullmatch(r"\w+/[\w.-]+", str(action.get("resourceId"))):
        yield "resourceId of a delete is no relative reference"


def _resource(resource: Any) -> Iterator[str]:
    if not isinstance(resource, dict):
        yield "action.resource is missing"
        return
    try:
        get_fhir_model_class(resource["resourceType"]).model_validate(resource)
    except ValueError as error:
        yield f"action.resource is not valid R4: {error}"


def _link(link: dict[str, Any]) -> Iterator[str]:
    yield from _typed(link, {"label": str, "type": str, "url": str}, required=True)
    address = urlsplit(link.get("url", ""))
    if address.scheme not in ("http", "https") or not address.netloc:
        yield "a link's url is not absolute"
    if link.get("type") not in ("absolute", "smart"):
        yield "a link's type is none of absolute, smart"
    if link.get("type") == "absolute" and "appContext" in link:
        yield "appContext on an absolute link"
    if link.get("type") == "smart" and {"iss", "launch"} & parse_qs(address.query).keys():
        yield "a smart link carries iss or launch"


def _typed(part: dict[str, Any], members: dict[str, type], *, required: bool) -> Iterator[str]:
    for name, type_ in members.items():
        if name not in part:
            if required:
                yield f"{name} is missing"
        elif not isinstance(part[name], type_) or not part[name]:
            yield f"{name} is empty or not a {type_.__name__}"


def empties(value: Any, path: str = "answer") -> Iterator[str]:
    """The path of every null, empty text, empty array and empty object, all of which CDS Hooks prohibits."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in parts:
        if part is None or part in ("", [], {}):
            yield f"{path}.{name}"
        yield from empties(part, f"{path}.{name}")
