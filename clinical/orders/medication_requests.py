"""A supplement to consider, as a FHIR R4 MedicationRequest: always a draft, always a proposal, never signed here.

What a proposal's orders have in common is prepared once and kept as JSON text. Reading that text anew for each call
costs a few microseconds and gives every caller parts of its own, so that nobody can spoil another patient's order.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import msgspec

from clinical.knowledge.once import once_per_item
from clinical.knowledge.order_schema import MedicationOrder
from clinical.knowledge.schema import Proposal
from clinical.orders.codings import coding, concept, number, quantity, references, sentences, subject

# Both ends of a Period count as included (FHIR R4, datatypes, Period): day 1 and 89 more make 90.
VALID_DAYS = 90
ROUTES = {
    "oral": ("26643006", "Oral route"),
    "intramuscular": ("78421000", "Intramuscular route"),
}


def draft_medication_request(
    proposal: Proposal,
    patient_reference: str | None,
    today: date,
    reason_references: tuple[str, ...] = (),
    note_extra: str = "",
) -> dict[str, Any]:
    """The order of a proposal of kind ``medication`` for one patient (FHIR R4, MedicationRequest).

    ``reason_references`` point to the Observations that led here, ``note_extra`` tells the cautions that apply.
    The result belongs to the caller: no part of it is shared. Raises `ValueError` for any other kind of proposal.
    """
    order: dict[str, Any] = msgspec.json.decode(_template(proposal))
    order["subject"] = subject(patient_reference)
    order["authoredOn"] = today.isoformat()
    order["reasonReference"] = references(reason_references)
    if not reason_references:
        del order["reasonReference"]
    if note_extra:
        order["note"].append({"text": note_extra})
    last = today + timedelta(days=VALID_DAYS - 1)
    order["dispenseRequest"] = {"validityPeriod": {"start": today.isoformat(), "end": last.isoformat()}}
    return order


@once_per_item(at_most=1024)
def _template(proposal: Proposal) -> bytes:
    """Everything but patient, dates, reasons and cautions; their places are held so that the order reads as in R4."""
    medication = proposal.medication
    if medication is None:
        raise ValueError(f"{proposal.id} is of kind {proposal.kind}: it is no medication order")
    return msgspec.json.encode(
        {
            "resourceType": "MedicationRequest",
            "status": "draft",
            "intent": "proposal",
            "medicationCodeableConcept": concept(medication.codings, medication.product),
            "subject": None,
            "authoredOn": None,
            "reasonReference": None,
            "note": [{"text": medication.note}],
            "dosageInstruction": [_dosage(medication)],
        }
    )


def _dosage(medication: MedicationOrder) -> dict[str, Any]:
    dosage: dict[str, Any] = {"text": sentences(medication.dose_text, medication.instruction)}
    if medication.patient_instruction:
        dosage["patientInstruction"] = medication.patient_instruction
    route, display = ROUTES[medication.route]
    return dosage | {
        "timing": {"repeat": _repeat(medication)},
        "route": {"coding": [coding("snomed", route, display)]},
        "doseAndRate": [{"doseQuantity": quantity(medication.dose)}],
    }


def _repeat(medication: MedicationOrder) -> dict[str, Any]:
    timing = medication.timing
    return {
        "boundsDuration": quantity(medication.duration),
        "frequency": timing.frequency,
        "period": number(timing.period),
        "periodUnit": timing.period_unit,
    }
