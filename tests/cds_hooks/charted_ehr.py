"""An EHR that holds a chart, and hook calls that give leave to read it: ``asking(ehr, only="iron")``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient

from hosting import EhrRegistry
from tests.cds_hooks.conftest import client_of
from tests.cds_hooks.hook_requests import PATIENT, full_prefetch, request
from tests.ehr_reader.mock_ehr import Call, MockEhr, Reply, searchset

CLIENT_ID = "rls-nutrients"
TOKEN = "very-secret-token"
SCOPES = "launch patient/*.rs"
ADDRESS = "/cds-services/rls-nutrients"


def holding(**results: Any) -> Callable[[Call], Reply]:
    """Answers any search from a chart with these results, as ``hook_requests.call`` takes them."""
    found: list[dict[str, Any]] = []
    for value in full_prefetch(**results).values():
        entries = (value or {}).get("entry")
        found += [entry["resource"] for entry in entries] if entries else [value] if value and "id" in value else []

    def answer(call: Call) -> Reply:
        kind, _, id = call.path.partition("/")
        if id:
            return Reply(body=next(one for one in found if one["resourceType"] == kind and one["id"] == id))
        wanted = {word.rpartition("|")[2] for word in call.parameters.get("code", "").split(",")}
        return Reply(body=searchset(*(one for one in found if one["resourceType"] == kind and _fits(one, wanted))))

    return answer


def _fits(resource: dict[str, Any], codes: set[str]) -> bool:
    return codes == {""} or any(coding["code"] in codes for coding in resource["code"]["coding"])


def asking(ehr: MockEhr, prefetch: dict[str, Any] | None = None, **authorization: Any) -> dict[str, Any]:
    """A hook call with ``prefetch``, and with leave to read the rest; ``authorization`` overrides its members."""
    given = {
        "access_token": TOKEN,
        "token_type": "Bearer",
        "expires_in": 300,
        "scope": SCOPES,
        "subject": CLIENT_ID,
        "patient": PATIENT,
    } | authorization
    members = {name: value for name, value in given.items() if value is not None}
    return request(prefetch) | {"fhirServer": ehr.base, "fhirAuthorization": members}


def service_of(ehr: MockEhr, *, settings: dict[str, Any] | None = None, **words: Any) -> FlaskClient:
    """A CDS service that knows this EHR; ``words`` are those of its registry entry."""
    entry = {"name": "mock", "fhir_base": ehr.base, "client_id": CLIENT_ID} | words
    return client_of(EhrRegistry.model_validate({"ehr": [entry]}), **(settings or {}))
