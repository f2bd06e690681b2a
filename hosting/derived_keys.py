"""Keys for one purpose each, derived from RLS_SECRET_KEY, so that none of them tells another or the secret itself."""

from __future__ import annotations

import secrets

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from hosting.settings import Settings

_BYTES = 32


def derived_key(settings: Settings, purpose: str) -> bytes:
    """32 bytes (HKDF, RFC 5869). Without a secret they are random, and are forgotten when the process ends."""
    if settings.secret_key is None:
        return secrets.token_bytes(_BYTES)
    secret = settings.secret_key.get_secret_value().encode()
    return HKDF(algorithm=SHA256(), length=_BYTES, salt=None, info=f"rls-nutrients {purpose}".encode()).derive(secret)
