"""The SMART apps that are registered with the demo EHR, in the shape that Authlib asks for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from authlib.oauth2.rfc6749 import ClientMixin

from demo_ehr.authority.scopes import granted

ClientAuthentication = Literal["none", "client_secret_basic", "private_key_jwt"]


@dataclass(frozen=True)
class RegisteredApp(ClientMixin):  # type: ignore[misc]  # Authlib ships no types
    """``redirect_uris`` are compared byte for byte. ``secret`` and ``jwks_url`` belong to their authentication."""

    client_id: str
    redirect_uris: tuple[str, ...]
    authentication: ClientAuthentication = "none"
    secret: str | None = field(default=None, repr=False)
    jwks_url: str | None = None
    id_token_algorithm: Literal["RS256", "ES384"] = "ES384"

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> None:
        """None: SMART wants it said every time."""
        return

    def get_allowed_scope(self, scope: str | None) -> str:
        return granted(scope or "")

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri in self.redirect_uris

    def check_client_secret(self, client_secret: str) -> bool:
        return self.secret is not None and client_secret == self.secret

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return endpoint in ("token", "introspection", "revocation") and method == self.authentication

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in ("authorization_code", "refresh_token")
