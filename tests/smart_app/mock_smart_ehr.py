"""An EHR with a SMART authorization server on loopback, which writes down every request it gets.

It does what a well-made EHR does; a test changes what it says by ``replies`` (by place: ``token``, ``fhir`` …), by
``told`` (members of the token reply) and by ``configuration``. The person at the authorization page is played by
``approve`` and ``deny``: they take the address that the app sent the browser to, and return where it goes next.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from tests.smart_app.calls import AUTHORIZE, BASE_PATH, JWKS, TOKEN, Answering, Call, Reply
from tests.smart_app.charts import PATIENT, Resource, chart_of_ruth
from tests.smart_app.fhir_answers import fits, outcome, searchset
from tests.smart_app.loopback_server import LoopbackServer
from tests.smart_app.server_keys import id_token, public_keys


@dataclass(frozen=True)
class Grant:
    """What a code or a refresh token stands for."""

    client_id: str
    scope: str
    redirect_uri: str
    challenge: str


class MockSmartEhr:
    """``usual`` restores everything; ``rotate`` has each refresh bring a new refresh token; ``lifetime`` in seconds."""

    def __init__(self) -> None:
        self._keys = public_keys()  # made before any thread asks: two that make them at once would make two
        self.server = LoopbackServer(self._answer)
        self.origin = self.server.origin
        self.base = self.origin + BASE_PATH
        self.issuer = self.origin + "/auth"
        self.usual()

    def usual(self) -> None:
        self.calls: list[Call] = []
        self.requests_to_authorize: list[dict[str, str]] = []
        self.replies: dict[str, Answering] = {}
        self.told: dict[str, Any] = {}
        self.claims: dict[str, Any] = {}
        self.patient = PATIENT
        self.resources: list[Resource] = chart_of_ruth()
        self.rotate = True
        self.lifetime: int | None = 3600
        self.configuration = self._configuration()
        self._codes: dict[str, Grant] = {}
        self._refresh_tokens: dict[str, Grant] = {}
        self._access_tokens: set[str] = set()
        self.secrets: list[str] = []

    def to(self, place: str) -> list[Call]:
        """The requests that came to ``configuration``, ``token``, ``jwks``, ``openid``, ``style``, ``fhir`` …"""
        return [call for call in self.calls if call.place == place]

    def approve(self, address: str, form: dict[str, str] | None = None) -> str:
        """The person agrees: the address of the app's callback, with a new code and the state."""
        asked = self._asked(address, form)
        code = self._secret("code")
        self._codes[code] = Grant(
            asked["client_id"], asked["scope"], asked["redirect_uri"], asked.get("code_challenge", "")
        )
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def deny(self, address: str, **words: str) -> str:
        """The person or the EHR refuses: the callback with ``error`` and what else is given."""
        asked = self._asked(address, None)
        return f"{asked['redirect_uri']}?{urlencode({'error': 'access_denied', **words, 'state': asked['state']})}"

    def expire_access(self) -> None:
        """Every access token given out so far is dead; refresh tokens live."""
        self._access_tokens.clear()

    def revoke(self) -> None:
        """Refresh tokens are dead too."""
        self.expire_access()
        self._refresh_tokens.clear()

    def token_reply(self, grant: Grant, *, refreshed: bool = False) -> dict[str, Any]:
        """What the token endpoint says; ``told`` overrides members, and None leaves one out."""
        access = self._secret("access")
        self._access_tokens.add(access)
        reply: dict[str, Any] = {
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": self.lifetime,
            "scope": grant.scope,
            "patient": self.patient,
        }
        if self.rotate or not refreshed:
            refresh = self._secret("refresh")
            self._refresh_tokens[refresh] = grant
            reply["refresh_token"] = refresh
        if "openid" in grant.scope.split() and not refreshed:
            reply["id_token"] = self.id_token(grant.client_id)
        return {name: value for name, value in (reply | self.told).items() if value is not None}

    def id_token(self, client_id: str, **changed: Any) -> str:
        """Signed by this EHR; ``changed`` and ``claims`` override claims, None leaves one out."""
        usual = {"iss": self.issuer, "aud": client_id, "fhirUser": f"{self.base}/Practitioner/dr-1"}
        signed = id_token(usual | self.claims | changed)
        self.secrets.append(signed)
        return signed

    def close(self) -> None:
        self.server.close()

    def _configuration(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "jwks_uri": self.origin + JWKS,
            "authorization_endpoint": self.origin + AUTHORIZE,
            "token_endpoint": self.origin + TOKEN,
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "code_challenge_methods_supported": ["S256"],
            "scopes_supported": ["openid", "fhirUser", "launch", "patient/*.read"],
            "capabilities": [
                "launch-ehr",
                "launch-standalone",
                "client-public",
                "client-confidential-symmetric",
                "client-confidential-asymmetric",
                "sso-openid-connect",
                "context-ehr-patient",
                "permission-patient",
                "permission-v2",
                "permission-offline",
            ],
        }

    def _secret(self, kind: str) -> str:
        """A value to look for where it must not be. A code holds what must be encoded in an address."""
        value = f"{kind}-{secrets.token_urlsafe(24)}" + ("+/=" if kind == "code" else "")
        self.secrets.append(value)
        return value

    def _asked(self, address: str, form: dict[str, str] | None) -> dict[str, str]:
        parts = urlsplit(address)
        assert f"{parts.scheme}://{parts.netloc}{parts.path}" == self.origin + AUTHORIZE, "sent to another server"
        pairs = list(form.items()) if form is not None else parse_qsl(parts.query, keep_blank_values=True)
        asked = dict(pairs)
        assert len(asked) == len(pairs), "a parameter was said twice"
        self.requests_to_authorize.append(asked)
        return asked

    def _answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Reply:
        call = Call(method, target, headers, body, time.monotonic())
        self.calls.append(call)
        planned = self.replies.get(call.place)
        reply = planned(call) if callable(planned) else planned
        return reply or self.usual_reply(call)

    def usual_reply(self, call: Call) -> Reply:
        """What is said where no test says otherwise."""
        if call.place == "token":
            return self._exchange(call)
        if call.place == "fhir":
            return self._read(call)
        if call.place == "authorize":
            form = call.form if call.method == "POST" else None
            return Reply(302, headers={"Location": self.approve(self.origin + call.target, form)})
        bodies: dict[str, Any] = {
            "configuration": self.configuration,
            "openid": {"issuer": self.issuer, "jwks_uri": self.origin + JWKS},
            "jwks": self._keys,
            "style": {"color_background": "#fffbe6", "color_error": "#9e2d2d"},
        }
        return Reply(200, bodies[call.place]) if call.place in bodies else Reply(404, {"error": "not here"})

    def _exchange(self, call: Call) -> Reply:
        """RFC 6749 sections 4.1.3 and 6, RFC 7636 section 4.6; codes and rotated refresh tokens are good once."""
        form = call.form
        if form.get("grant_type") == "refresh_token":
            grant = self._refresh_tokens.get(form.get("refresh_token", ""))
            if grant and self.rotate:
                del self._refresh_tokens[form["refresh_token"]]
        else:
            grant = self._codes.pop(form.get("code", ""), None)
            digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
            proved = grant and grant.challenge == base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
            grant = grant if proved and grant and grant.redirect_uri == form.get("redirect_uri") else None
        if grant is None:
            return Reply(400, {"error": "invalid_grant", "error_description": "secret-description"})
        refreshed = form["grant_type"] == "refresh_token"
        return Reply(200, self.token_reply(grant, refreshed=refreshed), {"Cache-Control": "no-store"})

    def _read(self, call: Call) -> Reply:
        if call.bearer not in self._access_tokens:
            return Reply(401, outcome("login"), {"WWW-Authenticate": "Bearer"})
        kind, _, id = call.path.partition("/")
        if id:
            found = [one for one in self.resources if one["resourceType"] == kind and one["id"] == id]
            return Reply(200, found[0]) if found else Reply(404, outcome("not-found"))
        return Reply(200, searchset(*(one for one in self.resources if fits(one, kind, call.parameters))))


@contextmanager
def mock_smart_ehr() -> Iterator[MockSmartEhr]:
    ehr = MockSmartEhr()
    try:
        yield ehr
    finally:
        ehr.close()
