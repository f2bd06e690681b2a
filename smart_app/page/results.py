"""The table of results: for each analyte the latest number with unit, date, band, laboratory and freshness."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from clinical import DataQuality, Finding, Knowledge, Measurement, Seen
from smart_app.page.ages import age_in_words, days_old
from smart_app.page.reading import Reading, is_part
from smart_app.page.units import Amount, Units
from smart_app.page.words import NUTRIENTS, OTHER_RESULTS, SIDES
from terminology import ANALYTES, analyte, written


@dataclass(frozen=True)
class BandWord:
    """The label of the number alone. ``side`` chooses the symbol beside the word."""

    id: str
    side: str
    side_word: str
    title: str


@dataclass(frozen=True)
class Row:
    """One analyte. Without a result that may be shown ``amount`` is ``None`` and ``trouble`` says why."""

    analyte: str
    name: str
    amount: Amount | None = None
    measurement: Measurement | None = None
    reported: str = ""
    date: str | None = None
    age: str | None = None
    freshness: str | None = None
    stale: bool = False
    band: BandWord | None = None
    results: int = 0
    findings: tuple[Finding, ...] = ()
    reserves: tuple[str, ...] = ()
    trouble: tuple[str, ...] = ()


@dataclass(frozen=True)
class RowGroup:
    """The rows of one nutrient, or of what else was looked at: then ``nutrient`` is ``None``."""

    nutrient: str | None
    title: str
    rows: tuple[Row, ...]


class Results:
    """Prepared once from the knowledge."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._bands = {(one.analyte, one.id): one for bands in knowledge.bands_by_id.values() for one in bands}
        self._freshness = knowledge.freshness

    def groups(self, reading: Reading, units: Units) -> tuple[RowGroup, ...]:
        """Nutrients in their own order, then the rest. Every analyte that the chart speaks of has its row."""
        rows: dict[str, list[Row]] = {}
        for name in reading.analytes:
            rows.setdefault(group_title(name), []).append(self.row(name, reading, units))
        titles: list[tuple[str | None, str]] = [*NUTRIENTS.items(), (None, OTHER_RESULTS)]
        return tuple(RowGroup(one, title, tuple(rows[title])) for one, title in titles if title in rows)

    def row(self, name: str, reading: Reading, units: Units) -> Row:
        findings = tuple(one for one in reading.assessment.findings if one.analyte == name)
        seen = reading.latest(name)
        if seen is None:
            return Row(name, analyte(name).name, findings=findings, trouble=_reasons(reading.notes_about(name)))
        it, notes = seen.measurement, reading.notes_of(seen.measurement)
        day = it.effective
        return Row(
            analyte=name,
            name=name_of(seen),
            amount=units.result(it),
            measurement=it,
            reported=written(it.reported),
            date=day.iso_day if day else None,
            age=age_in_words(day, reading.today) if day else None,
            freshness=self._freshness_of(seen, notes, reading.today),
            stale=reading.is_stale(seen),
            band=self.band_word(seen),
            results=len(reading.readable(name)),
            findings=findings,
            reserves=tuple(note.reason for note in notes if not note.blocks),
            trouble=_reasons(note for note in reading.notes_about(name) if note not in notes),
        )

    def _freshness_of(self, seen: Seen, notes: Iterable[DataQuality], today: date) -> str | None:
        stale = next((note.reason for note in notes if note.id == "DQ.STALE"), None)
        if stale is not None:
            return stale
        rule, day = self._freshness.get(seen.measurement.analyte), seen.measurement.effective
        if rule is None or day is None or days_old(day, today) <= rule.act_days:
            return None
        return f"older than {rule.act_days} days: repeat before acting on it"

    def band_word(self, seen: Seen) -> BandWord | None:
        band = self._bands.get((seen.measurement.analyte, seen.band or ""))
        return BandWord(band.id, band.side, SIDES[band.side], band.title) if band else None


def _reasons(notes: Iterable[DataQuality]) -> tuple[str, ...]:
    """Why other results of this analyte were not used, each reason once."""
    return tuple(dict.fromkeys(note.reason for note in notes if note.blocks))


def group_title(name: str) -> str:
    return NUTRIENTS.get(analyte(name).nutrient or "", OTHER_RESULTS)


def name_of(seen: Seen) -> str:
    """A part of vitamin D says which; it is not the total."""
    it = seen.measurement
    return f"{analyte(it.analyte).name} ({it.part} only)" if is_part(seen) else analyte(it.analyte).name


def not_on_file(reading: Reading) -> tuple[str, ...]:
    """The analytes of nutrients of which the chart says nothing at all."""
    known = set(reading.analytes)
    return tuple(one.name for one in ANALYTES.values() if one.nutrient and one.id not in known)
