"""Who may see what of the FHIR server: the bearer token's scopes, and the one patient it is bound to.

Source: SMART App Launch 2.2, Scopes: ``patient/`` is about the launch's patient alone, ``user/`` about every patient
whom the user may see, which in this EHR is everybody. A scope with a filter covers what the filter finds.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from flask import Request

from demo_ehr.authority import Authority, DataScope, IssuedToken
from demo_ehr.fhir.outcomes import Refused

Resource = dict[str, Any]
# An included Medication is part of the order that refers to it, and read under the order's scope.
_UNDER = {"Medication": "MedicationRequest"}


class Access(NamedTuple):
    """What the bearer of one token may do with one type of resource: ``letter`` of SMART's ``cruds``."""

    token: IssuedToken
    letter: str

    @property
    def knows_user(self) -> bool:
        """Scope ``fhirUser`` permits to read the resource of the user who launched the app."""
        return "fhirUser" in self.token.scope.split()

    def must_permit(self, resource_type: str) -> None:
        """Raises ``Refused`` (403) where no scope is about this type."""
        if not self._scopes(resource_type):
            raise Refused(403, "forbidden", f"no scope of this token permits this on {resource_type}")

    def covers(self, resource: Resource, owner: str | None) -> bool:
        """Whether one of the scopes shows this resource, which is in the chart of ``owner``."""
        own = owner == self.token.context.patient_id
        return any(
            (own or scope.level == "user") and scope.covers(resource)
            for scope in self._scopes(resource["resourceType"])
        )

    def must_be_about(self, patient_id: str, resource_type: str) -> None:
        """Raises ``Refused`` (403) where somebody else's chart is asked for with a token of one patient."""
        everybody = any(scope.level == "user" for scope in self._scopes(resource_type))
        if not everybody and patient_id.rpartition("/")[2] != self.token.context.patient_id:
            raise Refused(403, "forbidden", "this token is bound to another patient")

    def _scopes(self, resource_type: str) -> list[DataScope]:
        names = (resource_type, _UNDER.get(resource_type, resource_type))
        return [it for it in self.token.data_scopes if any(it.permits(name, self.letter) for name in names)]


def access_of(request: Request, authority: Authority, letter: str) -> Access:
    """Raises ``Refused`` (401) without a living bearer token in the header; the query is no place for one."""
    kind, _, value = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not value:
        raise Refused(401, "login", "send an access token: Authorization: Bearer …")
    token = authority.use(value.strip())
    if token is None:
        raise Refused(401, "login", "the access token is unknown or has expired; refresh it or launch again")
    return Access(token, letter)
