"""Whether the EHR may be asked back in this call, and for what.

Source: CDS Hooks 2.0.1 section FHIR Resource Access. ``fhirServer`` is chosen by whoever calls, hence the registry
alone says which address is contacted. The token is used for one call and kept nowhere.
"""

from __future__ import annotations

from typing import NamedTuple

from cds_hooks.request import HookRequest
from ehr_reader import Access, Scopes
from hosting import Ehr


class NoLeave(Exception):
    """Why not, in words for the log."""


class Leave(NamedTuple):
    """Whom to ask, where and as whom, and what the token permits."""

    ehr: Ehr
    access: Access
    scopes: Scopes


def leave_of(request: HookRequest, ehr: Ehr | None) -> Leave:
    """``ehr`` is the one of this caller whose FHIR base is ``fhirServer``. Raises ``NoLeave``."""
    given = request.fhir_authorization
    if given is None:
        raise NoLeave("no fhir authorization came")
    if ehr is None:
        raise NoLeave("fhir server is not registered for this caller")
    if given.token is None:
        raise NoLeave("no bearer token came")
    if ehr.client_id is None or given.subject != ehr.client_id:
        raise NoLeave("subject is not our client id")
    if given.patient is not None and given.patient.removeprefix("Patient/") != request.patient_id:
        raise NoLeave("token is for another patient")
    return Leave(ehr, Access(ehr.fhir_base, given.token), Scopes(given.scope, one_patient=given.patient is not None))
