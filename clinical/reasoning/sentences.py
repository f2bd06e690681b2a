"""One sentence for each finding, for people: the number as reported, its date, and the limit in the same unit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from clinical.chart.facts import Measurement
from clinical.knowledge import Knowledge
from clinical.knowledge.schema import Band, Range
from clinical.reasoning.evidence import Evidence
from terminology import analyte, convert, unit_of, written

_PLACE = re.compile(r"\{([^{}]+)\}")


def told(measurement: Measurement) -> str:
    """``Ferritin 22 ng/mL (2026-11-15)``; a derived one says so."""
    day = measurement.effective.iso_day if measurement.effective else "no date"
    how = ", calculated" if measurement.derived_from else ""
    return f"{analyte(measurement.analyte).name} {written(measurement.reported)} ({day}{how})"


def because(template: str, evidence: Evidence) -> str:
    """Fills a finding's template: ``{ferritin}`` with the result, ``{limit:ID}`` with the limit in its unit."""
    return _PLACE.sub(lambda match: _filled(match[1], evidence), template)


def _filled(word: str, evidence: Evidence) -> str:
    if word.startswith("limit:"):
        limit = evidence.knowledge.limits[word.removeprefix("limit:")]
        values = {amount.unit: amount.value for amount in limit.values}
        return in_reported_unit(values, evidence.current.get(limit.analyte))
    if word in evidence.current:
        return told(evidence.current[word])
    return f"{told(evidence.stale[word])}, which is too old" if word in evidence.stale else _absent(word, evidence)


def _absent(word: str, evidence: Evidence) -> str:
    """Not on file, or on file and not usable: two different things to a reader."""
    name = _inside(analyte(word).name)
    noted = any(note.analyte == word for note in (*evidence.chart.data_quality, *evidence.notes))
    return f"no usable {name} on file" if noted else f"{name} not on file"


def band_sentence(measurement: Measurement, band: Band) -> str:
    """``Magnesium 0.65 mmol/L (2026-11-15) is from 0.5 to below 0.7 mmol/L``."""
    edges = next((edges for edges in band.ranges if edges.unit == measurement.unit), band.ranges[0])
    return f"{told(measurement)} is {_span(edges, measurement)}."


def _span(edges: Range, measurement: Measurement) -> str:
    """The band in words; of an edge such as "<15" only the far side of the band is certain."""
    low, high = _start(edges, measurement), _end(edges, measurement)
    if high and (measurement.upper is not None or measurement.comparator in ("<", "<=")):
        return f"{high}, how far is not known"
    if low and measurement.comparator in (">", ">="):
        return f"{low}, how far is not known"
    return " and ".join(part for part in (low, high) if part)


def _start(edges: Range, measurement: Measurement) -> str:
    value = edges.from_ if edges.from_ is not None else edges.above
    word = "at or above" if edges.from_ is not None else "above"
    return "" if value is None else f"{word} {_edge(value, edges, measurement)}"


def _end(edges: Range, measurement: Measurement) -> str:
    value = edges.to if edges.to is not None else edges.below
    word = "at or below" if edges.to is not None else "below"
    return "" if value is None else f"{word} {_edge(value, edges, measurement)}"


def _edge(value: Decimal, edges: Range, measurement: Measurement) -> str:
    return in_reported_unit({edges.unit: value}, measurement)


def in_reported_unit(values: Mapping[str, Decimal], measurement: Measurement | None) -> str:
    """A limit in the unit of the result; converted and rounded only where none is published in that family."""
    unit = next(iter(values))
    if measurement is None:
        return f"{plain(values[unit])} {written(unit)}"
    if measurement.unit in values:
        value = values[measurement.unit]
    else:
        value = Decimal(f"{convert(values[unit], measurement.analyte, unit, measurement.unit):.3g}")
    reported = unit_of(measurement.analyte, measurement.reported_unit)
    if reported is None or reported.family != measurement.unit:
        return f"{plain(value)} {written(measurement.unit)}"
    return f"{plain(value / reported.factor)} {written(measurement.reported_unit)}"


def plain(value: Decimal) -> str:
    """Without exponent and without trailing zeros."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def named(word: str, knowledge: Knowledge) -> str:
    """A missing thing in plain words: an analyte's name, with the days where it must be recent, or the word itself."""
    name, _, days = word.partition(" within ")
    if name not in knowledge.freshness:
        return word
    return f"{_inside(analyte(name).name)} of the last {days} days" if days else _inside(analyte(name).name)


def _inside(name: str) -> str:
    """A name in the middle of a sentence; abbreviations and C-reactive keep their capitals."""
    return name[0].lower() + name[1:] if name[1:2].islower() else name
