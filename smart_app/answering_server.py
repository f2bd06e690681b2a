"""Which authorization server answers at the callback: the EHR's own, or somebody mixes two up.

Source: RFC 9207, OAuth 2.0 Authorization Server Issuer Identification. An EHR that was taken over could send its
visitors on to another, to be handed the other's codes: so what it says of itself is held against what is known of the
others. ``iss`` is compared, and never taken for an address.
"""

from __future__ import annotations

from hosting import Ehr, EhrRegistry
from smart_app.discovery import Discovery, SmartConfiguration
from smart_app.notices import Notice
from smart_app.origins import origin_of


class AnsweringServer:
    """One per process."""

    def __init__(self, registry: EhrRegistry, discovery: Discovery) -> None:
        self._registry = registry
        self._discovery = discovery

    def check(self, ehr: Ehr, found: SmartConfiguration, told: str) -> None:
        """``told`` is the ``iss`` of the callback, empty where there is none. Raises ``Notice`` (400)."""
        if not told:
            if found.names_itself:
                raise _mixed_up("The answer does not say which authorization server it is from.", "iss is missing")
        elif not _is_its_own(ehr, found, told) or self._is_of_another(ehr, found, told):
            raise _mixed_up("The answer came from another authorization server.", "callback names another issuer")

    def _is_of_another(self, ehr: Ehr, found: SmartConfiguration, told: str) -> bool:
        """Two EHRs may share an authorization server: then the code goes to the same address, whoever named it."""
        for other in self._registry.ehrs:
            if other.name == ehr.name:
                continue
            known = self._discovery.known(other)
            if _same(told, other.fhir_base):
                return True
            if known and _same(told, known.named_issuer) and known.token_endpoint != found.token_endpoint:
                return True
        return False


def _is_its_own(ehr: Ehr, found: SmartConfiguration, told: str) -> bool:
    """Where an EHR names no issuer, its server is known by where the code goes."""
    if _same(told, ehr.fhir_base) or _same(told, found.named_issuer):
        return True
    try:
        return found.named_issuer is None and origin_of(told) == origin_of(found.token_endpoint)
    except ValueError:
        return False


def _same(told: str, name: str | None) -> bool:
    return name is not None and told.rstrip("/") == name.rstrip("/")


def _mixed_up(sentence: str, reason: str) -> Notice:
    return Notice(400, "This launch cannot be continued", sentence, reason=reason)
