"""The assessment: one object that the card, the page, the command line and the tests all show.

Source of the shape: the project's published JSON contract of ``rls-nutrients assess --format json``.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Literal, get_args

import msgspec

from clinical.chart.facts import DataQuality, Measurement, Patient
from clinical.knowledge.schema import Band, Indicator, Severity
from clinical.reasoning.comparing import band_of

YesNoUnknown = Literal["yes", "no", "unknown"]
INDICATORS: tuple[Indicator, ...] = get_args(Indicator)
SEVERITIES: tuple[Severity, ...] = get_args(Severity)


class Part(msgspec.Struct, frozen=True, gc=False):
    """Immutable: an assessment is compared, cached and shown, never changed."""


class Context(Part, frozen=True, kw_only=True):
    """What decides which limits apply. ``no`` only where the chart says so; silence is ``unknown``."""

    restless_legs: YesNoUnknown
    pregnant: YesNoUnknown
    dialysis: YesNoUnknown
    age_years: int | None
    evaluated_for_restless_legs: bool = False


class Seen(Part, frozen=True):
    """A measurement, whether it may be interpreted, and the bands that may label its number."""

    measurement: Measurement
    usable: bool
    bands: tuple[Band, ...]

    @property
    def band(self) -> str | None:
        """The label of the number alone. Worked out when it is shown: a card shows few of many."""
        band = band_of(self.measurement, self.bands)
        return band.id if band else None


class Finding(Part, frozen=True, kw_only=True):
    """What a number means for this patient. ``because`` tells number, limit (same unit) and date in one sentence."""

    id: str
    nutrient: str | None
    analyte: str | None
    indicator: Indicator
    title: str
    because: str
    consider: str
    facts: tuple[str, ...]
    citations: tuple[str, ...]
    section: str
    strength: str
    verified: str
    rule: str
    card: bool = True
    speaks: bool = False
    overdue: bool = False


class Caution(Part, frozen=True, kw_only=True):
    """A rule of section D whose trigger holds on this chart. ``holds_back``: the proposals it affects are not made."""

    id: str
    nutrient: str | None
    severity: Severity
    affects: tuple[str, ...]
    relevant: bool
    holds_back: bool
    text: str
    facts: tuple[str, ...]
    citations: tuple[str, ...]
    section: str
    strength: str
    verified: str


class Proposal(Part, frozen=True, kw_only=True):
    """Something to consider. ``resources`` are its orders as FHIR R4 (none for a referral or advice), ``unknowns`` what
    a contraindication would ask for and the chart did not tell."""

    id: str
    nutrient: str | None
    kind: Literal["medication", "laboratory", "referral", "advice"]
    preselected: bool
    label: str
    text: str
    resources: tuple[dict[str, Any], ...]
    cautions: tuple[str, ...]
    unknowns: tuple[str, ...]
    citations: tuple[str, ...]


class Withheld(Part, frozen=True):
    """A proposal that was considered and not made, with the cautions that hold it back."""

    proposal: str
    nutrient: str | None
    cautions: tuple[str, ...]


class Advice(Part, frozen=True):
    id: str
    nutrient: str | None
    topic: str
    text: str
    citations: tuple[str, ...]


class Assessment(Part, frozen=True, kw_only=True):
    """The answer of ``assess``. ``gaps`` are sentences about what the chart did not hold."""

    patient: Patient
    assessed_on: date
    knowledge_version: str
    jurisdiction: str
    context: Context
    measurements: tuple[Seen, ...]
    findings: tuple[Finding, ...]
    data_quality: tuple[DataQuality, ...]
    cautions: tuple[Caution, ...]
    proposals: tuple[Proposal, ...]
    withheld: tuple[Withheld, ...]
    advice: tuple[Advice, ...]
    gaps: tuple[str, ...]
    other_patients: tuple[str, ...]
