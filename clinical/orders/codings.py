"""FHIR datatypes that both kinds of order need."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from clinical.knowledge.loading import Knowledge
from clinical.knowledge.naming import unit_in_words
from clinical.knowledge.order_schema import SYSTEMS, Amount, LaboratoryOrder, MedicationOrder, OrderCoding

UCUM = "http://unitsofmeasure.org"


def coding(system: str, code: str, display: str) -> dict[str, Any]:
    """A Coding; ``system`` is the knowledge's short word for it."""
    return {"system": SYSTEMS[system], "code": code, "display": display}


def codings_of_orders(knowledge: Knowledge) -> dict[str, tuple[tuple[tuple[str, str], ...], ...]]:
    """By proposal id, for each of its orders the codes with their systems; a referral or advice orders nothing."""
    found: dict[str, tuple[tuple[tuple[str, str], ...], ...]] = {}
    for name, proposal in knowledge.proposals.items():
        orders = (proposal.medication,) if proposal.medication else proposal.laboratory
        if orders:
            found[name] = tuple(systems_and_codes(order) for order in orders)
    return found


def systems_and_codes(order: MedicationOrder | LaboratoryOrder) -> tuple[tuple[str, str], ...]:
    """The codes of one order, each with the address of its system."""
    return tuple((SYSTEMS[one.system], one.code) for one in order.codings)


def concept(codings: tuple[OrderCoding, ...], text: str) -> dict[str, Any]:
    """A CodeableConcept. Where the knowledge holds no code, the text alone: an empty list is not FHIR."""
    coded = [coding(one.system, one.code, one.display) for one in codings]
    return {"coding": coded, "text": text} if coded else {"text": text}


def quantity(amount: Amount) -> dict[str, Any]:
    """A Quantity with its UCUM code, and the unit as people read it ("tablet" for {tablet})."""
    return {
        "value": number(amount.value),
        "unit": unit_in_words(amount.unit, amount.value),
        "system": UCUM,
        "code": amount.unit,
    }


def number(value: Decimal) -> int | float:
    """A JSON number that reads as the knowledge wrote it: 12, not 12.0; 0.4, not 0.40000000000000002."""
    return int(value) if value == value.to_integral_value() else float(value)


def references(all_references: tuple[str, ...]) -> list[dict[str, str]]:
    return [{"reference": reference} for reference in all_references]


def subject(patient_reference: str | None) -> dict[str, str]:
    """Who the order is for. FHIR demands a subject; a chart whose Patient has no id gets words, never a guessed id."""
    return {"reference": patient_reference} if patient_reference else {"display": "The patient of this chart"}


def sentences(*texts: str) -> str:
    """Joins texts into one paragraph, each ending in a full stop."""
    return " ".join(text if text.endswith((".", "!", "?")) else f"{text}." for text in texts if text)
