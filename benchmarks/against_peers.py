"""Beside HealthChain's CDS Hooks service and the JavaScript CQL engine, each with a single rule."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from benchmarks.bodies import hook_call
from benchmarks.calling import at_once, measured
from benchmarks.peers.installing import PEERS, healthchain, javascript
from benchmarks.servers import free_port, product, running

_CALLS = 400
_HERE = Path(__file__).parent


def against_healthchain(haste: int = 1) -> list[str]:
    python = healthchain()
    if python is None:
        return ["HealthChain could not be installed here: not measured."]
    body, port = hook_call(60), free_port()
    command = [str(python), str(_HERE / "peers" / "healthchain_service.py"), str(port)]
    with product() as ours, running(command, port, "/dicts/cds-services/ferritin") as dicts:
        models = dicts._replace(path="/models/cds-services/ferritin")
        measured({"ours": ours, "dicts": dicts, "models": models}, body, 10, rounds=1)
        calls = _CALLS // haste
        rates = [at_once(server, body, calls) for server in (ours, dicts, models)]
    us, over_dicts, over_models = rates
    return [
        "Requests/s, 60 Observations, eight callers at once:",
        "",
        "| ours | HealthChain, dict handler | ratio | HealthChain, FHIR-model handler | ratio |",
        "|---|---|---|---|---|",
        f"| {us:.0f} | {over_dicts:.0f} | {us / over_dicts:.1f} | {over_models:.0f} | {us / over_models:.1f} |",
    ]


def against_cql(haste: int = 1) -> list[str]:
    if not javascript():
        return ["cql-execution could not be installed here: not measured."]
    body = hook_call(60)
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        file.write(body)
        file.flush()
        command = ["node", str(_HERE / "peers" / "cql_rule.cjs"), str(PEERS / "node"), file.name, str(200 // haste)]
        engine = float(subprocess.run(command, capture_output=True, text=True, check=True, timeout=600).stdout)
    with product() as server:
        us = measured({"ours": server}, body, 200 // haste)["ours"].cpu_ms
    return [
        "One hook call of ours, HTTP included, and one rule in the CQL engine in process (CPU ms, 60 Observations):",
        "",
        "| ours | cql-execution | ratio |",
        "|---|---|---|",
        f"| {us:.2f} | {engine:.2f} | 1/{engine / us:.1f} |",
    ]
