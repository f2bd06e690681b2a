"""How an app proves who it is with its own key, and what it may ask about its tokens.

Source: SMART App Launch 2.2, Client Authentication: Asymmetric; RFC 7523, RFC 7662 and RFC 7009.
"""

from __future__ import annotations

import time
from threading import Lock
from typing import TYPE_CHECKING, Any

import requests
from authlib.oauth2.rfc6749 import InvalidClientError
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7523 import JWTBearerClientAssertion
from authlib.oauth2.rfc7662 import IntrospectionEndpoint
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from demo_ehr.authority.apps import RegisteredApp
from demo_ehr.authority.grants import CLIENT_AUTHENTICATION
from demo_ehr.authority.tokens import USER, Authority, IssuedToken

if TYPE_CHECKING:
    from demo_ehr.application import DemoEhr

ALGORITHMS = ["RS384", "ES384"]
LONGEST_ASSERTION_SECONDS = 300
LEEWAY_SECONDS = 10
JWKS_SECONDS = 5


class SignedAssertion(JWTBearerClientAssertion):  # type: ignore[misc]  # Authlib ships no types
    """``private_key_jwt``. The app's keys are fetched anew every time: a demo rotates more often than it logs in."""

    CLIENT_AUTH_METHOD = "private_key_jwt"

    def __init__(self, token_url: str) -> None:
        super().__init__(leeway=LEEWAY_SECONDS)
        self._audience = token_url
        self._seen: dict[str, float] = {}
        self._lock = Lock()

    def get_audiences(self) -> list[str]:
        return [self._audience]

    def resolve_client_public_key(self, client: RegisteredApp) -> KeySet:
        try:
            with requests.Session() as session:
                session.trust_env = False  # a proxy of the machine has nothing to do with its loopback
                reply = session.get(client.jwks_url or "", timeout=JWKS_SECONDS)
            reply.raise_for_status()
            return KeySet.import_key_set(reply.json())
        except (requests.RequestException, ValueError, KeyError, JoseError):
            raise InvalidClientError(description="the keys of this app cannot be fetched") from None

    def process_assertion_claims(self, assertion: str, resolve_key: Any) -> dict[str, Any]:
        """Authlib leaves the algorithms to the library's defaults, which know neither of SMART's two."""
        try:
            claims = jwt.decode(assertion, resolve_key, algorithms=ALGORITHMS).claims
        except (JoseError, ValueError, TypeError, RecursionError):  # joserfc trusts the kinds of a header's members
            raise InvalidClientError(description="the signature of the assertion does not verify") from None
        self.verify_claims(claims)
        if claims["exp"] > time.time() + LONGEST_ASSERTION_SECONDS + LEEWAY_SECONDS:
            raise InvalidClientError(description="the assertion lives longer than five minutes")
        return claims

    def validate_jti(self, claims: dict[str, Any], jti: str) -> bool:
        """Whether this one was never seen; remembered as long as it would be accepted."""
        with self._lock:
            now = time.time()
            self._seen = {seen: until for seen, until in self._seen.items() if until > now}
            unseen = f"{claims['sub']} {jti}" not in self._seen
            self._seen[f"{claims['sub']} {jti}"] = now + LONGEST_ASSERTION_SECONDS + 2 * LEEWAY_SECONDS
            return unseen


def token_endpoints(demo: DemoEhr) -> tuple[type[IntrospectionEndpoint], type[RevocationEndpoint]]:
    """Introspection and revocation; an app learns about and revokes its own tokens only."""

    class Introspection(IntrospectionEndpoint):  # type: ignore[misc]  # Authlib ships no types
        CLIENT_AUTH_METHODS = CLIENT_AUTHENTICATION

        def query_token(self, token_string: str, _hint: str | None) -> IssuedToken | None:
            return demo.authority.token(token_string)

        def check_permission(self, token: IssuedToken, client: RegisteredApp, _request: Any) -> bool:
            return token.check_client(client)

        def introspect_token(self, token: IssuedToken) -> dict[str, Any]:
            return _described(token, demo.authority) | {"fhirUser": f"{demo.fhir_base}/{USER}"}

    class Revocation(RevocationEndpoint):  # type: ignore[misc]  # Authlib ships no types
        CLIENT_AUTH_METHODS = CLIENT_AUTHENTICATION

        def query_token(self, token_string: str, _hint: str | None) -> IssuedToken | None:
            return demo.authority.token(token_string) or demo.authority.take_refresh_token(token_string)

        def revoke_token(self, token: IssuedToken, _request: Any) -> None:
            demo.authority.forget(token)

    return Introspection, Revocation


def _described(token: IssuedToken, authority: Authority) -> dict[str, Any]:
    return {
        "active": True,
        "client_id": token.client_id,
        "scope": token.scope,
        "token_type": "Bearer",
        "exp": int(token.issued_at + token.expires_in),
        "iat": int(token.issued_at),
        "iss": authority.issuer,
        "sub": "demo-clinician",
        "patient": token.context.patient_id,
    }
