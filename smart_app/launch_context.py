"""What an EHR tells of a launch beside the tokens: which patient, which encounter, how the app is to look.

Source: SMART App Launch 2.2 section Launch context arrives with your access_token. Only the patient is needed; the
rest is taken where it is as it should be, and left where it is not. Encounter, intent, tenant and fhirContext change
nothing on the page, which is the default one for any of them; it tells them to whoever asks what the EHR said.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from terminology import ANALYTES

# FHIR allows 64 characters of [A-Za-z0-9-.]; EHRs have sent more of both. Spaces and slashes would be another address.
_ID = re.compile(r"[^\s/?#\x00-\x20\x7f]{1,256}")
_WORD = re.compile(r"[A-Za-z0-9_.:-]{1,100}")
_LONGEST_TEXT = 4096
_LONGEST_REFERENCE = 256
_MOST_REFERENCES = 20
_VIEWS = frozenset(one.nutrient for one in ANALYTES.values() if one.nutrient)


class LaunchContext(msgspec.Struct, frozen=True, kw_only=True):
    """``view`` is the nutrient of the card whose link led here, ``references`` what the launch is about."""

    patient: str | None = None
    encounter: str | None = None
    need_patient_banner: bool = True
    intent: str | None = None
    style_address: str | None = None
    tenant: str | None = None
    view: str | None = None
    references: tuple[str, ...] = ()


def launch_context(told: dict[str, Any]) -> LaunchContext:
    """Never raises. The banner is left out only where the EHR plainly says that it shows one itself."""
    return LaunchContext(
        patient=resource_id(told.get("patient"), "Patient"),
        encounter=resource_id(told.get("encounter"), "Encounter"),
        need_patient_banner=told.get("need_patient_banner") is not False,
        intent=_matching(_WORD, told.get("intent")),
        style_address=_text(told.get("smart_style_url")),
        tenant=_matching(_WORD, told.get("tenant")),
        view=_view(_text(told.get("appContext"))),
        references=_references(told.get("fhirContext")),
    )


def resource_id(value: object, kind: str) -> str | None:
    """``123`` of ``123`` and, as some EHRs send it, of ``Patient/123``."""
    found = _matching(_ID, value.removeprefix(f"{kind}/")) if isinstance(value, str) else None
    return None if found in (".", "..") else found  # addresses resolve these before anything else


def _references(value: object) -> tuple[str, ...]:
    """What the launch is about, by fhirContext: a role other than ``launch`` says that an entry is something else."""
    entries = [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []
    about = [entry.get("reference") for entry in entries if entry.get("role", "launch") == "launch"]
    return tuple(one for one in about if isinstance(one, str) and 0 < len(one) <= _LONGEST_REFERENCE)[:_MOST_REFERENCES]


def _view(app_context: str | None) -> str | None:
    """``iron`` of ``{"view":"iron"}``, as our cards' links say it. Anybody may have written it: only what is known
    counts."""
    try:
        told = msgspec.json.decode(app_context or "null")
    except (ValueError, RecursionError):
        return None
    view = told.get("view") if isinstance(told, dict) else None
    return view if isinstance(view, str) and view in _VIEWS else None


def _matching(pattern: re.Pattern[str], value: object) -> str | None:
    return value if isinstance(value, str) and pattern.fullmatch(value) else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and 0 < len(value) <= _LONGEST_TEXT else None
