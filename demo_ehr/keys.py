"""The demo EHR's signing keys: made anew at every start, published as a JWKS, used for id_tokens and hook calls.

One key per algorithm (ES384 for SMART and CDS Hooks, RS256 because OpenID Connect wants it), and one that is never
published, for the fault of a bad signature.
"""

from __future__ import annotations

from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey


class Keys:
    def __init__(self) -> None:
        self._keys: dict[str, ECKey | RSAKey] = {
            "ES384": ECKey.generate_key("P-384", {"use": "sig", "alg": "ES384"}, auto_kid=True),
            "RS256": RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True),
        }
        self._unpublished = ECKey.generate_key("P-384")

    def jwks(self) -> dict[str, Any]:
        """The public keys, for ``/auth/jwks.json``."""
        return dict(KeySet(list(self._keys.values())).as_dict(private=False))

    def sign(self, claims: dict[str, Any], alg: str = "ES384", *, header: dict[str, Any] | None = None) -> str:
        """A compact JWT with ``kid``; ``header`` adds members such as ``jku``. Raises ``KeyError`` for other algs."""
        key = self._keys[alg]
        return jwt.encode({"typ": "JWT", **(header or {}), "alg": alg, "kid": key.kid}, claims, key, algorithms=[alg])

    def sign_badly(self, claims: dict[str, Any]) -> str:
        """Looks like the real thing, made with a key that is in no JWKS."""
        header = {"typ": "JWT", "alg": "ES384", "kid": self._keys["ES384"].kid}
        return jwt.encode(header, claims, self._unpublished, algorithms=["ES384"])
