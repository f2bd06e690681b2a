"""The fault switchboard: what may go wrong with an EHR, each to be switched on and off while the demo runs."""

from __future__ import annotations

from threading import Condition

FAULTS: dict[str, str] = {
    "slow": "Every answer of the FHIR server takes three seconds.",
    "hang": "The FHIR server takes requests and does not answer them.",
    "fhir-unauthorized": "The FHIR server answers every request with 401, whatever the token.",
    "fhir-unavailable": "The FHIR server answers every request with 503.",
    "html-error": "The FHIR server answers every request with an HTML page and status 500.",
    "token-expires-at-once": "The first access token of a launch dies after one FHIR request; a refreshed one lives.",
    "refresh-refused": "The first access token dies after one FHIR request, and its refresh is refused.",
    "id-token-bad-signature": "The id_token is signed with a key that nobody published.",
    "id-token-alg-none": "The id_token is not signed at all (alg none).",
    "no-patient-in-token": "The token reply names no patient.",
    "fewer-scopes": "Only the scopes for Patient and Condition are granted: no laboratory result may be read.",
    "scopes-v1": "Scopes are granted in the words of SMART version 1 (.read).",
    "prefetch-missing": "Hook calls come without prefetch and without leave to ask back.",
    "prefetch-outcome": "Every prefetch key holds an OperationOutcome instead of data.",
    "endless-paging": "Every page of a search has a next page, without end.",
    "next-elsewhere": "The next link of a search leads to another host.",
    "other-patient": "Searches also return another patient's resources.",
    "wrong-fhir-version": "Answers look like FHIR before R4, which the product does not read.",
    "strict-search": "A search for Observations needs a code or a category (400, required).",
    "category-required": "A search for Observations needs a category: one by code alone is refused (400, required).",
}


class Switchboard:
    """Safe to switch from one thread while others ask. Names that are not in ``FAULTS`` raise ``KeyError``."""

    FAULTS = FAULTS

    def __init__(self) -> None:
        self._on: set[str] = set()
        self._changed = Condition()

    def on(self, name: str) -> bool:
        FAULTS[name]
        return name in self._on

    def set(self, name: str, on: bool) -> None:
        FAULTS[name]
        with self._changed:
            (self._on.add if on else self._on.discard)(name)
            self._changed.notify_all()

    def reset(self) -> None:
        with self._changed:
            self._on.clear()
            self._changed.notify_all()

    def wait_while_on(self, name: str, seconds: float) -> None:
        """Returns when the fault is switched off, at the latest after ``seconds``."""
        with self._changed:
            self._changed.wait_for(lambda: not self.on(name), timeout=seconds)

    def state(self) -> dict[str, bool]:
        """Every fault and whether it is on, in the order of the switchboard."""
        return {name: name in self._on for name in FAULTS}
