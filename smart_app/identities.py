"""Who the patient is, as a Patient resource says it: for the banner and the print, and kept nowhere.

Source: FHIR R4 sections Patient and HumanName. EHRs write names in every way that the format allows, and in others.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from clinical import Identifier, Resource
from smart_app.visit import PatientIdentity

_LONGEST = 200
# Which name is shown where there are several; what a person was called before comes last.
_USES = ("official", "usual", None, "temp", "nickname", "anonymous", "maiden", "old")
_RECORD_NUMBER = "MR"


class HumanName(msgspec.Struct, frozen=True, gc=False):
    use: str | None = None
    text: str | None = None
    family: str | None = None
    given: tuple[str, ...] = ()


class Answered(Resource, frozen=True, kw_only=True):
    """Any resource that an EHR answers with, and of a Patient who it is."""

    name: tuple[HumanName, ...] | str | None = None


def identity_of(pages: Sequence[Resource], patient_id: str) -> PatientIdentity:
    """Of the launch's own patient; all unknown where no Patient of that id came."""
    found = next((page for page in pages if page.resource_type == "Patient" and page.id == patient_id), None)
    if not isinstance(found, Answered):
        return PatientIdentity(name=None, birth_date=None)
    return PatientIdentity(
        name=_name(found.name),
        birth_date=_line(found.birth_date),
        gender=_line(found.gender),
        record_number=_record_number(found.identifier),
    )


def _name(names: tuple[HumanName, ...] | str | None) -> str | None:
    listed = names if isinstance(names, tuple) else ()
    ordered = sorted(listed, key=lambda name: _USES.index(name.use) if name.use in _USES else len(_USES))
    return next((written for written in map(_written, ordered) if written), None)


def _written(name: HumanName) -> str | None:
    """``text`` as the EHR wants it read; else given names and family name."""
    return _line(name.text) or _line(" ".join(part for part in (*name.given, name.family or "") if part))


def _record_number(identifiers: tuple[Identifier, ...] | Identifier) -> str | None:
    listed = identifiers if isinstance(identifiers, tuple) else (identifiers,)
    own = [one for one in listed if one.type and any(coding.code == _RECORD_NUMBER for coding in one.type.coding)]
    return next((value for one in own if one.use != "old" and (value := _line(one.value))), None)


def _line(text: str | None) -> str | None:
    """On one line, of bounded length, without characters that would turn or hide what stands beside them."""
    if text is None:
        return None
    words = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return words[:_LONGEST] or None
