"""Values in the units that the reader chose: conventional (our canonical units) or SI. Nothing is converted by a guess.

An exact number stays as it was measured. A converted one is told with three significant figures, beside the number as
reported and the factor.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal

from clinical import Measurement
from smart_app.page.options import UnitSystem
from terminology import analyte, conversion_factor, convert, written

# The units in which laboratories report under SI. Where an analyte is missing, its canonical unit serves both systems.
# Ferritin: ug/L and not pmol/L, since the molar mass of ferritin is a convention.
SI_UNITS = {
    "adjusted-calcium": "mmol/L",
    "calcium": "mmol/L",
    "creatinine": "umol/L",
    "ferritin": "ug/L",
    "folate": "nmol/L",
    "hemoglobin": "g/L",
    "iron": "umol/L",
    "magnesium": "mmol/L",
    "phosphate": "mmol/L",
    "pth": "pmol/L",
    "red-cell-folate": "nmol/L",
    "tibc": "umol/L",
    "transferrin": "g/L",
    "uibc": "umol/L",
    "vitamin-b12": "pmol/L",
    "vitamin-d": "nmol/L",
    "vitamin-e": "umol/L",
}
_THREE = Context(prec=3, rounding=ROUND_HALF_UP)
_FOUR = Context(prec=4, rounding=ROUND_HALF_UP)


@dataclass(frozen=True)
class Amount:
    """A number as text with its unit. ``value`` keeps its comparator: "<3" is never 3."""

    value: str
    unit: str
    converted: bool = False

    def __str__(self) -> str:
        return f"{self.value} {self.unit}"

    def same_as(self, reported: str) -> bool:
        """Does the text as reported say just this, be its unit written as UCUM or as people do?"""
        return str(self) == written(reported)


class Units:
    """One system of units."""

    def __init__(self, system: UnitSystem) -> None:
        self.system = system

    def unit(self, name: str) -> str:
        """The UCUM unit in which values of this analyte are shown."""
        canonical = analyte(name).canonical_unit
        return SI_UNITS.get(name, canonical) if self.system == "si" else canonical

    def number(self, value: Decimal, name: str, unit: str) -> Decimal:
        """``value`` in the unit shown, unrounded: for drawing and sorting."""
        return convert(value, name, unit, self.unit(name))

    def amount(self, value: Decimal, name: str, unit: str) -> Amount:
        """A limit or a part of a result, as it is shown."""
        shown = self.unit(name)
        if is_exact(name, unit, shown):
            # The point is moved and no digit is gained: 10.1 g/dL are 101 g/L, not 101.0.
            return Amount(plain(value.scaleb(conversion_factor(name, unit, shown).adjusted())), written(shown))
        return Amount(figures(self.number(value, name, unit)), written(shown), converted=True)

    def result(self, measurement: Measurement) -> Amount:
        """A whole result, with its comparator, or both ends of an interval ("9 to <13")."""
        name, unit = measurement.analyte, measurement.unit
        low = self.amount(measurement.value, name, unit)
        if measurement.upper is not None:
            high = self.amount(measurement.upper, name, unit)
            return Amount(f"{low.value} to <{high.value}", low.unit, low.converted)
        return Amount(f"{measurement.comparator or ''}{low.value}", low.unit, low.converted)

    def factor(self, name: str) -> str | None:
        """How the two systems hang together: "1 ng/mL = 2.5 nmol/L"; ``None`` where they share a unit."""
        canonical, si = analyte(name).canonical_unit, SI_UNITS.get(name)
        if si is None or si == canonical:
            return None
        factor = _FOUR.plus(conversion_factor(name, canonical, si))
        return f"1 {written(canonical)} = {plain(factor)} {written(si)}"


def is_exact(name: str, unit: str, shown: str) -> bool:
    """Is it only a power of ten from one unit to the other? Then no digit changes and nothing is rounded."""
    return unit == shown or conversion_factor(name, unit, shown).normalize().as_tuple().digits == (1,)


def figures(value: Decimal) -> str:
    """Three significant figures, without an exponent: 45.8, 1500, 0.412; a zero at the end counts and stays."""
    return f"{_THREE.plus(value):f}" if abs(value) >= 1000 else f"{value.quantize(_last_place(value), ROUND_HALF_UP):f}"


def _last_place(value: Decimal) -> Decimal:
    return Decimal(1).scaleb((_THREE.plus(value).adjusted() if value else 0) - 2)


def plain(value: Decimal) -> str:
    """Exactly this number, without an exponent. Zeros that were measured stay: 1.0 is not 1."""
    return f"{value:f}"
