"""The OAuth 2 grants of the demo EHR, on Authlib: authorization code with PKCE, and refresh with rotation.

Source: SMART App Launch 2.2, App Launch; RFC 6749; RFC 7636. What SMART adds stands in ``smart.py``.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from authlib.oauth2.rfc6749 import InvalidRequestError
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant, RefreshTokenGrant
from authlib.oauth2.rfc7636 import CodeChallenge

from demo_ehr.authority.scopes import as_version_1, fewer
from demo_ehr.authority.tokens import TOKEN_SECONDS, AuthorizationCode, IssuedToken, LaunchContext

if TYPE_CHECKING:
    from demo_ehr.application import DemoEhr

CLIENT_AUTHENTICATION = ["client_secret_basic", "private_key_jwt", "none"]
_LONG_LIVED = ("online_access", "offline_access")


class PkceS256(CodeChallenge):  # type: ignore[misc]  # Authlib ships no types
    """Proof key for every app, confidential or not; ``plain`` proves nothing and is refused."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ("S256",)

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        sent = grant.request.payload.data
        if not sent.get("code_challenge") or sent.get("code_challenge_method") != "S256":
            raise InvalidRequestError("PKCE is required: code_challenge with code_challenge_method S256")
        super().validate_code_challenge(grant, redirect_uri)


def grants_of(demo: DemoEhr) -> tuple[type[AuthorizationCodeGrant], type[RefreshTokenGrant]]:
    """The two grant classes, bound to this EHR: Authlib makes an instance of them for every request."""

    class CodeGrant(AuthorizationCodeGrant):  # type: ignore[misc]  # Authlib ships no types
        TOKEN_ENDPOINT_AUTH_METHODS = CLIENT_AUTHENTICATION

        def save_authorization_code(self, code: str, request: Any) -> None:
            demo.authority.keep_code(_code(demo, code, request))

        def query_authorization_code(self, code: str, client: Any) -> AuthorizationCode | None:
            # Taken, not looked up: whoever tries a code spends it, even with a wrong verifier.
            found = demo.authority.take_code(code)
            return found if found and found.client_id == client.client_id else None

        def delete_authorization_code(self, authorization_code: AuthorizationCode) -> None:
            """It is gone already."""

        def authenticate_user(self, authorization_code: AuthorizationCode) -> LaunchContext:
            return authorization_code.context

    class RefreshGrant(RefreshTokenGrant):  # type: ignore[misc]  # Authlib ships no types
        TOKEN_ENDPOINT_AUTH_METHODS = CLIENT_AUTHENTICATION
        INCLUDE_NEW_REFRESH_TOKEN = True

        def authenticate_refresh_token(self, refresh_token: str) -> IssuedToken | None:
            if demo.faults.on("refresh-refused"):
                return None
            return demo.authority.take_refresh_token(refresh_token)

        def authenticate_user(self, refresh_token: IssuedToken) -> LaunchContext:
            return refresh_token.context

        def revoke_old_credential(self, refresh_token: IssuedToken) -> None:
            """It was spent when it was taken."""

    return CodeGrant, RefreshGrant


def _code(demo: DemoEhr, value: str, request: Any) -> AuthorizationCode:
    scope = request.client.get_allowed_scope(request.payload.scope)
    scope = fewer(scope) if demo.faults.on("fewer-scopes") else scope
    return AuthorizationCode(
        client_id=request.client.client_id,
        redirect_uri=request.payload.redirect_uri,
        scope=as_version_1(scope) if demo.faults.on("scopes-v1") else scope,
        context=request.user,
        code_challenge=request.payload.data["code_challenge"],
        value=value,
        nonce=request.payload.data.get("nonce"),
    )


def new_token(*, scope: str, include_refresh_token: bool, **_others: Any) -> dict[str, Any]:
    """A bearer token; a refresh token where the scopes ask for one. ``scope`` is always told, even when empty."""
    token = {
        "token_type": "Bearer",
        "access_token": secrets.token_urlsafe(32),
        "expires_in": TOKEN_SECONDS,
        "scope": scope,
    }
    if include_refresh_token and any(word in scope.split() for word in _LONG_LIVED):
        token["refresh_token"] = secrets.token_urlsafe(32)
    return token
