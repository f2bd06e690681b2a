"""Proves that every order this knowledge can propose is valid FHIR R4, before any patient is met."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from pydantic import ValidationError

from clinical.knowledge.loading import Knowledge
from clinical.knowledge.schema import Proposal
from clinical.orders.medication_requests import VALID_DAYS, draft_medication_request
from clinical.orders.service_requests import draft_service_requests

SAMPLE_PATIENT = "Patient/sample"
SAMPLE_REASONS = ("Observation/sample",)
SAMPLE_DAY = date(2026, 1, 31)


def check_orders(knowledge: Knowledge) -> list[str]:
    """A sentence for each thing that is wrong with an order drafted from ``knowledge``; none when all are sound.

    Renders every proposal for a sample patient and reads it with the R4B models of fhir.resources. Takes seconds the
    first time, since those models are only imported here: ``rls-nutrients knowledge check`` asks it, no start does.
    """
    return [
        f"{proposal.id}: {fault}"
        for proposal in knowledge.proposals.values()
        for each in proposal.each()
        for order in sample_orders(each)
        for fault in faults_of(order)
    ]


def sample_orders(proposal: Proposal) -> list[dict[str, Any]]:
    """The proposal's orders for a sample patient; none for a referral or advice."""
    if proposal.kind == "medication":
        cautions = "A caution that applies."
        return [draft_medication_request(proposal, SAMPLE_PATIENT, SAMPLE_DAY, SAMPLE_REASONS, cautions)]
    if proposal.kind == "laboratory":
        return draft_service_requests(proposal, SAMPLE_PATIENT, SAMPLE_DAY, 84, SAMPLE_REASONS)
    return []


def faults_of(order: dict[str, Any]) -> list[str]:
    """What of one order is not FHIR R4, or more than a draft proposal of 90 days."""
    return [*_model_faults(order), *_house_faults(order), *_empty_parts(order, "")]


def _model_faults(order: dict[str, Any]) -> list[str]:
    from fhir.resources.R4B.medicationrequest import MedicationRequest  # noqa: PLC0415
    from fhir.resources.R4B.servicerequest import ServiceRequest  # noqa: PLC0415

    models: dict[str, Any] = {"MedicationRequest": MedicationRequest, "ServiceRequest": ServiceRequest}
    try:
        models[order["resourceType"]].model_validate(order)
    except ValidationError as error:
        return [f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in error.errors()]
    return []


def _house_faults(order: dict[str, Any]) -> Iterator[str]:
    if (order.get("status"), order.get("intent")) != ("draft", "proposal"):
        yield "an order leaves here as a draft and a proposal only"
    if "id" in order:
        yield "an order that is to be created has no id"
    period = order.get("dispenseRequest", {}).get("validityPeriod")
    if order["resourceType"] == "MedicationRequest" and not _short_enough(period):
        yield f"the order must be valid for {VALID_DAYS} days at most"


def _short_enough(period: dict[str, str] | None) -> bool:
    if period is None:
        return False
    return date.fromisoformat(period["end"]) - date.fromisoformat(period["start"]) < timedelta(days=VALID_DAYS)


def _empty_parts(part: Any, path: str) -> Iterator[str]:
    """FHIR forbids null, "" and empty lists or objects; many servers refuse the whole resource for one."""
    if part is None or part in ("", [], {}):
        yield f"{path} is empty"
    inner = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    for name, value in inner:
        yield from _empty_parts(value, f"{path}.{name}".lstrip("."))
