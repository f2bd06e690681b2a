"""A hook call as it arrives: decoded once, straight from the body, and checked without ever inventing a value.

Source: CDS Hooks 2.0.1 section Calling a CDS Service, and the hook ``patient-view`` 1.0 of the CDS Hooks Library.
Unknown members are ignored, because minor versions of a hook may add some. ``null`` is prohibited but common, and is
read as absent.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from cds_hooks.json_body import json_body, line
from cds_hooks.refusals import NotUnderstood, TooMuch
from clinical import NotJson as Undecodable
from clinical import Resource, decode
from ehr_reader import BearerToken

# Any value that JSON allows beside an object: kept as it is, so that a wrong type can be told from an absent member.
Other = list[Any] | str | int | float | bool | None
Answer = Resource | Other

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
# FHIR allows 64 characters of [A-Za-z0-9.-]; EHRs that use longer ids or underscores are answered all the same.
_PATIENT_ID = re.compile(r"[A-Za-z0-9._-]{1,256}")
MOST_RESOURCES = 20_000
# As long as an address may be: the user is named by an address of the EHR.
_LONGEST_USER_ID = 1024


class _Request(msgspec.Struct, frozen=True, rename="camel", gc=False):
    hook: Any = None
    hook_instance: Any = None
    fhir_server: Any = None
    fhir_authorization: Any = None
    context: Any = None
    prefetch: dict[str, Answer] | Other = None


class FhirAuthorization(msgspec.Struct, frozen=True, kw_only=True):
    """Leave to read from the EHR, for this call only. ``token`` is None where it is none that we could present."""

    token: BearerToken | None
    scope: str
    subject: str | None
    patient: str | None


class HookRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A request whose required members are present and of the right type. ``prefetch`` values are unchecked."""

    hook: str
    hook_instance: str
    patient_id: str
    user_id: str
    fhir_server: str | None
    fhir_authorization: FhirAuthorization | None
    prefetch: dict[str, Answer]

    def __repr__(self) -> str:
        return f"HookRequest(hook={self.hook!r})"  # the rest is about a patient


def read_request(data: bytes, media_type: str) -> HookRequest:
    """Raises ``NotJson`` (415), ``TooMuch`` (413) and ``NotUnderstood`` (400), which names the member."""
    try:
        received = decode(json_body(data, media_type), _Request)
    except Undecodable:
        raise NotUnderstood("The request body is not a JSON object, or not valid JSON.") from None
    return _checked(received)


def _checked(received: _Request) -> HookRequest:
    context = received.context
    if not isinstance(context, dict):
        raise NotUnderstood("context must be an object.")
    return HookRequest(
        hook=_text(received.hook, "hook"),
        hook_instance=_uuid(received.hook_instance),
        patient_id=_patient_id(context.get("patientId")),
        user_id=line(context.get("userId"), "context.userId", _LONGEST_USER_ID),
        fhir_server=_server(received),
        fhir_authorization=_authorization(received.fhir_authorization),
        prefetch=_prefetch(received.prefetch),
    )


def _text(value: Any, member: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise NotUnderstood(f"{member} must be a text that is not empty.")
    return value


def _uuid(value: Any) -> str:
    if not isinstance(value, str) or not _UUID.fullmatch(value):
        raise NotUnderstood("hookInstance must be a UUID.")
    return value.lower()


def _patient_id(value: Any) -> str:
    if not isinstance(value, str) or not _PATIENT_ID.fullmatch(value):
        raise NotUnderstood("context.patientId must be the bare id of a Patient, such as 123, without a slash.")
    return value


def _server(received: _Request) -> str | None:
    if received.fhir_server is not None:
        _text(received.fhir_server, "fhirServer")
    if received.fhir_authorization is not None:
        if not isinstance(received.fhir_authorization, dict):
            raise NotUnderstood("fhirAuthorization must be an object.")
        if received.fhir_server is None:
            raise NotUnderstood("fhirServer is required where fhirAuthorization is sent.")
    return received.fhir_server  # type: ignore[no-any-return]


def _authorization(value: dict[str, Any] | None) -> FhirAuthorization | None:
    """Gentle: an authorization that cannot be used is no reason to refuse the call."""
    if value is None:
        return None
    return FhirAuthorization(
        token=_token(value.get("access_token"), value.get("token_type")),
        scope=_text_or_none(value.get("scope")) or "",
        subject=_text_or_none(value.get("subject")),
        patient=_text_or_none(value.get("patient")),
    )


def _token(value: Any, kind: Any) -> BearerToken | None:
    if not isinstance(value, str) or not isinstance(kind, str) or kind.lower() != "bearer":
        return None
    try:
        return BearerToken(value)
    except ValueError:
        return None


def _text_or_none(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _prefetch(value: dict[str, Answer] | Other) -> dict[str, Answer]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise NotUnderstood("prefetch must be an object.")
    if sum(max(1, len(one.entry)) for one in value.values() if isinstance(one, Resource)) > MOST_RESOURCES:
        raise TooMuch(f"The request holds more than {MOST_RESOURCES} resources.")
    return value
