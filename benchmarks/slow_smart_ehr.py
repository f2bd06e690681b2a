"""The slow EHR with an authorization server beside it: everybody is let in at once, and nothing is answered quickly."""

from __future__ import annotations

import time
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey

from benchmarks.slow_ehr import SlowEhr

_ALGORITHM = "ES384"


class SlowSmartEhr(SlowEhr):
    def __init__(self, seconds: float, client_id: str) -> None:
        super().__init__(seconds)
        self.client_id = client_id
        self._key = ECKey.generate_key("P-384", {"kid": "slow", "use": "sig", "alg": _ALGORITHM})

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/auth"

    def told(self, path: str) -> dict[str, Any] | None:
        if path.endswith("/.well-known/smart-configuration"):
            return {
                "issuer": self.issuer,
                "jwks_uri": f"{self.issuer}/jwks",
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "grant_types_supported": ["authorization_code"],
                "code_challenge_methods_supported": ["S256"],
                "capabilities": ["launch-ehr", "client-public", "sso-openid-connect", "permission-v2"],
            }
        if path.endswith("/.well-known/openid-configuration"):
            return {"issuer": self.issuer, "jwks_uri": f"{self.issuer}/jwks"}
        return {"keys": [self._key.as_dict(private=False)]} if path.endswith("/jwks") else None

    def tokens(self) -> dict[str, Any]:
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": self.client_id, "sub": "dr-1", "iat": now, "exp": now + 300}
        identity = jwt.encode({"alg": _ALGORITHM, "kid": "slow"}, claims, self._key, algorithms=[_ALGORITHM])
        scope = "launch openid fhirUser patient/*.rs"
        told = {"access_token": "b" * 32, "token_type": "Bearer", "expires_in": 3600, "scope": scope}
        return told | {"patient": "bench", "id_token": identity, "need_patient_banner": True}
