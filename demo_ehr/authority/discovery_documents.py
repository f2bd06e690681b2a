"""What the demo EHR says of itself: SMART configuration, OpenID configuration, and its colours.

Source: SMART App Launch 2.2, Conformance (fields and capabilities) and Scopes and Launch Context (smart_style_url).
"""

from __future__ import annotations

from typing import Any

CAPABILITIES = (
    "launch-ehr", "launch-standalone", "client-public", "client-confidential-symmetric",
    "client-confidential-asymmetric", "sso-openid-connect", "context-banner", "context-style",
    "context-ehr-patient", "context-ehr-encounter", "context-standalone-patient", "permission-offline",
    "permission-online", "permission-patient", "permission-user", "permission-v1", "permission-v2",
)  # fmt: skip
SCOPES = ("openid", "fhirUser", "launch", "launch/patient", "online_access", "offline_access", "patient/*.rs")
CLIENT_AUTHENTICATION = ("client_secret_basic", "private_key_jwt", "none")


def smart_configuration(base_url: str) -> dict[str, Any]:
    auth = f"{base_url}/auth"
    return {
        "issuer": auth,
        "jwks_uri": f"{auth}/jwks.json",
        "authorization_endpoint": f"{auth}/authorize",
        "token_endpoint": f"{auth}/token",
        "introspection_endpoint": f"{auth}/introspect",
        "revocation_endpoint": f"{auth}/revoke",
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "response_types_supported": ["code"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": list(CLIENT_AUTHENTICATION),
        "token_endpoint_auth_signing_alg_values_supported": ["RS384", "ES384"],
        "scopes_supported": list(SCOPES),
        "capabilities": list(CAPABILITIES),
    }


def openid_configuration(base_url: str) -> dict[str, Any]:
    auth = f"{base_url}/auth"
    return {
        "issuer": auth,
        "jwks_uri": f"{auth}/jwks.json",
        "authorization_endpoint": f"{auth}/authorize",
        "token_endpoint": f"{auth}/token",
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256", "ES384"],
        "scopes_supported": list(SCOPES),
        "claims_supported": ["sub", "fhirUser"],
    }


def smart_style() -> dict[str, str]:
    return {
        "color_background": "#ffffff",
        "color_error": "#a1241b",
        "color_highlight": "#0b5c8a",
        "color_modal_backdrop": "#1b2733",
        "color_success": "#1c6b3a",
        "color_text": "#1b2733",
        "dim_border_radius": "4px",
        "dim_font_size": "16px",
        "dim_spacing_size": "16px",
        "font_family_body": "system-ui, sans-serif",
        "font_family_heading": "system-ui, sans-serif",
    }
