"""The keys that we sign with (``private_key_jwt``), and their public halves as every EHR may read them.

Source: SMART App Launch 2.2 section Client Authentication: Asymmetric; RFC 7517. The file of RLS_SIGNING_KEY_FILE is a
PEM, a JWK or a JWK Set. In a set the first private key of an algorithm signs; whatever else stands there is published,
so that EHRs know a new key before it signs, and an old one until it is retired.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeAlias

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from hosting.mistakes import ConfigurationError, SettingsError
from hosting.settings import Settings

SigningKey: TypeAlias = ECKey | RSAKey
ALGORITHMS = ("ES384", "RS384")
SMALLEST_RSA_BITS = 2048
_KEY_TYPES: dict[str, type[ECKey] | type[RSAKey]] = {"EC": ECKey, "RSA": RSAKey}


class SigningKeys:
    """Keys in the order of their file. The repr of a key shows none of it."""

    def __init__(self, keys: Iterable[SigningKey] = ()) -> None:
        self.keys = tuple(keys)

    def for_signing(self, algorithm: str) -> SigningKey | None:
        """The key that signs by this algorithm, or None."""
        return next((key for key in self.keys if key.is_private and algorithm_of(key) == algorithm), None)

    def signing_key(self, algorithm: str) -> SigningKey:
        """The same; raises ConfigurationError where there is none."""
        found = self.for_signing(algorithm)
        if found is None:
            raise ConfigurationError(
                f"RLS_SIGNING_KEY_FILE: there is no private key for {algorithm}; rls-nutrients keys new writes one."
            )
        return found

    def public_jwks(self) -> dict[str, list[dict[str, Any]]]:
        """The JWK Set for ``/.well-known/jwks.json``: public members only, with ``kid``, ``alg`` and ``use``."""
        return {"keys": [_public(key) for key in self.keys]}


def read_signing_keys(settings: Settings) -> SigningKeys:
    """Those of RLS_SIGNING_KEY_FILE; none where it is not set. Raises SettingsError, which quotes nothing of a key."""
    path = settings.signing_key_file
    return SigningKeys() if path is None else SigningKeys(read_key_file(path))


def read_key_file(path: Path) -> list[SigningKey]:
    """Every key of a PEM, JWK or JWK Set. Raises SettingsError."""
    try:
        keys = [_key(one) for one in _told(path.read_bytes())]
    except OSError as error:
        raise SettingsError(f"RLS_SIGNING_KEY_FILE: {path} cannot be read ({error.strerror}).") from None
    except (JoseError, ValueError, TypeError, KeyError):
        raise SettingsError(f"RLS_SIGNING_KEY_FILE: {path} is not a PEM, JWK or JWK Set of usable keys.") from None
    if len({key.kid for key in keys}) != len(keys):
        raise SettingsError(f"RLS_SIGNING_KEY_FILE: {path} holds two keys with the same kid.")
    return [_usable(key, path) for key in keys]


def algorithm_of(key: SigningKey) -> str | None:
    """``ES384`` or ``RS384``; None for a key that signs by neither."""
    if isinstance(key, RSAKey):
        return "RS384"
    return "ES384" if key.curve_name == "P-384" else None


def _told(data: bytes) -> list[bytes | dict[str, Any]]:
    """The keys as they are written: a PEM as bytes, a JWK as an object."""
    if data.lstrip().startswith(b"-----"):
        return [data]
    found = json.loads(data)
    return list(found["keys"]) if "keys" in found else [found]


def _key(told: bytes | dict[str, Any]) -> SigningKey:
    if isinstance(told, dict):
        key: SigningKey = _KEY_TYPES[told["kty"]].import_key(told)
    else:
        key = _of_pem(told)
    key.ensure_kid()
    return key


def _of_pem(data: bytes) -> SigningKey:
    try:
        return ECKey.import_key(data)
    except (JoseError, ValueError, TypeError):
        return RSAKey.import_key(data)


def _usable(key: SigningKey, path: Path) -> SigningKey:
    """SMART wants ES384 or RS384 (section Registering a client), NIST no RSA key below 2048 bits."""
    if algorithm_of(key) is None:
        raise SettingsError(f"RLS_SIGNING_KEY_FILE: {path} holds an EC key of another curve than P-384.")
    if isinstance(key, RSAKey) and key.public_key.key_size < SMALLEST_RSA_BITS:
        raise SettingsError(f"RLS_SIGNING_KEY_FILE: {path} holds an RSA key below {SMALLEST_RSA_BITS} bits.")
    return key


def _public(key: SigningKey) -> dict[str, Any]:
    return {**key.as_dict(private=False), "alg": algorithm_of(key), "use": "sig", "kid": key.kid}
