"""The CDS services on offer. What is not listed here is neither advertised nor answered.

Source: CDS Hooks 2.0.1 section Discovery; ``version`` and ``hookVersion`` are additions of 3.0. The hook version is
the one in the hook's own table in the CDS Hooks Library.
"""

from __future__ import annotations

import msgspec

from cds_hooks.refusals import UnknownService

STANDARD_VERSION = "2.0.1"


class Service(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    hook: str
    hook_version: str
    title: str
    description: str
    usage_requirements: str


PATIENT_VIEW = Service(
    id="rls-nutrients",
    hook="patient-view",
    hook_version="1.0",
    title="Nutrients in restless legs",
    description=(
        "Says what iron, vitamin D, B12, folate, magnesium and other nutrient results mean for a patient with restless "
        "legs, what to beware of, and what may be considered. Each card tells number, date, limit and source. "
        "It supports a clinician's judgement and is not validated for clinical use."
    ),
    usage_requirements=(
        "Needs the listed prefetch, above all the laboratory keys, or FHIR API access; a key without data is answered "
        "with null or an empty searchset Bundle. FHIR R4 (4.0.1) only. Without any laboratory result the answer is 412."
    ),
)
_ABOUT_ORDERS = (
    "Says of a supplement being ordered what speaks against it for this patient (iron with a high transferrin "
    "saturation, magnesium with poor kidney function, folic acid before B12 ...), of a drug that binds iron or "
    "magnesium or aggravates restless legs what to do about it, and of duplicates and upper limits. It supports a "
    "clinician's judgement and is not validated for clinical use."
)
_ORDERS_NEED = (
    "Needs draftOrders, and the listed prefetch or FHIR API access; a key without data is answered with null or an "
    "empty searchset Bundle. FHIR R4 (4.0.1) only. Orders of no concern are answered without any of it."
)
SUPPLEMENT_SELECT = Service(
    id="rls-supplement-select",
    hook="order-select",
    hook_version="1.0",
    title="Supplements and drugs in restless legs, as they are chosen",
    description=_ABOUT_ORDERS,
    usage_requirements=_ORDERS_NEED,
)
SUPPLEMENT_SIGN = Service(
    id="rls-supplement-sign",
    hook="order-sign",
    hook_version="1.0",
    title="Supplements and drugs in restless legs, before they are signed",
    description=f"{_ABOUT_ORDERS} What was said of an unchanged order at order-select is not repeated.",
    usage_requirements=_ORDERS_NEED,
)
SERVICES = (PATIENT_VIEW, SUPPLEMENT_SELECT, SUPPLEMENT_SIGN)
SERVICE_BY_ID = {service.id: service for service in SERVICES}


def service_of(service_id: str) -> Service:
    """Raises ``UnknownService`` (404)."""
    if service_id not in SERVICE_BY_ID:
        raise UnknownService("There is no CDS service of this id; GET /cds-services lists them.")
    return SERVICE_BY_ID[service_id]
