"""The start of a launch: which EHR, where it authorizes, and what it is asked for.

Source: SMART App Launch 2.2 sections Launch App and Obtain authorization code; PKCE: RFC 7636. Nothing is asked of an
address that the registry does not name.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from authlib.common.security import generate_token
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from clinical import Need
from ehr_reader import Deadline
from hosting import Ehr, EhrRegistry
from smart_app.browser_cookies import new_secret
from smart_app.discovery import Discovery, SmartConfiguration
from smart_app.notices import Notice, ehr_at_fault, not_a_launch
from smart_app.raw_query import Twice, encoded, parameter
from smart_app.scopes_asked import scopes_asked
from smart_app.sealing import Begun
from smart_app.sending import NotAnswered

SECONDS_FOR_DISCOVERY = 8.0
_VERIFIER_LENGTH = 96


@dataclass(frozen=True, repr=False)
class Launching:
    """A launch that is about to go to its EHR. ``by_form``: it is sent as a form, because the EHR takes that and
    addresses have an end."""

    ehr: Ehr
    begun: Begun
    state: str
    endpoint: str
    parameters: tuple[tuple[str, str], ...]
    by_form: bool

    @property
    def address(self) -> str:
        """For a redirect: every parameter byte for byte, beside what the endpoint's own query holds."""
        query = "&".join(f"{name}={encoded(value)}" for name, value in self.parameters)
        return f"{self.endpoint}{'&' if '?' in self.endpoint else '?'}{query}"


class Launcher:
    """One per process."""

    def __init__(self, registry: EhrRegistry, discovery: Discovery, needed: Iterable[Need], redirect_uri: str) -> None:
        self._registry = registry
        self._discovery = discovery
        self._needed = tuple(needed)
        self._redirect_uri = redirect_uri

    def ehr_of(self, query: bytes) -> tuple[Ehr, str]:
        """The EHR and its ``iss`` as received. Raises ``Notice`` (400)."""
        iss = _parameter(query, "iss")
        if not iss:
            raise not_a_launch("The address of the EHR (iss) is missing.", "iss missing")
        ehr = self._registry.by_fhir_base(iss)
        if ehr is None:
            raise not_a_launch("This EHR is not registered with this app.", "iss not registered")
        if ehr.client_id is None:
            raise Notice(
                400, "The app could not be opened", "This EHR is registered without a client_id for the app.",
                reason="no client id", ehr=ehr,
            )  # fmt: skip
        return ehr, iss

    def launching(self, ehr: Ehr, iss: str, query: bytes, *, standalone: bool) -> Launching:
        """Raises ``Notice``: 400 without ``launch``, 502 and more where the EHR does not say where it authorizes."""
        launch = _parameter(query, "launch")
        if not launch and not standalone:
            raise not_a_launch("The EHR's sign for this launch (launch) is missing.", "launch missing")
        try:
            found = self._discovery.of(ehr, Deadline.in_seconds(SECONDS_FOR_DISCOVERY))
        except NotAnswered as failure:
            sentence = "The EHR did not say where apps are authorized."
            raise ehr_at_fault(failure.status, sentence, failure.reason) from None
        return self._made(ehr, found, iss, "" if standalone else launch)

    def _made(self, ehr: Ehr, found: SmartConfiguration, iss: str, launch: str) -> Launching:
        state, verifier = new_secret(), generate_token(_VERIFIER_LENGTH)
        scope = scopes_asked(ehr, found.capabilities, self._needed, standalone=not launch)
        parameters = {
            "response_type": "code",
            "client_id": str(ehr.client_id),
            "redirect_uri": self._redirect_uri,
            **({"launch": launch} if launch else {}),
            "scope": scope,
            "state": state,
            "aud": iss,
            "code_challenge": create_s256_code_challenge(verifier),
            "code_challenge_method": "S256",
        }
        by_form = "authorize-post" in found.capabilities and _fits_a_form(launch)
        begun = Begun(iss, verifier, scope)
        return Launching(ehr, begun, state, found.authorization_endpoint, tuple(parameters.items()), by_form)


def _parameter(query: bytes, name: str) -> str:
    try:
        return parameter(query, name)
    except Twice:
        raise not_a_launch(f"The address holds more than one {name}.", "parameter twice") from None


def _fits_a_form(launch: str) -> bool:
    """Forms are written in UTF-8, and line ends in them are changed; such a value goes by the address."""
    try:
        urlencode({"launch": launch})
    except UnicodeEncodeError:
        return False
    return "\n" not in launch and "\r" not in launch
