"""The registry's switches name services and topics that exist: a misspelt one would be off without anybody knowing."""

from __future__ import annotations

from collections.abc import Collection

from cds_hooks.services import SERVICE_BY_ID
from cds_hooks.topics import TOPICS
from hosting import EhrRegistry, RegistryError


def check_switches(registry: EhrRegistry) -> None:
    """Raises ``RegistryError``, which names the entry, the word and what it may be."""
    for ehr in registry.ehrs:
        _expect_known(ehr.name, "shadow_services", ehr.shadow_services, SERVICE_BY_ID)
        _expect_known(ehr.name, "topics_off", ehr.topics_off, TOPICS)


def _expect_known(ehr: str, word: str, used: Collection[str], known: Collection[str]) -> None:
    unknown = [name for name in used if name not in known]
    if unknown:
        raise RegistryError(f"EHR \"{ehr}\", {word}: '{unknown[0]}' is not known; known are {', '.join(known)}.")
