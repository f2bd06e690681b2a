"""Supplements of a nutrient, as bars over time: a result is read differently while one is taken."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from clinical import Chart, Medication

# The drug classes that give a nutrient.
THERAPIES = {
    "iron": {"oral-iron", "iv-iron", "ferric-carboxymaltose", "ferumoxytol"},
    "vitamin-d": {"vitamin-d", "ergocalciferol", "vitamin-d-analogue"},
    "vitamin-b12": {"b12", "cyanocobalamin", "hydroxocobalamin"},
    "folate": {"folate", "folinic-acid"},
    "magnesium": {"magnesium"},
    "vitamin-b6": {"b6"},
    "vitamin-c": {"vitamin-c"},
    "vitamin-e": {"vitamin-e"},
}


@dataclass(frozen=True)
class Therapy:
    """A drug of this nutrient. ``since_at_least``: only a prescription's date is known, or none at all."""

    text: str
    start: float | None
    end: float | None
    told: str
    since_at_least: bool


def therapies(chart: Chart, nutrient: str | None, today: date) -> list[Therapy]:
    """Drugs of this nutrient that were taken, ordered or given, as they began one after another; without plans."""
    groups = THERAPIES.get(nutrient or "", set())
    drugs = (drug for drug in chart.medications if groups & drug.groups and not drug.planned)
    begun = (drug for drug in drugs if drug.started is None or not drug.started.after(today))
    return sorted((_therapy(drug, today) for drug in begun), key=lambda one: (one.start or 0, one.text))


def _therapy(drug: Medication, today: date) -> Therapy:
    """A prescription that is over and tells no end is drawn on its day alone: how long it was taken is not known."""
    start = None if drug.started is None else drug.started.day.toordinal()
    end = None if drug.ended is None else drug.ended.day.toordinal()
    stop = end if end is not None else today.toordinal() if drug.active else start
    by_prescription = drug.start_is_prescription or start is None
    return Therapy(drug.text or "Unnamed product", start, stop, _told(drug, by_prescription), by_prescription)


def _told(drug: Medication, by_prescription: bool) -> str:
    start, end = drug.started and drug.started.iso_day, drug.ended and drug.ended.iso_day
    if start is not None and start == end:
        return f"prescribed on {start}, no longer active" if by_prescription else f"given on {start}"
    begun = f"{'prescribed on' if by_prescription else 'since'} {start}" if start else "begun at an unknown date"
    if drug.active and end is None:
        return begun
    return f"{begun}, until {end or 'an unknown date'}"
