"""What of a launch and its session must not be readable in the database: sealed with a key that is not in there.

AES-256 in GCM mode, a fresh nonce each time. What is sealed belongs to one row: in another it cannot be opened.
"""

from __future__ import annotations

import base64
import secrets
from typing import TypeVar

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from smart_app.launch_context import LaunchContext

_NONCE_BYTES = 12


class Begun(msgspec.Struct, frozen=True):
    """A launch between its start and the callback. ``iss`` as it was received; ``scope`` as it was asked."""

    iss: str
    verifier: str
    scope: str

    def __repr__(self) -> str:
        return "Begun(…)"


class Permission(msgspec.Struct, frozen=True, kw_only=True):
    """What an EHR permitted in one launch. ``expires_at`` in seconds since 1970, None where it did not say.

    ``without_cookie``: the browser kept no cookie, and the registry allows that for this EHR.
    """

    access_token: str
    scope: str
    context: LaunchContext
    refresh_token: str | None = None
    expires_at: float | None = None
    fhir_user: str | None = None
    without_cookie: bool = False

    def __repr__(self) -> str:
        return "Permission(…)"


T = TypeVar("T", Begun, Permission)

# Looked at now, by one thread: msgspec ends the process where two meet a class for the first time at once.
for _kind in (Begun, Permission):
    msgspec.json.Decoder(_kind)


class Seal:
    """``key`` is 32 bytes."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def close(self, value: Begun | Permission, row: str) -> str:
        """``row`` is what the row is known by."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = self._cipher.encrypt(nonce, msgspec.json.encode(value), row.encode())
        return base64.urlsafe_b64encode(nonce + sealed).decode()

    def open(self, sealed: str, row: str, kind: type[T]) -> T | None:
        """None where another key has sealed it, or for another row: the secret key may have been changed."""
        try:
            data = base64.urlsafe_b64decode(sealed)
            opened = self._cipher.decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], row.encode())
            return msgspec.json.decode(opened, type=kind)
        except (InvalidTag, ValueError):
            return None
