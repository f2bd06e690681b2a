"""The CDS services on offer. What is not listed here is neither advertised nor answered.

Source: CDS Hooks 2.0.1 section Discovery; ``version`` and ``hookVersion`` are additions of 3.0. The hook version is
the one in the hook's own table in the CDS Hooks Library.
"""

from __future__ import annotations

import msgspec

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
        "Needs the listed prefetch, above all the laboratory keys; a key without data is answered with null or an "
        "empty searchset Bundle. FHIR R4 (4.0.1) only. Without any laboratory key the answer is 412."
    ),
)
SERVICES = (PATIENT_VIEW,)
SERVICE_BY_ID = {service.id: service for service in SERVICES}
