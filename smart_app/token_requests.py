"""Asking an EHR's token endpoint: a code for tokens, and a refresh token for new ones.

Source: SMART App Launch 2.2 sections Obtain access token and Refresh access token; RFC 6749 section 5. Statuses of
refusals differ from EHR to EHR, so the ``error`` of the body decides.
"""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from authlib.oauth2.rfc6749.parameters import prepare_token_request

from ehr_reader import BearerToken, Deadline
from hosting import Ehr
from smart_app.client_authentication import ClientAuthentication
from smart_app.discovery import Discovery
from smart_app.sealing import Permission
from smart_app.sending import NotAnswered, Reply, Sender

_SECONDS_TO_REVOKE = 5.0
# No token lives so long; an EHR that says so has said nothing.
_LONGEST_LIFE_SECONDS = 10 * 365 * 86400


class GrantRefused(Exception):
    """``invalid_grant``: the code or the refresh token is not good any more. Asking again is of no use."""


@dataclass(frozen=True, repr=False)
class Tokens:
    """``told`` is the whole reply. ``scope`` is None where the EHR did not say (RFC 6749: then it is as asked)."""

    access_token: str
    refresh_token: str | None
    id_token: str | None
    expires_in: float | None
    scope: str | None
    told: dict[str, Any]


class TokenRequests:
    """One per process."""

    def __init__(self, sender: Sender, discovery: Discovery, authentication: ClientAuthentication) -> None:
        self._sender = sender
        self._discovery = discovery
        self._authentication = authentication

    def exchange(self, ehr: Ehr, code: str, verifier: str, redirect_uri: str, deadline: Deadline) -> Tokens:
        """Raises ``GrantRefused`` and ``NotAnswered``."""
        values = {"code": code, "code_verifier": verifier, "redirect_uri": redirect_uri}
        return self._ask(ehr, "authorization_code", values, deadline)

    def refresh(self, ehr: Ehr, refresh_token: str, deadline: Deadline) -> Tokens:
        """Asks for the same scopes. Raises ``GrantRefused`` and ``NotAnswered``."""
        return self._ask(ehr, "refresh_token", {"refresh_token": refresh_token}, deadline)

    def revoke(self, ehr: Ehr, permission: Permission) -> None:
        """Where the EHR says how (RFC 7009). Nobody waits for it, nothing depends on it: tokens end by themselves."""
        configuration = self._discovery.known(ehr)
        if configuration is None or configuration.revocation_endpoint is None:
            return
        endpoint, token = configuration.revocation_endpoint, permission.refresh_token or permission.access_token
        headers, form = self._authentication.proven(ehr, endpoint, urlencode({"token": token}))
        with suppress(NotAnswered):
            self._sender.post(endpoint, headers, form, Deadline.in_seconds(_SECONDS_TO_REVOKE))

    def _ask(self, ehr: Ehr, grant_type: str, values: dict[str, str], deadline: Deadline) -> Tokens:
        endpoint = self._discovery.of(ehr, deadline).token_endpoint
        try:
            return self._ask_at(endpoint, ehr, grant_type, values, deadline)
        except NotAnswered:
            # The endpoint may have moved since the EHR was last asked where it is: once more, if it has.
            self._discovery.forget(ehr)
            moved_to = self._discovery.of(ehr, deadline).token_endpoint
            if moved_to == endpoint:
                raise
            return self._ask_at(moved_to, ehr, grant_type, values, deadline)

    def _ask_at(
        self, endpoint: str, ehr: Ehr, grant_type: str, values: dict[str, str], deadline: Deadline
    ) -> Tokens:  # fmt: skip
        headers, form = self._authentication.proven(ehr, endpoint, prepare_token_request(grant_type, **values))
        return _tokens(self._sender.post(endpoint, headers, form, deadline))


def _tokens(reply: Reply) -> Tokens:
    told = reply.members()
    if told is not None and told.get("error") == "invalid_grant":
        raise GrantRefused
    if reply.status in (429, 503):
        raise NotAnswered(503, "token endpoint is busy")
    if reply.status != 200 or told is None:
        raise NotAnswered(502, "token endpoint refused" if told and "error" in told else "token reply not readable")
    kind = told.get("token_type")
    if kind is not None and not (isinstance(kind, str) and kind.lower() == "bearer"):
        raise NotAnswered(502, "token type is not bearer")
    return Tokens(
        _access_token(told),
        _text(told, "refresh_token"),
        _id_token(told),
        _seconds(told.get("expires_in")),
        told["scope"] if isinstance(told.get("scope"), str) else None,
        told,
    )


def _access_token(told: dict[str, Any]) -> str:
    token = _text(told, "access_token") or ""
    try:
        BearerToken(token)
    except ValueError:
        raise NotAnswered(502, "token reply holds no usable access token") from None
    return token


def _id_token(told: dict[str, Any]) -> str | None:
    """One that is no text is there all the same: it is verified, and does not hold."""
    return None if told.get("id_token") is None else _text(told, "id_token") or ""


def _text(told: dict[str, Any], name: str) -> str | None:
    value = told.get(name)
    return value if isinstance(value, str) and value else None


def _seconds(value: object) -> float | None:
    """``expires_in`` as a number, or as text that holds one; None if it says nothing."""
    try:
        seconds = float(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else math.nan
    except (ValueError, OverflowError):
        return None
    return seconds if 0 < seconds < _LONGEST_LIFE_SECONDS else None
