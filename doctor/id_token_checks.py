"""An id_token judged as the SMART app judges it: what does not hold here ends a launch there.

Source: SMART App Launch 2.2 section Scopes for requesting identity data; OpenID Connect Core section 3.1.3.7. The app
is a neighbour and is not asked; tests hold the two to one table.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey
from joserfc.jws import JWSRegistry, extract_compact

from doctor.asking import NotReached, ask
from doctor.examination import Examination
from doctor.public_keys import PublicKey, listed_keys, proving_key
from doctor.verdicts import Verdict, fail, ok, warn
from hosting import is_loopback, is_protected, is_this_machine

ID_TOKEN = "id_token"
ALGORITHMS = ["RS256", "RS384", "ES256", "ES384"]
_LEEWAY_SECONDS = 60
_LONGEST = 16_384
_END_OF_TIME = 1e12
_FHIR_USER = re.compile(r"(Patient|Practitioner|PractitionerRole|RelatedPerson|Person)/[A-Za-z0-9.-]{1,64}")
_TODO = "tell the EHR's operator: who uses the app cannot be proven, and the launch is refused."
_TODO_KEYS = "have the EHR's operator see to its openid-configuration and jwks_uri: the launch is refused without."


class _Refused(Exception):
    """Why it does not hold."""


class _Registry(JWSRegistry):
    max_payload_length = _LONGEST
    max_header_length = _LONGEST


def check_id_token(examination: Examination, value: object, asked: str) -> Iterator[Verdict]:
    """One that nobody asked for, of an EHR that names no issuer, is left alone, as by the app."""
    wanted, issuer = "openid" in asked.split(), _issuer(examination)
    if value is None and wanted:
        yield warn(ID_TOKEN, "there is none", "the page and the access audit will not know the user.")
    if value is None or (issuer is None and not wanted):
        return
    try:
        header = _header(value)
        claims = _verified(str(value), _fitting(_keys(issuer), header))
        _check(claims, issuer or "", examination.ehr.client_id or "")
    except _Refused as refused:
        yield fail(ID_TOKEN, str(refused), _TODO)
    except NotReached as reason:
        yield fail(ID_TOKEN, f"the issuer's keys: {reason}", _TODO_KEYS)
    else:
        yield _user(examination, claims)


def _issuer(examination: Examination) -> str | None:
    value = (examination.smart or {}).get("issuer")
    return value if isinstance(value, str) and _may_be_asked(value, examination.base) else None


def _may_be_asked(address: str, base: str) -> bool:
    """https, or plain http to loopback for an EHR that is there itself."""
    place, hash_sign, _ = address.partition("#")
    try:
        protected = is_protected(place.partition("?")[0]) and not hash_sign
        host, home = (urlsplit(one).hostname or "" for one in (place, base))
    except ValueError:
        return False
    return protected and (not is_this_machine(host) or is_loopback(home))


def _header(value: object) -> dict[str, Any]:
    if not isinstance(value, str) or len(value) > _LONGEST:
        raise _Refused("it is not a signed JWT")
    try:
        header: dict[str, Any] = extract_compact(value.encode(), registry=_Registry(algorithms=ALGORITHMS)).headers()
    except (JoseError, ValueError, TypeError, RecursionError):
        raise _Refused("it is not a signed JWT") from None
    if header.get("alg") not in ALGORITHMS:
        raise _Refused(f"it is not signed by an algorithm that is accepted ({', '.join(ALGORITHMS)})")
    return header


def _keys(issuer: str | None) -> list[PublicKey]:
    """By the issuer's own openid-configuration, wherever the SMART configuration says that keys are."""
    if issuer is None:
        raise NotReached("the SMART configuration names no issuer that may be asked")
    described = ask(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    members = described.members() if described.status == 200 else None
    if members is None:
        raise NotReached(f"its openid-configuration is answered with {described.status} and cannot be read")
    if members.get("issuer") != issuer:
        raise NotReached("its openid-configuration names another issuer")
    address = members.get("jwks_uri")
    if not isinstance(address, str) or not _may_be_asked(address, issuer):
        raise NotReached("its openid-configuration names no jwks_uri that may be asked")
    reply = ask(address)
    if reply.status != 200:
        raise NotReached(f"jwks_uri answers with {reply.status}")
    return [key for jwk in listed_keys(reply.body) if (key := proving_key(jwk)) is not None]


def _fitting(keys: list[PublicKey], header: dict[str, Any]) -> list[PublicKey]:
    """By key id where the token names one, and of the kind that its algorithm needs."""
    of_rsa = header["alg"].startswith("RS")
    return [key for key in keys if isinstance(key, RSAKey) == of_rsa and header.get("kid") in (None, key.kid)]


def _verified(token: str, keys: list[PublicKey]) -> dict[str, Any]:
    for key in keys:
        try:
            registry = _Registry(algorithms=ALGORITHMS, strict_check_header=False)
            return dict(jwt.decode(token, key, registry=registry).claims)
        except (JoseError, ValueError, TypeError, RecursionError):
            continue
    raise _Refused("its signature does not hold by the issuer's keys")


def _check(claims: dict[str, Any], issuer: str, client_id: str) -> None:
    audience, party = claims.get("aud"), claims.get("azp")
    audiences = audience if isinstance(audience, list) else [audience]
    if claims.get("iss") != issuer:
        raise _Refused("its issuer is not the one of the SMART configuration")
    if client_id not in audiences:
        raise _Refused("it is made for another client_id")
    if party != client_id and (party is not None or len(audiences) > 1):
        raise _Refused("its authorized party (azp) is not our client_id")
    if _time(claims, "exp") <= time.time() - _LEEWAY_SECONDS:
        raise _Refused("it has expired (exp)")
    if _time(claims, "iat") > time.time() + _LEEWAY_SECONDS:
        raise _Refused("it is made in the future (iat)")


def _time(claims: dict[str, Any], name: str) -> float:
    value = claims.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool) or not abs(value) < _END_OF_TIME:
        raise _Refused(f"it tells no time of {name}")
    return float(value)


def _user(examination: Examination, claims: dict[str, Any]) -> Verdict:
    value, todo = claims.get("fhirUser"), "the access audit will not know the user."
    if not isinstance(value, str):
        return warn(ID_TOKEN, "it names no fhirUser", todo)
    if not _FHIR_USER.fullmatch(value.removeprefix(f"{examination.base}/")):
        return warn(ID_TOKEN, "its fhirUser is nobody below the FHIR base", todo)
    return ok(ID_TOKEN, "signed by the issuer's keys, for us")
