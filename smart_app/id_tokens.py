"""Who launched the app, as the EHR's id_token says: believed only where signature and claims hold.

Source: SMART App Launch 2.2 section Scopes for requesting identity data; OpenID Connect Core section 3.1.3.7. The
issuer is the one of the EHR's own smart-configuration; a token never chooses whose keys verify it.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from threading import Lock, Thread
from typing import Any, NamedTuple

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey
from joserfc.jws import JWSRegistry, extract_compact

from ehr_reader import Deadline
from smart_app.discovery import in_turn, may_be_asked
from smart_app.sending import NotAnswered, Reply, Sender, seconds_to_keep

ALGORITHMS = ["RS256", "RS384", "ES256", "ES384"]
LEEWAY_SECONDS = 60
LONGEST = 16_384
_AN_HOUR = 3600.0
_MOST_KEYS = 100
_SMALLEST_RSA_BITS = 2048
# Seconds since 1970. What is beyond, or no number at all (NaN), is no time.
_END_OF_TIME = 1e12
_FHIR_USER = re.compile(r"(Patient|Practitioner|PractitionerRole|RelatedPerson|Person)/[A-Za-z0-9.-]{1,64}")

PublicKey = ECKey | RSAKey


class IdentityRefused(Exception):
    """Why an id_token does not hold, in words for the log."""


class _Registry(JWSRegistry):
    max_payload_length = LONGEST
    max_header_length = LONGEST


class _Keys(NamedTuple):
    keys: tuple[PublicKey, ...]
    until: float


class IssuerKeys:
    """One per process: the public keys of the EHRs' issuers, each asked once an hour, or when a key id is new."""

    def __init__(self, sender: Sender, clock: Callable[[], float] = time.monotonic) -> None:
        self._sender = sender
        self._clock = clock
        self._known: dict[str, _Keys] = {}
        self._locks: dict[str, Lock] = {}

    def fetch_beside(self, issuer: str, deadline: Deadline) -> Thread:
        """Begins to fetch them while something else is waited for. What goes wrong is told when they are needed."""

        def run() -> None:
            try:
                self.of(issuer, deadline)
            except (NotAnswered, IdentityRefused):
                return

        thread = Thread(target=run, daemon=True)
        thread.start()
        return thread

    def of(self, issuer: str, deadline: Deadline) -> tuple[PublicKey, ...]:
        """Raises ``NotAnswered`` and ``IdentityRefused``."""
        with in_turn(
            self._locks.setdefault(issuer, Lock()), deadline
        ):  # whoever comes second takes what the first one was told
            known = self._known.get(issuer)
            return known.keys if known and self._clock() < known.until else self.again(issuer, deadline)

    def again(self, issuer: str, deadline: Deadline) -> tuple[PublicKey, ...]:
        """Asks anew. Raises as ``of``."""
        described = _readable(self._sender.get(f"{issuer.rstrip('/')}/.well-known/openid-configuration", deadline))
        address = described.get("jwks_uri")
        if described.get("issuer") != issuer:
            raise IdentityRefused("openid configuration names another issuer")
        if not isinstance(address, str) or not may_be_asked(address, issuer):
            raise IdentityRefused("openid configuration names no usable keys")
        reply = self._sender.get(address, deadline)
        keys = _public_keys(_readable(reply))
        keep = seconds_to_keep(reply.headers, otherwise=_AN_HOUR, at_most=_AN_HOUR)
        self._known[issuer] = _Keys(keys, self._clock() + keep)
        return keys


class IdTokens:
    """Verifies id_tokens."""

    def __init__(self, keys: IssuerKeys, clock: Callable[[], float] = time.time) -> None:
        self._keys = keys
        self._clock = clock

    def claims(self, token: str, issuer: str, client_id: str, deadline: Deadline) -> dict[str, Any]:
        """Raises ``IdentityRefused``, and ``NotAnswered`` where the issuer's keys are out of reach."""
        header = _header(token)
        keys = _fitting(self._keys.of(issuer, deadline), header)
        claims = _verified(token, keys)
        if claims is None:  # keys are rotated: an unknown one, or another under a known id, is worth one more question
            claims = _verified(token, _fitting(self._keys.again(issuer, deadline), header))
        if claims is None:
            raise IdentityRefused("no key of the issuer has signed it")
        _check(claims, issuer, client_id, self._clock())
        return claims


def fhir_user(claims: dict[str, Any], fhir_base: str) -> str | None:
    """``Practitioner/123`` where the claim leads below the FHIR base; who is on another host is nobody we know."""
    value = claims.get("fhirUser")
    if not isinstance(value, str):
        return None
    relative = value.removeprefix(fhir_base.rstrip("/") + "/")
    return relative if _FHIR_USER.fullmatch(relative) else None


def _header(token: str) -> dict[str, Any]:
    if len(token) > LONGEST:
        raise IdentityRefused("token too long")
    try:
        header: dict[str, Any] = extract_compact(token.encode(), registry=_Registry(algorithms=ALGORITHMS)).headers()
    except (JoseError, ValueError, TypeError, RecursionError):
        raise IdentityRefused("not a signed token") from None
    if header.get("alg") not in ALGORITHMS:
        raise IdentityRefused("algorithm is not accepted")
    return header


def _fitting(keys: tuple[PublicKey, ...], header: dict[str, Any]) -> list[PublicKey]:
    """By key id where the token names one, and of the kind that its algorithm needs."""
    kind = RSAKey if header["alg"].startswith("RS") else ECKey
    return [key for key in keys if isinstance(key, kind) and header.get("kid") in (None, key.kid)]


def _verified(token: str, keys: list[PublicKey]) -> dict[str, Any] | None:
    for key in keys:
        try:
            registry = _Registry(algorithms=ALGORITHMS, strict_check_header=False)
            return dict(jwt.decode(token, key, registry=registry).claims)
        except (JoseError, ValueError, TypeError, RecursionError):  # joserfc trusts the kinds of a header's members
            continue
    return None


def _check(claims: dict[str, Any], issuer: str, client_id: str, now: float) -> None:
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    party = claims.get("azp")
    if claims.get("iss") != issuer:
        raise IdentityRefused("issuer is another")
    if client_id not in audiences:
        raise IdentityRefused("audience is another")
    if party != client_id and (party is not None or len(audiences) > 1):
        raise IdentityRefused("authorized party is another")
    if _time(claims, "exp") <= now - LEEWAY_SECONDS:
        raise IdentityRefused("expired")
    if _time(claims, "iat") > now + LEEWAY_SECONDS:
        raise IdentityRefused("from the future")


def _time(claims: dict[str, Any], name: str) -> float:
    value = claims.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool) or not abs(value) < _END_OF_TIME:
        raise IdentityRefused("expiry or time of issue is missing")
    return float(value)


def _readable(reply: Reply) -> dict[str, Any]:
    members = reply.members() if reply.status == 200 else None
    if members is None:
        raise NotAnswered(502, "keys of the issuer not readable")
    return members


def _public_keys(members: dict[str, Any]) -> tuple[PublicKey, ...]:
    listed = members.get("keys")
    found = [_public_key(jwk) for jwk in listed[:_MOST_KEYS]] if isinstance(listed, list) else []
    return tuple(key for key in found if key is not None)


def _public_key(jwk: object) -> PublicKey | None:
    """None for symmetric, private, weak and unreadable keys, and for those not meant to verify."""
    if not isinstance(jwk, dict) or "d" in jwk or jwk.get("use", "sig") != "sig":
        return None
    try:
        kept = {name: jwk[name] for name in ("kty", "kid", "crv", "x", "y", "n", "e") if name in jwk}
        if jwk["kty"] == "EC":
            return ECKey.import_key(kept)
        key = RSAKey.import_key(kept)
        return key if key.raw_value.key_size >= _SMALLEST_RSA_BITS else None
    except (JoseError, ValueError, KeyError, TypeError):
        return None
