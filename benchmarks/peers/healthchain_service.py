"""The peer: HealthChain's CDS Hooks service with one ferritin rule, over dicts or over FHIR models.

Runs in an environment of its own, which has healthchain and not this project: ``python healthchain_service.py PORT``.
"""

from __future__ import annotations

import sys
from typing import Any

import uvicorn
from fhir.resources.bundle import Bundle
from healthchain.gateway.api import HealthChainAPI
from healthchain.gateway.cds import CDSHooksService
from healthchain.models.requests.cdsrequest import CDSRequest
from healthchain.models.responses.cdsresponse import Card, CDSResponse, Source

FERRITIN = "2276-4"
LIMIT = 75


def over_dicts(request: CDSRequest) -> CDSResponse:
    """The quickest way that HealthChain offers: the prefetch as it was parsed."""
    bundle: dict[str, Any] = (request.prefetch or {})["iron"]
    values = [
        entry["resource"]["valueQuantity"]["value"]
        for entry in bundle["entry"]
        if any(coding["code"] == FERRITIN for coding in entry["resource"]["code"]["coding"])
    ]
    return _cards(values)


def over_models(request: CDSRequest) -> CDSResponse:
    """As its documentation shows it: FHIR models of the prefetch."""
    bundle = Bundle.model_validate((request.prefetch or {})["iron"])
    values = [
        float(entry.resource.valueQuantity.value)
        for entry in bundle.entry
        if any(coding.code == FERRITIN for coding in entry.resource.code.coding)
    ]
    return _cards(values)


def _cards(values: list[float]) -> CDSResponse:
    low = [value for value in values if value < LIMIT]
    if not low:
        return CDSResponse(cards=[])
    summary = f"Ferritin {low[0]} ng/mL is below {LIMIT} ng/mL"
    return CDSResponse(cards=[Card(summary=summary, indicator="warning", source=Source(label="Ferritin"))])


def application() -> HealthChainAPI:
    app = HealthChainAPI()
    for name, handler in (("dicts", over_dicts), ("models", over_models)):
        service = CDSHooksService(use_events=False)
        service.config.base_path = f"/{name}"
        service.prefix = f"/{name}"
        service.hook("patient-view", id="ferritin")(handler)
        app.register_service(service, path=f"/{name}")
    return app


if __name__ == "__main__":
    uvicorn.run(application(), host="127.0.0.1", port=int(sys.argv[1]), log_level="error", access_log=False)
