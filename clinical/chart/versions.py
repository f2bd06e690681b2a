"""Tells an STU3 or DSTU2 payload from R4: their elements look alike and mean other things, so they are not read at all.

Source: FHIR R4 "Change history" of Condition (clinicalStatus became a CodeableConcept), Observation and
MedicationRequest (``context`` became ``encounter``), and the list of R4 resource types.
"""

from __future__ import annotations

from clinical.chart.errors import WrongFhirVersion
from clinical.chart.gathering import Gathered
from clinical.chart.wire import CodeableConcept, Resource

# Resource types that no longer exist in R4.
_GONE = {
    "MedicationOrder": "DSTU2",
    "DiagnosticOrder": "DSTU2",
    "OrderResponse": "DSTU2",
    "ProcedureRequest": "STU3",
    "ReferralRequest": "STU3",
    "DataElement": "STU3",
    "ImagingManifest": "STU3",
    "EligibilityRequest": "STU3",
}
_WITH_STATUS = ("Condition", "AllergyIntolerance")
_WITH_CONTEXT = ("Observation", "MedicationRequest")
_TELLING = (*_GONE, *_WITH_STATUS)
_STU3_STATUS_CODES = frozenset({"active", "recurrence", "relapse", "inactive", "remission", "resolved"})


def refuse_other_versions(gathered: Gathered) -> None:
    """Raises ``WrongFhirVersion`` if something here can only be STU3 or DSTU2 and nothing can only be R4.

    One sloppy element among sound R4 does not make a payload STU3: it is left out alone.
    """
    signs = [sign for item in gathered.of(*_TELLING) if (sign := _sign(item.resource))]
    contexts = [item.resource.context for item in gathered.of(*_WITH_CONTEXT)]
    signs += ["STU3" for context in contexts if context is not None and context.reference]
    older = next((sign for sign in signs if sign != "R4"), None)
    if older and "R4" not in signs:
        raise WrongFhirVersion(f"the input is FHIR {older}; this service reads FHIR R4 (4.0.1)")


def _sign(resource: Resource) -> str | None:
    kind = resource.resource_type
    return _GONE[kind] if kind in _GONE else _sign_of_status(resource.clinical_status)


def _sign_of_status(status: CodeableConcept | str | None) -> str | None:
    if isinstance(status, str):
        return "STU3" if status in _STU3_STATUS_CODES else None
    return "R4" if status is not None and status.coding else None
