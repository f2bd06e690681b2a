"""The patients of the demo: hook calls from the fixtures beside this package, told as of today."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from demo_ehr.mistakes import CannotDemonstrate
from demo_ehr.told_today import told_today

HOOKS = Path(__file__).resolve().parent.parent / "fixtures" / "hooks"
SHOWN = ("restless-legs-low-ferritin", "haemochromatosis", "magnesium-kidney-and-acid-blocker")


class HookCall(NamedTuple):
    """What an EHR would post when a chart is opened, and whose chart it is."""

    story: str
    body: dict[str, Any]

    @property
    def patient(self) -> dict[str, Any]:
        patient: dict[str, Any] = self.body["prefetch"]["patient"]
        return patient

    @property
    def banner(self) -> str:
        """Name and birth date, as an EHR shows them above a chart."""
        patient = self.patient
        name = patient["name"][0]
        return f"{name['family']}, {' '.join(name['given'])}  born {patient['birthDate']}  {patient['gender']}"


def hook_calls(today: date) -> list[HookCall]:
    """Raises ``CannotDemonstrate`` where the fixtures are not there: they come with the source, not with a wheel."""
    return [_read(story, today) for story in SHOWN]


def _read(story: str, today: date) -> HookCall:
    try:
        body = json.loads((HOOKS / f"{story}.json").read_text("utf-8"))
    except OSError as error:
        raise CannotDemonstrate(f"the demo needs the fixtures of the source tree: {error}") from None
    return HookCall(story, told_today(body, today))
