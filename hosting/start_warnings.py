"""What an operator is warned of at the start: settings that are right for trying out and wrong for patients, and
variables that look like settings and are none."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from hosting.addresses import is_protected
from hosting.registry import EhrRegistry
from hosting.settings import Settings

# Kubernetes sets variables of this beginning for a Service called rls-nutrients: hence a warning and no refusal.
_OF_KUBERNETES = "RLS_NUTRIENTS_"


def start_warnings(settings: Settings, registry: EhrRegistry) -> Iterator[str]:
    """One sentence for each safeguard that is off, and for each variable of the environment that changes nothing."""
    yield from _unknown_variables(os.environ, {ehr.client_secret_env for ehr in registry.ehrs})
    if settings.cds_authentication == "off":
        yield "RLS_CDS_AUTHENTICATION is off: whoever reaches this address can call the CDS service."
    if settings.trust_public_sandbox:
        yield "RLS_TRUST_PUBLIC_SANDBOX is on: the sandbox's key is public, so anybody can call as the sandbox."
    for name in ("public_url", "smart_app_url"):
        address = getattr(settings, name)
        if address is not None and not is_protected(address):
            yield f"RLS_{name.upper()} is plain http: patient data would travel unprotected."
    for ehr in registry.ehrs:
        if any(client.reuse_tokens for client in ehr.cds_clients):
            yield f'EHR "{ehr.name}" has reuse_tokens: whoever gets hold of one of its tokens can use it again.'


def _unknown_variables(names: Iterable[str], secrets: Iterable[str | None]) -> Iterator[str]:
    """RLS_… variables that are neither a setting nor an EHR's secret. Their values are not looked at."""
    settings = [f"RLS_{name}".upper() for name in Settings.model_fields]
    known = {*settings, *secrets}
    ours = [name for name in sorted(names) if name.upper().startswith("RLS_") and not name.startswith(_OF_KUBERNETES)]
    for name in ours:
        if name not in known and name.upper() not in known:
            meant = get_close_matches(name.upper(), settings, 1)
            yield f"{name} is no setting and changes nothing{f'; is {meant[0]} meant?' if meant else '.'}"
