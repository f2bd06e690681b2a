"""The FHIR R4 server of the demo EHR."""

from __future__ import annotations

from demo_ehr.fhir.server import fhir_server

__all__ = ["fhir_server"]
