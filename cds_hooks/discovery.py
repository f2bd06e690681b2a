"""What EHRs are told to send: the services and their prefetch templates.

Source: CDS Hooks 2.0.1 sections Discovery, Prefetch Template and Prefetch query restrictions. Templates stay within the
restricted subset (instance read, type search, token equality, ``_sort``, ``_count``) and use no token but
``context.patientId``. Several codes are joined by commas, as FHIR R4 search allows.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

import msgspec

from cds_hooks.services import SERVICES, STANDARD_VERSION, Service
from clinical import Need
from hosting import EhrRegistry

PrefetchStyle = Literal["codes", "category"]
LABORATORY_KEY = "laboratory"
# A page size, newest results first. EHRs cap it as they see fit; what does not fit is told as a gap.
_RESULTS_PER_NEED = 100
_RESULTS_PER_CATEGORY = 200
_LISTED = 200
_PATIENT = "patient={{context.patientId}}"


def style_of(registry: EhrRegistry) -> PrefetchStyle:
    """Discovery is open and does not know who asks: ``category`` only where every registered EHR wants it so."""
    styles = {ehr.prefetch_style for ehr in registry.ehrs}
    return "category" if styles == {"category"} else "codes"


def discovery(needed: Iterable[Need], style: PrefetchStyle) -> bytes:
    """The answer to ``GET /cds-services`` as JSON: the same for every caller, hence written once."""
    templates = prefetch_templates(needed, style)
    return msgspec.json.encode({"services": [_description(service, templates) for service in SERVICES]})


def prefetch_templates(needed: Iterable[Need], style: PrefetchStyle) -> dict[str, str]:
    """One template per need; in style ``category`` one for the whole laboratory, filtered here."""
    templates: dict[str, str] = {}
    for need in needed:
        if need.laboratory and style == "category":
            templates[LABORATORY_KEY] = (
                f"Observation?{_PATIENT}&category=laboratory&_sort=-date&_count={_RESULTS_PER_CATEGORY}"
            )
        else:
            templates[need.key] = _template(need)
    return templates


def _template(need: Need) -> str:
    if need.resource_type == "Patient":
        return "Patient/{{context.patientId}}"
    if not need.codes:
        return f"{need.resource_type}?{_PATIENT}&_count={_LISTED}"
    codes = ",".join(f"http://loinc.org|{code}" for code in need.codes)
    return f"{need.resource_type}?{_PATIENT}&code={codes}&_sort=-date&_count={_RESULTS_PER_NEED}"


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
