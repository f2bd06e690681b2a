"""Which scopes a launch asks for: as little as the knowledge needs, in the syntax that the EHR understands.

Source: SMART App Launch 2.2 section Scopes and Launch Context.
"""

from __future__ import annotations

from collections.abc import Iterable

from clinical import Need
from hosting import Ehr

_READ_ONE = {"v2": "r", "v1": "read"}
_SEARCH = {"v2": "rs", "v1": "read"}
# How long the EHR lets an app go on, the shorter first.
_STAYING = (("permission-online", "online_access"), ("permission-offline", "offline_access"))


def scopes_asked(ehr: Ehr, capabilities: frozenset[str], needed: Iterable[Need], *, standalone: bool) -> str:
    """In standalone launches the EHR is asked to have a patient chosen."""
    words = ["launch/patient" if standalone else "launch"]
    if "sso-openid-connect" in capabilities:
        words += ["openid", "fhirUser"]
    words += next(([scope] for capability, scope in _STAYING if capability in capabilities), [])
    return " ".join([*words, *_of_resources(needed, _syntax(ehr, capabilities))])


def _of_resources(needed: Iterable[Need], syntax: str) -> list[str]:
    """The patient is read by id, everything else is searched."""
    kinds = dict.fromkeys(need.resource_type for need in needed)
    return [f"patient/{kind}.{(_READ_ONE if kind == 'Patient' else _SEARCH)[syntax]}" for kind in kinds]


def _syntax(ehr: Ehr, capabilities: frozenset[str]) -> str:
    """EHRs that name neither are mostly older ones."""
    if ehr.scope_syntax != "auto":
        return ehr.scope_syntax
    return "v2" if "permission-v2" in capabilities else "v1"
