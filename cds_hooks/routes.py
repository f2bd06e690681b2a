"""The addresses under /cds-services."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from flask import Blueprint, Response, request

from cds_hooks.authentication import Authentication
from cds_hooks.committee_counts import counts_of
from cds_hooks.cors import add_cors
from cds_hooks.dialects import spoken_hooks
from cds_hooks.discovery import discovery, style_of
from cds_hooks.feedback_calls import FeedbackCalls
from cds_hooks.hook_call import MEDIA_TYPE, HookCalls
from cds_hooks.metrics import MEDIA_TYPE as METRICS_MEDIA_TYPE
from cds_hooks.metrics import as_metrics
from cds_hooks.order_codes import check_order_codes
from cds_hooks.switches import check_switches
from cds_hooks.witness import add_witness
from clinical import load_knowledge, needs, prepare
from hosting import (
    Database,
    DatabaseFault,
    EhrRegistry,
    Readiness,
    Settings,
    database_of,
    log,
    measured,
    outcome_response,
    report_readiness,
)
from terminology import ANALYTES


def front_door(settings: Settings, registry: EhrRegistry, *, today: Callable[[], date] = date.today) -> Blueprint:
    """The CDS service. Raises ``KnowledgeError`` if the knowledge, ``RegistryError`` if a file of keys cannot be read,
    or if the registry names what does not exist.

    ``today`` is the day by this machine's clock and time zone; tests set another one.
    """
    check_switches(registry)
    registry.check_local_codes(ANALYTES)
    knowledge = load_knowledge(settings.jurisdiction)
    check_order_codes(registry, knowledge)
    prepare(knowledge)
    description = discovery(needs(knowledge, with_open_orders=True), style_of(registry), spoken_hooks(registry))
    authentication = Authentication(settings, registry, lambda: database_of(settings))
    feedbacks = FeedbackCalls(authentication, lambda: database_of(settings))
    calls = HookCalls(settings, registry, authentication, knowledge, today)
    blueprint = Blueprint("cds_hooks", __name__)

    @blueprint.get("/cds-services")
    def services() -> Response:
        return Response(description, content_type=MEDIA_TYPE)

    @blueprint.post("/cds-services/<service_id>")
    def call(service_id: str) -> Response:
        return calls.answer(service_id, request)

    @blueprint.post("/cds-services/<service_id>/feedback")
    def feedback(service_id: str) -> Response:
        return feedbacks.answer(service_id, request)

    @blueprint.get("/metrics")
    def metrics() -> Response:
        return Response(measured() + _card_metrics(settings), content_type=METRICS_MEDIA_TYPE)

    blueprint.register_error_handler(DatabaseFault, _try_again)
    add_cors(blueprint, settings, registry)
    add_witness(blueprint, settings)
    report_readiness(blueprint, "knowledge", lambda: Readiness(True, f"{knowledge.version}, {knowledge.jurisdiction}"))
    report_readiness(blueprint, "database", lambda: _database_readiness(database_of(settings)))
    return blueprint


def _card_metrics(settings: Settings) -> str:
    """Empty while the database is away: that is when the other numbers are wanted most."""
    try:
        return as_metrics(counts_of(database_of(settings)))
    except DatabaseFault as fault:
        log.error("cards not counted", error=str(fault))
        return ""


def _database_readiness(database: Database) -> Readiness:
    database.check()
    return Readiness(True, database.kind)


def _try_again(fault: DatabaseFault) -> Response:
    """Without the database no token can be told from a replay, and no feedback be kept."""
    log.error("database away", error=str(fault))
    return outcome_response(503, "transient", "The service's database does not answer; please try again.")
