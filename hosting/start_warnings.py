"""What an operator is warned of at the start: settings that are right for trying out and wrong for patients."""

from __future__ import annotations

from collections.abc import Iterator

from hosting.addresses import is_protected
from hosting.registry import EhrRegistry
from hosting.settings import Settings


def start_warnings(settings: Settings, registry: EhrRegistry) -> Iterator[str]:
    """One sentence for each safeguard that is off."""
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
