"""A hook call without prefetch, to an EHR that takes 200 ms for every answer."""

from __future__ import annotations

import json
import statistics
import tempfile
from pathlib import Path

from benchmarks.calling import call
from benchmarks.servers import product
from benchmarks.slow_ehr import SlowEhr, answering

SECONDS = 0.2
_CLIENT = "rls-nutrients"


def without_prefetch(haste: int = 1) -> list[str]:
    with answering(SlowEhr(SECONDS)) as ehr, tempfile.TemporaryDirectory() as folder:
        registry = Path(folder) / "registry.toml"
        registry.write_text(f'[[ehr]]\nname = "slow"\nfhir_base = "{ehr.base}"\nclient_id = "{_CLIENT}"\n')
        with product({"RLS_EHR_REGISTRY": str(registry)}) as server:
            call(server, _body(ehr.base), 2)
            walls = call(server, _body(ehr.base), max(5, 20 // haste))
            ehr.asked_at.clear()
            call(server, _body(ehr.base), 1)
            requests, rounds = len(ehr.asked_at), ehr.rounds()
    return [
        "| p50 ms | requests | sequential rounds |",
        "|---|---|---|",
        f"| {statistics.median(walls) * 1000:.0f} | {requests} | {rounds} |",
    ]


def _body(fhir_server: str) -> bytes:
    authorization = {"access_token": "b" * 32, "token_type": "Bearer", "expires_in": 300, "subject": _CLIENT}
    request = {
        "hook": "patient-view",
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "fhirServer": fhir_server,
        "fhirAuthorization": {**authorization, "scope": "patient/*.rs", "patient": "bench"},
        "context": {"userId": "Practitioner/1", "patientId": "bench"},
    }
    return json.dumps(request).encode()
