"""What an EHR tells of a launch beside the tokens, as far as the page uses it: for whom, how it looks, what of it.

Source: SMART App Launch 2.2 section Launch context arrives with your access_token. Only the patient is needed; the
rest is taken where it is as it should be, and left where it is not. Encounter, intent, tenant and fhirContext would
change nothing on the page: they are not kept.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from terminology import ANALYTES

# FHIR allows 64 characters of [A-Za-z0-9-.]; EHRs have sent more of both. Spaces and slashes would be another address.
_ID = re.compile(r"[^\s/?#\x00-\x20\x7f]{1,256}")
_LONGEST_TEXT = 4096
_VIEWS = frozenset(one.nutrient for one in ANALYTES.values() if one.nutrient)


class LaunchContext(msgspec.Struct, frozen=True, kw_only=True):
    """``view`` is the nutrient of the card whose link led here."""

    patient: str | None = None
    need_patient_banner: bool = True
    style_address: str | None = None
    view: str | None = None


def launch_context(told: dict[str, Any]) -> LaunchContext:
    """Never raises. The banner is left out only where the EHR plainly says that it shows one itself."""
    return LaunchContext(
        patient=resource_id(told.get("patient"), "Patient"),
        need_patient_banner=told.get("need_patient_banner") is not False,
        style_address=_text(told.get("smart_style_url")),
        view=_view(_text(told.get("appContext"))),
    )


def resource_id(value: object, kind: str) -> str | None:
    """``123`` of ``123`` and, as some EHRs send it, of ``Patient/123``."""
    found = value.removeprefix(f"{kind}/") if isinstance(value, str) else ""
    # Addresses resolve dots before anything else.
    return found if _ID.fullmatch(found) and found not in (".", "..") else None


def _view(app_context: str | None) -> str | None:
    """``iron`` of ``{"view":"iron"}``, as our cards' links say it. Anybody may have written it: only what is known
    counts."""
    try:
        told = msgspec.json.decode(app_context or "null")
    except (ValueError, RecursionError):
        return None
    view = told.get("view") if isinstance(told, dict) else None
    return view if isinstance(view, str) and view in _VIEWS else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and 0 < len(value) <= _LONGEST_TEXT else None
