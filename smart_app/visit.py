"""What one look at a chart page is made of: who the patient is, what the EHR told, and what it did not.

The launch fills it, the page shows it; neither knows how the other works.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from clinical import Chart


@dataclass(frozen=True, repr=False)
class PatientIdentity:
    """What tells one patient from another, as the EHR wrote it. Shown on the page and kept nowhere."""

    name: str | None
    birth_date: str | None
    gender: str | None = None
    record_number: str | None = None


@dataclass(frozen=True, repr=False)
class Visit:
    """``gaps`` are sentences: what of the chart is missing, and why. ``style`` holds checked CSS values of the EHR's
    own look (SMART ``smart_style_url``). ``view`` is the nutrient of the card that the page was opened from.
    ``launch`` is what the EHR told of the launch beside all this, each with its SMART name.
    ``handle`` is opaque, and the page's addresses begin with it."""

    handle: str
    ehr_name: str
    patient: PatientIdentity
    chart: Chart
    today: date
    gaps: tuple[str, ...] = ()
    need_patient_banner: bool = True
    view: str | None = None
    launch: tuple[tuple[str, str], ...] = ()
    style: dict[str, str] = field(default_factory=dict)
