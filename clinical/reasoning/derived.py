"""Measurements worked out of others of the same specimen: TSAT, adjusted calcium, total 25-OH-D.

The formulas are named here; their numbers, sources and marks stand in the knowledge. A derived measurement has no
``source`` of its own, it names those it is ``derived_from``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from clinical.chart.facts import Measurement
from clinical.knowledge.schema import Derivation
from terminology import convert, plausibility

_AN_HOUR = timedelta(hours=1)
Formula = Callable[[Mapping[str, Decimal], Mapping[str, Decimal]], Decimal | None]


def _albumin_adjusted_calcium(parts: Mapping[str, Decimal], numbers: Mapping[str, Decimal]) -> Decimal | None:
    return parts["calcium"] + numbers["per_albumin"] * (numbers["albumin_reference"] - parts["albumin"])


def _saturation_from_binding_capacity(parts: Mapping[str, Decimal], numbers: Mapping[str, Decimal]) -> Decimal | None:
    return numbers["percent"] * parts["iron"] / parts["tibc"] if parts["tibc"] > 0 else None


def _saturation_from_transferrin(parts: Mapping[str, Decimal], numbers: Mapping[str, Decimal]) -> Decimal | None:
    return numbers["factor"] * parts["iron"] / parts["transferrin"] if parts["transferrin"] > 0 else None


def _sum(parts: Mapping[str, Decimal], _: Mapping[str, Decimal]) -> Decimal | None:
    return sum(parts.values(), Decimal(0))


_FORMULAS: dict[str, Formula] = {
    "albumin-adjusted-calcium": _albumin_adjusted_calcium,
    "saturation-from-binding-capacity": _saturation_from_binding_capacity,
    "saturation-from-transferrin": _saturation_from_transferrin,
    "binding-capacity-from-unsaturated": _sum,
}


def derive(usable: Mapping[str, Sequence[Measurement]], derivations: Sequence[Derivation]) -> Iterator[Measurement]:
    """New measurements where no reported one of the same specimen exists. Later derivations may use earlier ones.

    The first analyte of a derivation leads: it applies where that was reported in the derivation's own unit.
    """
    known = {name: list(found) for name, found in usable.items()}
    for derivation in derivations:
        first, *others = derivation.of
        for lead in [item for item in known.get(first, ()) if item.unit == derivation.of[first]]:
            made = _derived(lead, others, known, derivation)
            if made is not None and not any(same_specimen(made, own) for own in known.get(made.analyte, ())):
                known.setdefault(made.analyte, []).append(made)
                yield made


def _derived(
    lead: Measurement, others: Sequence[str], known: Mapping[str, Sequence[Measurement]], derivation: Derivation
) -> Measurement | None:
    parts = [lead]
    for name in others:
        partner = next((found for found in known.get(name, ()) if same_specimen(lead, found)), None)
        if partner is None:
            return None
        parts.append(partner)
    if any(part.comparator for part in parts):
        return None
    amounts = {
        part.analyte: convert(part.value, part.analyte, part.unit, derivation.of[part.analyte]) for part in parts
    }
    value = _FORMULAS[derivation.formula](amounts, derivation.coefficients)
    if value is None or plausibility(derivation.analyte, value, derivation.unit) == "implausible":
        return None
    return _measurement(lead, parts, derivation, value)


def _measurement(
    lead: Measurement, parts: Sequence[Measurement], derivation: Derivation, value: Decimal
) -> Measurement:
    return Measurement(
        analyte=derivation.analyte,
        value=value,
        unit=derivation.unit,
        reported=f"{shown(value)} {derivation.unit}",
        reported_unit=derivation.unit,
        effective=lead.effective,
        derived_from=tuple(sorted(fact for part in parts for fact in part.facts)),
        specimen=lead.specimen,
        haemolysed=any(part.haemolysed for part in parts),
        performer_json=lead.performer_json,
    )


def shown(value: Decimal) -> str:
    """Three significant figures, for people; comparisons use the exact value."""
    rounded = f"{value:.3g}"
    return f"{Decimal(rounded):f}"


def same_specimen(one: Measurement, other: Measurement) -> bool:
    """One specimen reference, or collected within an hour; for dates without a time, on the same day."""
    if one.specimen and other.specimen:
        return one.specimen == other.specimen
    if one.effective is None or other.effective is None:
        return False
    if one.effective.instant is None or other.effective.instant is None:
        return one.effective.day == other.effective.day and one.effective.precision in ("day", "instant")
    return abs(_utc(one) - _utc(other)) <= _AN_HOUR


def _utc(measurement: Measurement) -> datetime:
    instant = measurement.effective.instant if measurement.effective else None
    return instant.astimezone(UTC) if instant else datetime.min.replace(tzinfo=UTC)


def total_vitamin_d(parts: Sequence[Measurement]) -> Iterator[Measurement]:
    """D3 + D2 of one specimen, as an interval where one of them is an edge (A.1 notes d and e)."""
    threes = [part for part in parts if part.part == "D3"]
    twos = [part for part in parts if part.part == "D2"]
    for three in threes:
        two = next((part for part in twos if same_specimen(three, part)), None)
        if two is not None and (total := _summed(three, two)):
            yield total


def _summed(three: Measurement, two: Measurement) -> Measurement | None:
    pair = (three, two)
    if any(part.comparator in (">", ">=") for part in pair):
        return None
    values = [(three.value, three.comparator), (convert(two.value, two.analyte, two.unit, three.unit), two.comparator)]
    low = sum((value for value, comparator in values if not comparator), Decimal(0))
    high = sum((value for value, _ in values), Decimal(0))
    exact = low == high
    reported = (
        f"{shown(low)} {three.reported_unit}" if exact else f"{shown(low)} to <{shown(high)} {three.reported_unit}"
    )
    return Measurement(
        analyte=three.analyte,
        value=low,
        unit=three.unit,
        reported=reported,
        reported_unit=three.reported_unit,
        comparator=None if exact else ">=",
        upper=None if exact else high,
        effective=three.effective,
        derived_from=tuple(sorted(three.facts + two.facts)),
        specimen=three.specimen,
        part="total",
        performer_json=three.performer_json,
    )
