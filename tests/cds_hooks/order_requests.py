"""Order hooks as an EHR would send them, made of few words: ``order_call([draft("24947")], selected=["d1"])``."""

from __future__ import annotations

from typing import Any

from tests.cds_hooks.hook_requests import ALL_NORMAL, PATIENT, full_prefetch, request

SELECT, SIGN = "/cds-services/rls-supplement-select", "/cds-services/rls-supplement-sign"
IRON, LEVOTHYROXINE, MAGNESIUM, AMOXICILLIN, MIRTAZAPINE = "24947", "10582", "6582", "723", "15996"
IRON_IS_LOW: dict[str, Any] = ALL_NORMAL | {"ferritin": "22 ng/mL"}
SATURATED: dict[str, Any] = ALL_NORMAL | {"ferritin": "60 ng/mL", "transferrin_saturation": "52 %"}


def draft(rxnorm: str, id: str | None = "d1", **more: Any) -> dict[str, Any]:
    coding = {"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": rxnorm, "display": f"drug {rxnorm}"}
    named = {"id": id} if id else {}
    return {
        "resourceType": "MedicationRequest",
        **named,
        "status": "draft",
        "intent": "order",
        "subject": {"reference": f"Patient/{PATIENT}"},
        "medicationCodeableConcept": {"coding": [coding]},
        **more,
    }


def order_call(
    drafts: list[dict[str, Any]], *, selected: list[str] | None = None, hook: str = "order-select",
    prefetch: dict[str, Any] | None = None, **results: Any,
) -> dict[str, Any]:  # fmt: skip
    """``selected`` are ids; all of them where it is not given. ``prefetch`` overrides single keys."""
    ids = [one.get("id") for one in drafts] if selected is None else selected
    context = request(None)["context"] | {"draftOrders": bundle(*drafts)}
    if hook == "order-select":
        by_id = {one.get("id"): one["resourceType"] for one in drafts}
        context["selections"] = [f"{by_id.get(id, 'MedicationRequest')}/{id}" for id in ids]
    body = request(full_prefetch(**(results or ALL_NORMAL)) | (prefetch or {}))
    return body | {"hook": hook, "context": context}


def bundle(*drafts: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in drafts]}
