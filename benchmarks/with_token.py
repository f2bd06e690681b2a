"""What it costs to ask who calls: a JWT signed with ES384, each used once."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from uuid import uuid4

from joserfc import jwt
from joserfc.jwk import ECKey

from benchmarks.bodies import hook_call
from benchmarks.calling import measured
from benchmarks.servers import HOOK, free_port, product

_ISSUER = "https://ehr.example.org"


def with_token(haste: int = 1) -> list[str]:
    key = ECKey.generate_key("P-384", parameters={"kid": "bench", "use": "sig", "alg": "ES384"})
    port, calls = free_port(), 200 // haste
    with tempfile.TemporaryDirectory() as folder:
        known = {"RLS_EHR_REGISTRY": _registry(Path(folder), key)}
        settings = known | {"RLS_CDS_AUTHENTICATION": "required"}
        tokens = iter([_token(key, f"http://127.0.0.1:{port}{HOOK}") for _ in range(calls * 6 + 100)])
        with product(settings, port) as checked, product(known) as unchecked:
            headers: dict[str, Callable[[], Mapping[str, str]]] = {
                "checked": lambda: {"Authorization": f"Bearer {next(tokens)}"}
            }
            cost = measured({"checked": checked, "unchecked": unchecked}, hook_call(60), calls, headers=headers)
    added = cost["checked"].cpu_ms - cost["unchecked"].cpu_ms
    return [
        "| with a JWT (ES384), CPU ms | without | added |",
        "|---|---|---|",
        f"| {cost['checked'].cpu_ms:.2f} | {cost['unchecked'].cpu_ms:.2f} | {added:.2f} |",
    ]


def _registry(folder: Path, key: ECKey) -> str:
    (folder / "jwks.json").write_text(json.dumps({"keys": [key.as_dict(private=False)]}))
    registry = folder / "registry.toml"
    registry.write_text(
        '[[ehr]]\nname = "bench"\nfhir_base = "https://ehr.example.org/fhir"\nclient_id = "rls-nutrients"\n'
        f'[[ehr.cds_client]]\niss = "{_ISSUER}"\njwks_file = "jwks.json"\n'
    )
    return str(registry)


def _token(key: ECKey, audience: str) -> str:
    now = int(time.time())
    claims = {"iss": _ISSUER, "aud": audience, "iat": now, "exp": now + 3000, "jti": str(uuid4())}
    return jwt.encode({"alg": "ES384", "typ": "JWT", "kid": "bench"}, claims, key, algorithms=["ES384"])
