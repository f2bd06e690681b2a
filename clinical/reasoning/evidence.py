"""Everything that a question may be asked about: the chart's facts, chosen and dated, and what was found so far."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from clinical.chart.facts import Chart, DataQuality, Measurement
from clinical.knowledge import Knowledge
from clinical.knowledge.schema import Band, Freshness
from clinical.reasoning.answers import Answer
from clinical.reasoning.comparing import band_of, is_below
from clinical.reasoning.context import Person
from clinical.reasoning.selecting import Selection

# Haemolysis falsely raises these: a low result keeps its meaning, any other loses it (rule DQ.HEMOLYZED).
_RAISED_BY_HAEMOLYSIS = frozenset(
    {"magnesium", "potassium", "phosphate", "iron", "folate", "alt", "transferrin-saturation"}
)
# Below which limit a result counts as low, for analytes without bands.
_LOW = {"potassium": "potassium-low", "phosphate": "phosphate-low", "transferrin-saturation": "tsat-low"}


# Which list of the chart answers for which kind of mark, once it was sent.
_LISTS = {
    "Condition": "condition",
    "MedicationRequest": "medication",
    "AllergyIntolerance": "allergy",
    "Procedure": "procedure",
}


class Evidence:
    """What is known about one patient on one day. Findings, candidates and cautions are added as they are made."""

    __slots__ = (
        "act_days", "answered", "bands", "candidates", "cautions", "chart", "current", "definite", "doubtful",
        "findings", "knowledge", "marks", "notes", "person", "selection", "stale", "today", "withheld",
    )  # fmt: skip

    def __init__(self, chart: Chart, knowledge: Knowledge, today: date, person: Person, selection: Selection) -> None:
        self.chart, self.knowledge, self.today, self.person, self.selection = chart, knowledge, today, person, selection
        self.act_days: dict[str, int] = {}
        self.answered: dict[str | None, Answer] = {}
        self.current: dict[str, Measurement] = {}
        self.bands: dict[str, Band] = {}
        self.doubtful: set[str] = set()
        self.stale: dict[str, Measurement] = {}
        self.findings: dict[str, tuple[str, ...]] = {}
        self.candidates: dict[str, None] = {}
        self.withheld: dict[str, None] = {}
        self.cautions: dict[str, Answer] = {}
        self.marks = set(_marks(chart)) | {f"analyte:{name}" for name in selection.usable}
        self.definite = {"finding", "proposal"} | {word for kind, word in _LISTS.items() if kind in chart.answered}
        self.notes: list[DataQuality] = selection.notes

    def choose(self, name: str, freshness: Freshness | None, shorter: int | None) -> None:
        """Makes the newest trusted result of an analyte current, unless it is too old or spoilt.

        A ``shorter`` limit of days makes an abnormal result too old to act upon, never invisible.
        """
        usable = self.selection.usable.get(name)
        newest = usable[0] if usable else None
        if newest is None or newest.effective is None:
            return
        band = band_of(newest, self.knowledge.bands_by_analyte.get(name, ()))
        if self._spoilt(newest, band):
            return
        if freshness is not None:
            abnormal = band is not None and band.indicator is not None
            shown = freshness.show_days if abnormal or shorter is None else min(freshness.show_days, shorter)
            self.act_days[name] = min(freshness.act_days, shorter or freshness.act_days)
            if (age := newest.effective.days_before(self.today)) > shown:
                self.stale[name] = newest
                self.selection.exclude(newest, "DQ.STALE", f"{age} days old; results count for {shown} days: repeat")
                return
        self.current[name] = newest
        if band is not None:
            self.bands[name] = band
            self.marks.add(f"band:{band.id}")

    def _spoilt(self, newest: Measurement, band: Band | None) -> bool:
        if not newest.haemolysed or newest.analyte not in _RAISED_BY_HAEMOLYSIS:
            return False
        low = band.side == "low" if band else self._below_low_limit(newest)
        reason = (
            "haemolysed: the true value may be lower"
            if low
            else "haemolysed: falsely high, a normal or high value says nothing"
        )
        if low:
            self.selection.note(newest, "DQ.HEMOLYZED", reason, blocks=False)
        else:
            self.selection.exclude(newest, "DQ.HEMOLYZED", reason)
        return not low

    def _below_low_limit(self, newest: Measurement) -> bool:
        limit = self.knowledge.limits.get(_LOW.get(newest.analyte, ""))
        if limit is None:
            return False
        return is_below(newest, {amount.unit: amount.value for amount in limit.values}) is True

    def age_of(self, measurement: Measurement) -> int:
        """In days, by the earliest day that its date can mean."""
        return measurement.effective.days_before(self.today) if measurement.effective else 0

    def within(self, name: str, days: int) -> Measurement | None:
        """The newest trusted result of at most ``days`` days, be it older than the analyte's own freshness."""
        newest = self.current.get(name) or self.stale.get(name)
        return newest if newest is not None and self.age_of(newest) <= days else None

    def previous(self, name: str) -> Measurement | None:
        """The trusted result before the current one."""
        found = self.selection.usable.get(name, ())
        return found[1] if len(found) > 1 else None

    def paired(self, name: str, partner: str, days: int) -> Measurement | None:
        """The result of ``name`` drawn nearest to the current one of ``partner``, at most ``days`` apart."""
        other = self.current.get(partner)
        if other is None or other.effective is None:
            return None
        near = [
            (abs((item.effective.day - other.effective.day).days), index, item)
            for index, item in enumerate(self.selection.usable.get(name, ()))
            if item.effective is not None
        ]
        near = [entry for entry in near if entry[0] <= days]
        return min(near)[2] if near else None


def _marks(chart: Chart) -> Iterator[str]:
    """What the chart's lists hold, as the marks that gates ask for (``triggers``)."""
    for word, facts in (
        ("condition", chart.conditions),
        ("medication", chart.medications),
        ("allergy", chart.allergies),
        ("procedure", chart.procedures),
    ):
        for fact in facts:
            for group in fact.groups:
                yield f"{word}:{group}"
    for condition in chart.conditions:
        for group in condition.possible:
            yield f"condition:{group}"
