"""Who may do what: the launches, codes and tokens of the demo EHR, in memory, as its two servers share them."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any, TypeVar

from authlib.oauth2.rfc6749 import AuthorizationCodeMixin, TokenMixin

from demo_ehr.authority.apps import RegisteredApp
from demo_ehr.authority.scopes import DataScope, data_scopes

LAUNCH_SECONDS = 300
CODE_SECONDS = 60
TOKEN_SECONDS = 3600
HOOK_TOKEN_SECONDS = 300
USER = "Practitioner/demo-clinician"
_Kept = TypeVar("_Kept")


@dataclass(frozen=True)
class LaunchContext:
    """What a launch says to the app. ``need_patient_banner`` None: left out of the token reply."""

    patient_id: str
    encounter: str | None = None
    need_patient_banner: bool | None = True
    intent: str | None = None
    app_context: str | None = None


@dataclass(frozen=True)
class AuthorizationCode(AuthorizationCodeMixin):  # type: ignore[misc]  # Authlib ships no types
    client_id: str
    redirect_uri: str
    scope: str
    context: LaunchContext
    code_challenge: str
    value: str = field(repr=False)
    nonce: str | None = None
    code_challenge_method: str = "S256"

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope


@dataclass(frozen=True)
class IssuedToken(TokenMixin):  # type: ignore[misc]  # Authlib ships no types
    """An access token with its refresh token. ``dies_after`` requests, where a fault wants it to die early."""

    client_id: str
    scope: str
    context: LaunchContext
    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    issued_at: float
    expires_in: int = TOKEN_SECONDS
    dies_after: int | None = None

    @property
    def data_scopes(self) -> list[DataScope]:
        return list(data_scopes(self.scope))

    def get_scope(self) -> str:
        return self.scope

    def get_expires_in(self) -> int:
        return self.expires_in

    def check_client(self, client: RegisteredApp) -> bool:
        return self.client_id == client.client_id

    def is_expired(self) -> bool:
        return time.time() >= self.issued_at + self.expires_in

    def is_revoked(self) -> bool:
        return self.dies_after == 0


class Authority:
    """Thread-safe. Nothing here is written anywhere; ``repr`` shows no token."""

    def __init__(self, base_url: str, apps: Iterable[RegisteredApp]) -> None:
        self.base_url = base_url
        self.issuer = f"{base_url}/auth"
        self.apps = {app.client_id: app for app in apps}
        self._lock = Lock()
        self._launches: dict[str, tuple[float, LaunchContext]] = {}
        self._codes: dict[str, tuple[float, AuthorizationCode]] = {}
        self._tokens: dict[str, IssuedToken] = {}
        self._refreshable: dict[str, IssuedToken] = {}

    def new_launch(
        self,
        patient_id: str,
        *,
        encounter: str | None = None,
        need_patient_banner: bool | None = True,
        intent: str | None = None,
        app_context: str | None = None,
    ) -> str:
        """An opaque launch value, good for five minutes. Encode it: its ``+`` and ``/`` must arrive as they are."""
        launch = f"demo+{secrets.token_urlsafe(18)}/x="
        context = LaunchContext(patient_id, encounter, need_patient_banner, intent, app_context)
        with self._lock:
            self._launches[launch] = (time.time() + LAUNCH_SECONDS, context)
        return launch

    def launch_context(self, launch: str) -> LaunchContext | None:
        """None where nobody launched so, or too long ago."""
        with self._lock:
            return _fresh(self._launches.get(launch))

    def keep_code(self, code: AuthorizationCode) -> None:
        with self._lock:
            self._codes[code.value] = (time.time() + CODE_SECONDS, code)

    def take_code(self, value: str) -> AuthorizationCode | None:
        """A code works once: whoever asks first gets it."""
        with self._lock:
            return _fresh(self._codes.pop(value, None))

    def keep_token(self, token: IssuedToken) -> None:
        with self._lock:
            self._tokens[token.access_token] = token
            if token.refresh_token:
                self._refreshable[token.refresh_token] = token

    def take_refresh_token(self, value: str) -> IssuedToken | None:
        """Refresh tokens rotate: each works once, and its access token dies with it."""
        with self._lock:
            token = self._refreshable.pop(value, None)
            if token:
                self._tokens.pop(token.access_token, None)
            return token

    def forget(self, token: IssuedToken) -> None:
        """Revokes the access token, and its refresh token with it."""
        with self._lock:
            self._tokens.pop(token.access_token, None)
            self._refreshable.pop(token.refresh_token or "", None)

    def token(self, access_token: str) -> IssuedToken | None:
        """The living token of this value."""
        return self._living(access_token, lambda token: token)

    def use(self, access_token: str) -> IssuedToken | None:
        """The same, for one FHIR request: counts it where a fault lets the token die early."""
        return self._living(access_token, _used)

    def _living(self, access_token: str, then: Callable[[IssuedToken], IssuedToken]) -> IssuedToken | None:
        with self._lock:
            token = self._tokens.get(access_token)
            if token is None or token.is_expired() or token.is_revoked():
                return None
            self._tokens[access_token] = then(token)
            return token

    def access_token_for(self, patient_id: str, scopes: str, client_id: str) -> dict[str, Any]:
        """A CDS Hooks ``fhirAuthorization``, for ``client_id`` to ask back about this patient within five minutes."""
        value = secrets.token_urlsafe(32)
        context = LaunchContext(patient_id)
        self.keep_token(IssuedToken(client_id, scopes, context, value, None, time.time(), HOOK_TOKEN_SECONDS))
        return {
            "access_token": value,
            "token_type": "Bearer",
            "expires_in": HOOK_TOKEN_SECONDS,
            "scope": scopes,
            "subject": client_id,
            "patient": patient_id,
        }


def _used(token: IssuedToken) -> IssuedToken:
    return token if token.dies_after is None else replace(token, dies_after=token.dies_after - 1)


def _fresh(kept: tuple[float, _Kept] | None) -> _Kept | None:
    return kept[1] if kept and time.time() < kept[0] else None
