"""What a JWT says before anybody believes it: its form, its header, its claims, its times. No key is needed here.

Source: CDS Hooks 2.0.1 section Trusting CDS Clients; RFC 7515, RFC 7519. A token never brings its own key: whoever may
name the key may sign anything.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

import msgspec
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey
from joserfc.jws import CompactSignature, JWSRegistry, extract_compact, validate_compact

PublicKey = ECKey | RSAKey

LONGEST = 8192
LONGEST_LIFE_SECONDS = 3600
LEEWAY_SECONDS = 60
_FORM = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
# Keys and addresses of keys inside a token, and extensions that would change what is signed (RFC 7797).
_NEVER_IN_A_HEADER = frozenset({"jwk", "x5u", "x5c", "crit", "b64"})

_Text = Annotated[str, msgspec.Meta(min_length=1, max_length=1024)]


class TokenRefused(Exception):
    """Why a token does not hold, in words for the log. The caller is never told."""


class Header(msgspec.Struct, frozen=True):
    """The members that are looked at; others, such as ``x5t``, are harmless."""

    alg: _Text
    kid: _Text
    typ: Literal["JWT"]
    jku: _Text | None = None


class Claims(msgspec.Struct, frozen=True):
    """Times are seconds since 1970."""

    iss: _Text
    aud: str | list[str]
    exp: float
    iat: float
    jti: _Text
    nbf: float | None = None
    tenant: str | None = None


# Looked at now, by one thread: msgspec ends the process where two meet a class for the first time at once.
for _kind in (Header, Claims):
    msgspec.json.Decoder(_kind)


class _Jws(JWSRegistry):
    """joserfc's own limit of 512 bytes is less than a header with a long ``jku`` needs."""

    max_header_length = LONGEST
    max_payload_length = LONGEST
    max_signature_length = LONGEST


class Token(msgspec.Struct, frozen=True):
    header: Header
    claims: Claims
    compact: CompactSignature

    def is_signed_by(self, key: PublicKey) -> bool:
        """Whether the signature is of this key, by the algorithm of the header and no other."""
        only = _Jws(algorithms=[self.header.alg], strict_check_header=False)
        try:
            return validate_compact(self.compact, key, registry=only)
        except (JoseError, ValueError, TypeError):
            return False


def read_token(authorization: str | None) -> Token:
    """Takes apart ``Bearer …``. Raises ``TokenRefused`` where it is no signed JWT with all that CDS Hooks requires."""
    scheme, _, text = (authorization or "").partition(" ")
    if scheme.lower() != "bearer":
        raise TokenRefused("no bearer token")
    if len(text) > LONGEST:
        raise TokenRefused("token too long")
    if not _FORM.fullmatch(text):
        raise TokenRefused("not a signed token")
    return _taken_apart(text)


def _taken_apart(text: str) -> Token:
    try:
        compact = extract_compact(text.encode(), registry=_Jws())
        header = msgspec.convert(compact.headers(), Header)
        claims = msgspec.json.decode(compact.payload, type=Claims)
    except (JoseError, ValueError, TypeError, RecursionError):
        raise TokenRefused("header or claims not as prescribed") from None
    if _NEVER_IN_A_HEADER & compact.headers().keys():
        raise TokenRefused("header brings a key or an extension")
    if not claims.jti.isprintable():
        raise TokenRefused("header or claims not as prescribed")
    return Token(header, claims, compact)


def check_audience(claims: Claims, address: str) -> None:
    """``aud`` is, or holds, exactly the public address that was called: a token for one service opens no other."""
    if address not in ([claims.aud] if isinstance(claims.aud, str) else claims.aud):
        raise TokenRefused("audience is another address")


def check_times(claims: Claims, now: float) -> None:
    """Clocks may differ by a minute; nobody may sign for longer than an hour."""
    if claims.exp <= now - LEEWAY_SECONDS:
        raise TokenRefused("expired")
    if max(claims.iat, claims.nbf or claims.iat) > now + LEEWAY_SECONDS:
        raise TokenRefused("from the future")
    if not 0 < claims.exp - claims.iat <= LONGEST_LIFE_SECONDS:
        raise TokenRefused("lifetime too long")
