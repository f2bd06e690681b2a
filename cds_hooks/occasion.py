"""At which EHR, for which user and patient a service was called; kept beyond the call as keyed hashes only."""

from __future__ import annotations

from typing import NamedTuple

from cds_hooks.keyed_hash import KeyedHash
from hosting import Ehr

UNREGISTERED = "unregistered"


class Occasion(NamedTuple):
    """One hook call, as far as it matters for whether something is said once more."""

    service: str
    ehr: Ehr | None
    fhir_server: str | None
    user_id: str
    patient_id: str

    @property
    def ehr_name(self) -> str:
        """As the registry calls the EHR; never an address that a caller sent."""
        return self.ehr.name if self.ehr else UNREGISTERED

    @property
    def is_silenced(self) -> bool:
        """Whether the EHR's kill switch is on."""
        return self.ehr is not None and self.ehr.kill_switch

    def key(self, keyed: KeyedHash, *about: str) -> str:
        """The same for the same user, patient and EHR, whichever service asks. Not to be guessed without the key."""
        where = self.ehr.name if self.ehr else f"{UNREGISTERED} {self.fhir_server or ''}"
        return keyed.of((where, self.patient_id, self.user_id, *about))
