"""The addresses under /cds-services."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from flask import Blueprint, Response, request

from cds_hooks.discovery import discovery, style_of
from cds_hooks.hook_call import MEDIA_TYPE, HookCalls
from clinical import load_knowledge, needs
from hosting import EhrRegistry, Readiness, Settings, report_readiness


def front_door(settings: Settings, registry: EhrRegistry, *, today: Callable[[], date] = date.today) -> Blueprint:
    """The CDS service. Raises ``KnowledgeError`` if the knowledge cannot be loaded.

    ``today`` is the day by this machine's clock and time zone; tests set another one.
    """
    knowledge = load_knowledge(settings.jurisdiction)
    description = discovery(needs(knowledge), style_of(registry))
    calls = HookCalls(settings, registry, knowledge, today)
    blueprint = Blueprint("cds_hooks", __name__)

    @blueprint.get("/cds-services")
    def services() -> Response:
        return Response(description, content_type=MEDIA_TYPE)

    @blueprint.post("/cds-services/<service_id>")
    def call(service_id: str) -> Response:
        return calls.answer(service_id, request)

    report_readiness(blueprint, "knowledge", lambda: Readiness(True, f"{knowledge.version}, {knowledge.jurisdiction}"))
    return blueprint
