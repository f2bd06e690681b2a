"""The keys of the mock EHR's authorization server, and tokens of identity that hold or do not."""

from __future__ import annotations

import base64
import hmac
import json
import time
from collections.abc import Callable
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc import jwt
from joserfc.jwk import ECKey, Key, KeySet, RSAKey, import_key
from joserfc.jws import JWSRegistry


@cache
def rsa_key(name: str = "ehr-rsa") -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": name, "use": "sig"})


@cache
def elliptic_key(name: str = "ehr-p256", curve: str = "P-256") -> ECKey:
    return ECKey.generate_key(curve, {"kid": name, "use": "sig"})


def public_keys() -> dict[str, Any]:
    keys = (rsa_key(), elliptic_key(), elliptic_key("ehr-p384", "P-384"))
    return {"keys": [key.as_dict(private=False) for key in keys]}


def id_token(claims: dict[str, Any], *, algorithm: str = "RS256", key: Key | None = None, **header: Any) -> str:
    """Claims that hold unless said otherwise; None leaves one out. ``header`` overrides members of the header."""
    now = int(time.time())
    told = {"sub": "dr-1", "iat": now, "exp": now + 300} | claims
    signer = key or rsa_key()
    said = {"alg": algorithm, "kid": signer.kid, "typ": "JWT"} | header
    return jwt.encode(
        said,
        {name: value for name, value in told.items() if value is not None},
        signer,
        registry=JWSRegistry(algorithms=[algorithm]),
    )


def forged(claims: dict[str, Any], header: dict[str, Any], sign: Callable[[bytes], bytes]) -> str:
    """What no library would write: any header over good claims, and any signature over both."""
    payload = id_token(claims).split(".")[1]
    content = f"{_encoded(json.dumps({'typ': 'JWT', 'kid': rsa_key().kid} | header).encode())}.{payload}"
    return f"{content}.{_encoded(sign(content.encode()))}"


def unsigned(claims: dict[str, Any]) -> str:
    return forged(claims, {"alg": "none"}, lambda _: b"")


def by_public_key(claims: dict[str, Any]) -> str:
    """Algorithm confusion: HMAC with the public key, which everybody knows."""
    secret = rsa_key().as_pem(private=False)
    return forged(claims, {"alg": "HS256"}, lambda content: hmac.digest(secret, content, "sha256"))


def with_critical_extension(claims: dict[str, Any], names: object = ("x",)) -> str:
    """Well signed, but saying that who does not know ``x`` must refuse it (RFC 7515 section 4.1.11)."""
    key = rsa_key().private_key
    assert isinstance(key, RSAPrivateKey)
    header = {"alg": "RS256", "crit": names, "x": 1}
    return forged(claims, header, lambda content: key.sign(content, PKCS1v15(), SHA256()))


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def verified(token: str, keys: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims of a client's assertion, if a key of that set signed it; else an error of joserfc."""
    found = jwt.decode(token, KeySet([import_key(key) for key in keys["keys"]]), algorithms=["ES384", "RS384"])
    return dict(found.header), dict(found.claims)
