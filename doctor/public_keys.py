"""Which of the keys that others publish prove anything: as the service and the app judge it, which are no neighbours to
ask. Tests hold the three to one table."""

from __future__ import annotations

import json
from typing import Any, TypeAlias

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey
from joserfc.util import base64_to_int

from doctor.asking import NotReached
from doctor.forms import member

PublicKey: TypeAlias = ECKey | RSAKey
_MOST_KEYS = 100
_SMALLEST_RSA_BITS = 2048


def listed_keys(data: bytes) -> list[Any]:
    """What a JWK Set lists, as far as it is read. Raises ``NotReached`` where it is none."""
    try:
        listed = member(json.loads(data), "keys")
    except (ValueError, RecursionError):
        listed = None
    if not isinstance(listed, list):
        raise NotReached("it is not a JWK Set")
    return listed[:_MOST_KEYS]


def proving_key(jwk: object, also_read: tuple[str, ...] = ()) -> PublicKey | None:
    """None for symmetric, private, weak and unreadable keys, and for those not meant to verify."""
    if not isinstance(jwk, dict) or "d" in jwk or jwk.get("use", "sig") != "sig":
        return None
    read = {name: jwk[name] for name in ("kty", "kid", "crv", "x", "y", "n", "e", *also_read) if name in jwk}
    try:
        if jwk["kty"] == "EC":
            return ECKey.import_key(read)
        if jwk["kty"] == "RSA" and base64_to_int(jwk["n"]).bit_length() >= _SMALLEST_RSA_BITS:
            return RSAKey.import_key(read)
    except (JoseError, ValueError, KeyError, TypeError):
        return None
    return None


def calling_key(jwk: dict[str, Any]) -> PublicKey | None:
    """As ``proving_key``; a hook call names its key by ``kid``, and ``key_ops``, if told, must allow to verify."""
    operations = jwk.get("key_ops", ["verify"])
    if not isinstance(operations, list) or "verify" not in operations:
        return None
    key = proving_key(jwk, also_read=("alg",))
    return key if key is not None and key.kid is not None else None
