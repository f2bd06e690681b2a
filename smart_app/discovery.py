"""Where an EHR authorizes apps, by its own description. Source: SMART App Launch 2.2 section Using .well-known.

Relative endpoints are resolved against the FHIR base. What is described is believed only as far as it may carry a
secret: https, or plain http to loopback for an EHR that is on loopback itself.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import Any
from urllib.parse import urljoin

from ehr_reader import Deadline
from hosting import Ehr, is_loopback, is_protected, is_this_machine
from smart_app.origins import host_of
from smart_app.sending import NotAnswered, Sender, seconds_to_keep

# Control characters, and half letters, which no encoding has.
_NEVER_SENT = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_AN_HOUR = 3600.0
_A_DAY = 24 * _AN_HOUR


@dataclass(frozen=True)
class SmartConfiguration:
    """What of smart-configuration is used. ``issuer`` is the one of id_tokens, whose keys may be asked for;
    ``named_issuer`` is what it was called, for comparing. ``names_itself``: it promises to send it to the callback."""

    authorization_endpoint: str
    token_endpoint: str
    capabilities: frozenset[str] = frozenset()
    issuer: str | None = None
    named_issuer: str | None = None
    names_itself: bool = False
    revocation_endpoint: str | None = None


class Discovery:
    """One per process; asks each EHR once, and again when the answer is no longer fresh."""

    def __init__(self, sender: Sender, clock: Callable[[], float] = time.monotonic) -> None:
        self._sender = sender
        self._clock = clock
        self._known: dict[str, tuple[SmartConfiguration, float]] = {}
        self._locks: dict[str, Lock] = {}

    def of(self, ehr: Ehr, deadline: Deadline) -> SmartConfiguration:
        """Raises ``NotAnswered``."""
        found = self._fresh(ehr)
        if found is not None:
            return found
        with in_turn(self._locks.setdefault(ehr.name, Lock()), deadline):
            return self._fresh(ehr) or self._ask(ehr, deadline)

    def known(self, ehr: Ehr) -> SmartConfiguration | None:
        """What the EHR said last, fresh or not; nobody is asked."""
        return self._known.get(ehr.name, (None, 0.0))[0]

    def forget(self, ehr: Ehr) -> None:
        """After a failure: the endpoints may have moved."""
        self._known.pop(ehr.name, None)

    def _fresh(self, ehr: Ehr) -> SmartConfiguration | None:
        configuration, until = self._known.get(ehr.name, (None, 0.0))
        return configuration if self._clock() < until else None

    def _ask(self, ehr: Ehr, deadline: Deadline) -> SmartConfiguration:
        base = ehr.fhir_base.rstrip("/")
        reply = self._sender.get(f"{base}/.well-known/smart-configuration", deadline)
        members = reply.members() if reply.status == 200 else None
        if members is None:
            raise NotAnswered(503 if reply.status in (429, 503) else 502, "smart configuration not readable")
        configuration = _configuration(members, base)
        keep = seconds_to_keep(reply.headers, otherwise=_AN_HOUR, at_most=_A_DAY)
        self._known[ehr.name] = (configuration, self._clock() + keep)
        return configuration


@contextmanager
def in_turn(lock: Lock, deadline: Deadline) -> Iterator[None]:
    """Those who come together ask once. Behind an EHR that hangs nobody waits longer than alone: ``NotAnswered``."""
    if not lock.acquire(timeout=deadline.remaining):
        raise NotAnswered(504, "no answer in time")
    try:
        yield
    finally:
        lock.release()


def _configuration(members: dict[str, Any], base: str) -> SmartConfiguration:
    authorize, token = _endpoint(members, "authorization_endpoint", base), _endpoint(members, "token_endpoint", base)
    if authorize is None or token is None:
        raise NotAnswered(502, "smart configuration names no usable endpoint")
    issuer, listed = members.get("issuer"), members.get("capabilities")
    named = issuer if isinstance(issuer, str) and issuer.strip() else None
    return SmartConfiguration(
        authorize,
        token,
        frozenset(word for word in listed if isinstance(word, str)) if isinstance(listed, list) else frozenset(),
        named if named and may_be_asked(named, base) else None,
        named,
        members.get("authorization_response_iss_parameter_supported") is True,
        _endpoint(members, "revocation_endpoint", base),
    )


def _endpoint(members: dict[str, Any], name: str, base: str) -> str | None:
    value = members.get(name)
    if not isinstance(value, str) or not value.strip():
        return None
    try:
        address = urljoin(f"{base}/", value)
    except ValueError:
        return None
    return address if may_be_asked(address, base) else None


def may_be_asked(address: str, base: str) -> bool:
    """Whether a secret may go there. An EHR elsewhere has no business on this machine's own loopback."""
    place, hash_sign, _ = address.partition("#")
    try:
        protected = is_protected(place.partition("?")[0]) and not hash_sign and not _NEVER_SENT.search(place)
        return protected and (not is_this_machine(host_of(place)) or is_loopback(host_of(base)))
    except ValueError:
        return False
