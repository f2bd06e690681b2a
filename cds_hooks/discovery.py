"""What EHRs are told to send: the services and their prefetch templates.

Source: CDS Hooks 2.0.1 sections Discovery and Prefetch Template. No token is used but ``context.patientId``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import msgspec

from cds_hooks.dialects import STANDARD
from cds_hooks.services import SERVICES, STANDARD_VERSION, Service
from clinical import Need
from ehr_reader import PrefetchStyle, queries_of
from hosting import EhrRegistry

_PATIENT_ID = "{{context.patientId}}"


def style_of(registry: EhrRegistry) -> PrefetchStyle:
    """Discovery is open and does not know who asks: ``category`` only where every registered EHR wants it so."""
    styles = {ehr.prefetch_style for ehr in registry.ehrs}
    return "category" if styles == {"category"} else "codes"


def discovery(needed: Iterable[Need], style: PrefetchStyle, hooks: Collection[str] = STANDARD.hooks) -> bytes:
    """The answer to ``GET /cds-services`` as JSON: the same for every caller, hence written once.

    ``hooks`` are those that some registered EHR calls; a service that nobody would call is not offered.
    """
    templates = prefetch_templates(needed, style)
    offered = [_description(service, templates) for service in SERVICES if service.hook in hooks]
    return msgspec.json.encode({"services": offered})


def prefetch_templates(needed: Iterable[Need], style: PrefetchStyle) -> dict[str, str]:
    """One template per need; in style ``category`` one for the whole laboratory, filtered here."""
    return {key: query.template for key, query in queries_of(needed, style, _PATIENT_ID).items()}


def _description(service: Service, templates: dict[str, str]) -> dict[str, Any]:
    return {
        "hook": service.hook,
        "id": service.id,
        "title": service.title,
        "description": service.description,
        "version": STANDARD_VERSION,
        "hookVersion": service.hook_version,
        "usageRequirements": service.usage_requirements,
        "prefetch": templates,
    }
