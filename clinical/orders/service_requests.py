"""Laboratory tests to consider, as FHIR R4 ServiceRequests: always drafts, always proposals, never sent from here."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import msgspec

from clinical.knowledge.once import once_per_item
from clinical.knowledge.order_schema import LaboratoryOrder
from clinical.knowledge.schema import Proposal
from clinical.orders.codings import coding, concept, references, subject

# SNOMED CT category of laboratory orders, the example binding of R4 ServiceRequest.category.
LABORATORY = coding("snomed", "108252007", "Laboratory procedure")


def draft_service_requests(
    proposal: Proposal,
    patient_reference: str | None,
    today: date,
    after_days: int = 0,
    reason_references: tuple[str, ...] = (),
) -> list[dict[str, Any]]:
    """One ServiceRequest per laboratory order of the proposal (FHIR R4, ServiceRequest), due in ``after_days`` days.

    With ``after_days`` 0 no date of occurrence is given: the test is due when it is ordered. The results belong to the
    caller: no part is shared. Raises `ValueError` where the proposal is not of kind ``laboratory``.
    """
    due = today + timedelta(days=after_days) if after_days else None
    return [
        _filled(msgspec.json.decode(template), patient_reference, today, due, reason_references)
        for template in _templates(proposal)
    ]


def _filled(
    order: dict[str, Any],
    patient_reference: str | None,
    today: date,
    due: date | None,
    reasons: tuple[str, ...],
) -> dict[str, Any]:
    order["subject"] = subject(patient_reference)
    order["authoredOn"] = today.isoformat()
    order["occurrenceDateTime"] = due.isoformat() if due else None
    order["reasonReference"] = references(reasons)
    if due is None:
        del order["occurrenceDateTime"]
    if not reasons:
        del order["reasonReference"]
    return order


@once_per_item(at_most=1024)
def _templates(proposal: Proposal) -> tuple[bytes, ...]:
    if not proposal.laboratory:
        raise ValueError(f"{proposal.id} is of kind {proposal.kind}: it is no laboratory order")
    return tuple(msgspec.json.encode(_template(order)) for order in proposal.laboratory)


def _template(order: LaboratoryOrder) -> dict[str, Any]:
    """Everything but patient, dates and reasons; their places are held so that the order reads as in R4."""
    template: dict[str, Any] = {
        "resourceType": "ServiceRequest",
        "status": "draft",
        "intent": "proposal",
        "category": [{"coding": [LABORATORY]}],
        "code": concept(order.codings, order.text),
        "subject": None,
        "occurrenceDateTime": None,
        "authoredOn": None,
        "reasonReference": None,
    }
    if order.instruction:
        # Collection rules concern the laboratory and the patient alike, and EHRs show the one or the other.
        template |= {"note": [{"text": order.instruction}], "patientInstruction": order.instruction}
    return template
