"""Who calls? A JWT of a registered caller, made for the very address that was called, and never seen before.

Source: CDS Hooks 2.0.1 section Trusting CDS Clients, and its best practices for JWTs. The cheap questions come first:
no key is asked for before a token could hold, and nothing else is fetched before it does. Discovery is open and never
asks.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from flask import Request

from cds_hooks.caller_keys import CallerKeys, check_key_files
from cds_hooks.caller_token import (
    LEEWAY_SECONDS,
    Claims,
    PublicKey,
    Token,
    TokenRefused,
    check_audience,
    check_times,
    read_token,
)
from cds_hooks.refusals import NotAuthenticated
from hosting import (
    CdsClient,
    Ehr,
    EhrRegistry,
    Settings,
    is_public_sandbox,
    is_public_sandbox_key,
    log,
    request_id,
)

_LONGEST_WAIT_FOR_KEYS_SECONDS = 2.0

# An entry of the registry that lists this caller, and what it says of it. One caller may stand in several entries.
_Entry: TypeAlias = tuple[Ehr, CdsClient]


@dataclass(frozen=True)
class Caller:
    """Who called, and for which EHRs of the registry it may speak. Without authentication: nobody, for any of them."""

    issuer: str | None
    tenant: str | None
    ehrs: tuple[Ehr, ...]

    def ehr_at(self, fhir_server: str | None) -> Ehr | None:
        """The EHR that may be contacted there: only one that this caller speaks for."""
        return next((ehr for ehr in self.ehrs if fhir_server is not None and ehr.is_at(fhir_server)), None)

    def ehr(self, fhir_server: str | None) -> Ehr | None:
        """The EHR whose dialect and codes apply. Where ``fhirServer`` does not tell, a proven caller's only EHR."""
        only = self.ehrs[0] if self.issuer is not None and len(self.ehrs) == 1 else None
        return self.ehr_at(fhir_server) or only


class TokenMemory(Protocol):
    """Remembers across threads, workers and machines which tokens were used."""

    def remember_token(self, issuer: str, jti: str, expires_at: int) -> bool:
        """True the first time. ``expires_at`` in seconds since 1970."""


class Authentication:
    """Recognises callers. ``memory`` is asked for when the first token holds."""

    def __init__(self, settings: Settings, registry: EhrRegistry, memory: Callable[[], TokenMemory]) -> None:
        """Raises ``RegistryError`` if a file of keys cannot be used."""
        self._settings = settings
        self._registry = registry
        self._memory = memory
        self._keys = _keys_of_callers(settings, registry)
        if settings.cds_authentication == "required":
            check_key_files(registry)
            _tell_of_test_kits(registry)

    def caller(self, call: Request) -> Caller:
        """Raises ``NotAuthenticated`` (401) unless the caller proves itself, or authentication is off."""
        if self._settings.cds_authentication == "off":
            return Caller(None, None, self._registry.ehrs)
        try:
            return self._recognised(call.headers.get("Authorization"), self._settings.public_url + call.path)
        except TokenRefused as refused:
            log.warning("caller refused", reason=str(refused), request_id=request_id())
            raise NotAuthenticated from None

    def _recognised(self, authorization: str | None, address: str) -> Caller:
        token = read_token(authorization)
        entries = self._listed(token.claims)
        check_audience(token.claims, address)
        check_times(token.claims, time.time())
        entries = _of_tenant(entries, token.claims)
        entries = _of_header(entries, token)
        entries = self._signed(entries, token)
        if not all(client.reuse_tokens for _, client in entries):
            self._expect_unused(token.claims)
        return Caller(token.claims.iss, token.claims.tenant, tuple(ehr for ehr, _ in entries))

    def _listed(self, claims: Claims) -> list[_Entry]:
        entries = [entry for entry in self._registry.clients_of_issuer(claims.iss) if self._is_trusted(entry[1])]
        return _expect(entries, "issuer is not listed")

    def _is_trusted(self, client: CdsClient) -> bool:
        return self._settings.trust_public_sandbox or not is_public_sandbox(client)

    def _signed(self, entries: list[_Entry], token: Token) -> list[_Entry]:
        """The entries by whose keys the signature holds; the same keys are tried once, however many EHRs share them."""
        shared = {self._keys[client] for _, client in entries}
        holds = {keys: any(map(token.is_signed_by, keys.find(token.header.kid))) for keys in shared}
        return _expect([entry for entry in entries if holds[self._keys[entry[1]]]], "signature does not hold")

    def _expect_unused(self, claims: Claims) -> None:
        """Raises what the memory raises, too: where nobody can tell whether a token was used, nobody is let in."""
        if not self._memory().remember_token(claims.iss, claims.jti, int(claims.exp) + LEEWAY_SECONDS):
            raise TokenRefused("token was used before")


def _tell_of_test_kits(registry: EhrRegistry) -> None:
    for ehr in registry.ehrs:
        if any(client.reuse_tokens for client in ehr.cds_clients):
            log.warning("tokens may be used again", ehr=ehr.name)


def _keys_of_callers(settings: Settings, registry: EhrRegistry) -> dict[CdsClient, CallerKeys]:
    """One for each issuer and place of keys, shared by the EHRs that list both."""
    seconds = min(_LONGEST_WAIT_FOR_KEYS_SECONDS, settings.hook_deadline_seconds / 2)
    refused: Callable[[PublicKey], bool] = (lambda _: False) if settings.trust_public_sandbox else is_public_sandbox_key
    shared: dict[tuple[object, ...], CallerKeys] = {}
    clients = [client for ehr in registry.ehrs for client in ehr.cds_clients]
    return {
        client: shared.setdefault(
            (client.iss, client.jwks_url, client.jwks_file), CallerKeys(client, seconds, refused=refused)
        )
        for client in clients
    }


def _of_tenant(entries: list[_Entry], claims: Claims) -> list[_Entry]:
    """``tenants`` left empty admits any; else one of them has to be named."""
    admitted = [entry for entry in entries if not entry[1].tenants or claims.tenant in entry[1].tenants]
    return _expect(admitted, "tenant is not listed")


def _of_header(entries: list[_Entry], token: Token) -> list[_Entry]:
    """The key's address may be said, but only the one that is listed; it is never followed from here."""
    header = token.header
    entries = _expect([entry for entry in entries if header.alg in entry[1].algorithms], "algorithm is not listed")
    known = [entry for entry in entries if header.jku in (None, entry[1].jwks_url, entry[1].jku)]
    return _expect(known, "address of keys is not listed")


def _expect(entries: list[_Entry], otherwise: str) -> list[_Entry]:
    if not entries:
        raise TokenRefused(otherwise)
    return entries
