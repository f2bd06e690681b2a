"""The codes by which one EHR orders what we propose: of its preference list, or of its own catalogue.

Source: Epic carries out a suggested order by the code of its preference list. The registry's ``order_codes`` names, for
a proposal or for one of our codes, the coding that is put before ours: "system|code|display".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from clinical import Knowledge, codings_of_orders
from hosting import Ehr, EhrRegistry, RegistryError

_CONCEPTS = {"MedicationRequest": "medicationCodeableConcept", "ServiceRequest": "code"}


class OrderCodes(NamedTuple):
    """Codings by proposal id and by ``system|code``; empty where the EHR takes our codes."""

    codings: Mapping[str, Mapping[str, str]] = {}

    def coded(self, resource: dict[str, Any], proposal: str) -> dict[str, Any]:
        """``resource`` with the EHR's coding first, since some read the first one only."""
        if not self.codings:
            return resource
        member = _CONCEPTS[resource["resourceType"]]
        concept = resource[member]
        own = self._coding(concept.get("coding", ()), proposal)
        if own is None:
            return resource
        return resource | {member: concept | {"coding": [dict(own), *concept.get("coding", ())]}}

    def _coding(self, ours: list[dict[str, str]], proposal: str) -> Mapping[str, str] | None:
        """A code says more exactly than a proposal which test is meant."""
        by_code = (self.codings.get(f"{one['system']}|{one['code']}") for one in ours)
        return next((coding for coding in by_code if coding), self.codings.get(proposal))


NO_ORDER_CODES = OrderCodes()


def order_codes_of(registry: EhrRegistry) -> dict[str, OrderCodes]:
    """By the name of the EHR."""
    return {ehr.name: OrderCodes(dict(_codings(ehr))) for ehr in registry.ehrs}


def check_order_codes(registry: EhrRegistry, knowledge: Knowledge) -> None:
    """Raises ``RegistryError`` for a name that is none of ours: the order would go out without the EHR's code."""
    orders = codings_of_orders(knowledge)
    codes = {f"{system}|{code}" for tests in orders.values() for codings in tests for system, code in codings}
    for ehr in registry.ehrs:
        for name in ehr.order_codes:
            if reason := _fault(name, orders, codes):
                raise RegistryError(f'EHR "{ehr.name}", order_codes: {reason}.')


def _fault(name: str, orders: Mapping[str, Any], codes: set[str]) -> str | None:
    if "|" in name:
        return None if name in codes else f"'{name}' is no code of an order that is ever proposed"
    if name not in orders:
        return f"'{name}' is no proposal with an order; these are: {', '.join(sorted(orders))}"
    if len(orders[name]) > 1:
        tests = ", ".join("|".join(codings[0]) for codings in orders[name])
        return f"'{name}' orders several tests; name each by its code: {tests}"
    return None


def _codings(ehr: Ehr) -> Iterator[tuple[str, dict[str, str]]]:
    for name, told in ehr.order_codes.items():
        system, code, display = told.split("|", 2)
        yield name, {"system": system, "code": code, "display": display}
