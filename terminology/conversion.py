"""Exact conversion of a quantity *of a given analyte*: mass to moles needs its molar mass, equivalents its charge.

Numbers come from analytes/*.toml. Where guidelines use a convention instead of the molar mass (25-hydroxyvitamin D:
2.5 nmol/L to 1 ng/mL; C-reactive protein), so do we.
"""

from __future__ import annotations

from decimal import Context, Decimal
from functools import cache

from terminology.tables import analyte_tables
from terminology.units import accepted_units, unit_scales

_EXACT = Context(prec=34)
_ONE = Decimal(1)
_DIMENSIONLESS = frozenset({"fraction", "ratio"})


class CannotConvert(ValueError):
    """The analyte does not accept one of the units, or nothing connects them (no molar mass, no charge)."""


@cache
def _moles_per(analyte_id: str, property: str) -> tuple[Decimal, Decimal]:
    """How many moles are in one gram, mole or equivalent of the analyte, as numerator and denominator."""
    table = analyte_tables()[analyte_id]
    if property == "substance":
        return _ONE, _ONE
    if property == "charge" and "charge" in table:
        return _ONE, Decimal(table["charge"]["equivalents_per_mole"])
    if property == "mass" and "convention" in table:
        convention, scales = table["convention"], unit_scales()
        return convention["factor"] * scales[convention["to"]].scale, scales[convention["from"]].scale
    if property == "mass" and "molar_mass" in table:
        return _ONE, Decimal(table["molar_mass"]["grams_per_mole"])
    raise CannotConvert(f"nothing connects {property} and moles of {analyte_id}")


@cache
def _ratio(analyte_id: str, from_unit: str, to_unit: str) -> tuple[Decimal, Decimal]:
    for unit in (from_unit, to_unit):
        if unit not in accepted_units(analyte_id):
            raise CannotConvert(f"{analyte_id} is not measured in {unit!r}")
    if from_unit == to_unit:
        return _ONE, _ONE
    source, target = unit_scales()[from_unit], unit_scales()[to_unit]
    if source.property == target.property or {source.property, target.property} <= _DIMENSIONLESS:
        return source.scale, target.scale
    source_moles, source_amount = _moles_per(analyte_id, source.property)
    target_moles, target_amount = _moles_per(analyte_id, target.property)
    return source.scale * source_moles * target_amount, target.scale * target_moles * source_amount


def convert(value: Decimal, analyte_id: str, from_unit: str, to_unit: str) -> Decimal:
    """The value in another unit (UCUM codes), to 34 significant digits and rounded for nobody.

    Raises ``CannotConvert`` and ``UnknownAnalyte``.
    """
    numerator, denominator = _ratio(analyte_id, from_unit, to_unit)
    if numerator is denominator:
        return value
    return _EXACT.divide(_EXACT.multiply(value, numerator), denominator)


def conversion_factor(analyte_id: str, from_unit: str, to_unit: str) -> Decimal:
    """By what to multiply a value in ``from_unit`` to have it in ``to_unit``: to be shown; ``convert`` is more exact.

    Raises ``CannotConvert`` and ``UnknownAnalyte``.
    """
    return convert(_ONE, analyte_id, from_unit, to_unit)
