"""Reads the stories of what is ordered, and turns each into the hook call that an EHR would send for it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import msgspec

from terminology import ATC, LOINC, RXNORM, SNOMED_CT
from tests.vignettes.charts import CODES, bundle_of
from tests.vignettes.stories import Story, merged, read_yaml

KEYS = {
    "Observation": "laboratory", "Condition": "conditions", "MedicationRequest": "medications",
    "MedicationStatement": "medications", "AllergyIntolerance": "allergies", "Procedure": "procedures",
}  # fmt: skip
GTS = "http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation"
_ME = {"reference": "Patient/told"}


class OrderStory(Story, forbid_unknown_fields=True, kw_only=True):
    """``selected`` counts the orders from the first; None selects all."""

    orders: tuple[Any, ...] = ()
    selected: int | None = None
    told: tuple[str, ...] = ()
    offers: tuple[str, ...] = ()
    row: str = ""


def read_order_stories(name: str) -> Iterator[OrderStory]:
    content = read_yaml(name)
    for row, table in content["rows"].items():
        for kind in ("speaking", "silent"):
            for number, chart in enumerate(table[kind], 1):
                told = merged(content["given"], chart) | {"row": row, "id": f"{row}, {kind} {number}"}
                yield msgspec.convert(told, OrderStory, strict=False)


def read_piece_stories(name: str) -> Iterator[OrderStory]:
    """For each product a dose that just reaches its limit, and one so little above it that no other content would."""
    content = read_yaml(name)
    for limit, pieces in content["pieces"].items():
        caution, most = limit.split(" ")
        for code, holds in pieces.items():
            reached = Decimal(most) / Decimal(str(holds))
            beyond = reached * (1 + Decimal("0.5") / max(Decimal(str(holds)), Decimal(1)))
            for dose, told in ((reached, ()), (beyond, (caution,))):
                order = {"code": code, "text": f"product {code}", "dose": f"{dose:.12f} tablet"}
                told_of = {**content["given"], "orders": [order], "told": told, "id": f"{code}, {dose:.4f} pieces"}
                yield msgspec.convert(told_of, OrderStory, strict=False)


def hook_call(story: OrderStory, hook: str = "order-select") -> bytes:
    """The whole call, with everything on file as prefetch."""
    drafts = [_draft(number, order) for number, order in enumerate(story.orders, 1)]
    beside = [_medication(one) for one in story.orders if isinstance(one, dict) and one.get("as") == "beside"]
    context: dict[str, Any] = {
        "userId": "Practitioner/dr1",
        "patientId": "told",
        "draftOrders": {
            "resourceType": "Bundle",
            "type": "collection",
            "entry": [{"resource": one} for one in (*drafts, *beside)],
        },
    }
    if hook == "order-select":
        context["selections"] = [f"{one['resourceType']}/{one['id']}" for one in drafts[: story.selected]]
    call = {
        "hook": hook, "hookInstance": "4e0a3a1e-3283-4575-ab82-028d55fe2719", "context": context,
        "prefetch": _prefetch(story),
    }  # fmt: skip
    return msgspec.json.Encoder(decimal_format="number").encode(call)


def _prefetch(story: Story) -> dict[str, Any]:
    found: dict[str, Any] = {key: [] for key in KEYS.values()}
    patient = None
    for entry in json.loads(bundle_of(story), parse_float=Decimal)["entry"]:
        resource = entry["resource"]
        if resource["resourceType"] == "Patient":
            patient = resource
        else:
            found[KEYS[resource["resourceType"]]].append({"resource": resource})
    bundles = {key: {"resourceType": "Bundle", "type": "searchset", "entry": entries} for key, entries in found.items()}
    return {"patient": patient, "pregnancy": None} | {
        key: one if one["entry"] else None for key, one in bundles.items()
    }


def _draft(number: int, told: Any) -> dict[str, Any]:
    order = told if isinstance(told, dict) else {"drug": told}
    draft = {"id": order.get("id", f"draft-{number}"), "status": order.get("status", "draft"), "intent": "order"}
    if "test" in order:
        code = {"coding": [{"system": LOINC, "code": order["test"]}]}
        return {"resourceType": "ServiceRequest", **draft, "code": code, "subject": _ME}
    if "service" in order:
        return {"resourceType": "ServiceRequest", **draft, "code": {"text": order["service"]}, "subject": _ME}
    if "nutrition" in order:
        supplement = [{"type": {"text": order["nutrition"]}}]
        return {
            "resourceType": "NutritionOrder",
            **draft,
            "patient": _ME,
            "dateTime": "2026-11-22",
            "supplement": supplement,
        }
    renewed = {"priorPrescription": {"reference": f"MedicationRequest/{order['renews']}"}} if "renews" in order else {}
    medication = {**_named(order), "subject": _ME}
    dosage = {"dosageInstruction": [_dosage(order)]}
    return {"resourceType": "MedicationRequest", **draft, **medication, **dosage, **renewed}


def _named(order: dict[str, Any]) -> dict[str, Any]:
    """By its concept; or by a Medication, ``as: contained`` or ``beside`` in the Bundle, or as its ``ingredient``."""
    if "as" not in order:
        return {"medicationCodeableConcept": _drug(order)}
    if order["as"] == "beside":
        return {"medicationReference": {"reference": "Medication/drug"}}
    return {"contained": [_medication(order)], "medicationReference": {"reference": "#drug"}}


def _medication(order: dict[str, Any]) -> dict[str, Any]:
    is_ingredient = order["as"] == "ingredient"
    told = {"ingredient": [{"itemCodeableConcept": _drug(order)}]} if is_ingredient else {"code": _drug(order)}
    return {"resourceType": "Medication", "id": "drug", **told}


def _drug(order: dict[str, Any]) -> dict[str, Any]:
    if "drug" in order:
        return {"coding": [{"system": RXNORM, "code": str(CODES["drugs"][order["drug"]])}], "text": order["drug"]}
    coded = {"code": RXNORM, "atc": ATC, "snomed": SNOMED_CT}
    coding = [{"system": system, "code": order[word]} for word, system in coded.items() if word in order]
    return {"text": order["text"]} | ({"coding": coding} if coding else {})


def _dosage(order: dict[str, Any]) -> dict[str, Any]:
    """``daily: 1 mg`` or ``dose: 2 tablet``, once in ``per: 1 d``."""
    dosage: dict[str, Any] = {"route": {"text": order.get("route", "by mouth")}}
    if told := order.get("daily") or order.get("dose"):
        value, unit = str(told).split(" ", 1)
        period, period_unit = str(order.get("per", "1 d")).split(" ")
        dosage["doseAndRate"] = [{"doseQuantity": {"value": Decimal(value), "unit": unit}}]
        dosage["timing"] = {"repeat": {"frequency": 1, "period": int(period), "periodUnit": period_unit}}
    if "code_of_time" in order:
        dosage["timing"] = {"code": {"coding": [{"system": GTS, "code": order["code_of_time"]}]}}
    return dosage
