"""A number published in two unit families must be the same number, but for rounding."""

from __future__ import annotations

from decimal import Decimal

import terminology
from clinical.knowledge.order_schema import Amount

# Published families are rounded apart from each other (folate 4 ng/mL stands beside 10 nmol/L, exactly 9.06).
# Beyond this part of the value it is a slip of the pen, not rounding.
ROUNDING = Decimal("0.15")


def rounding_fault(analyte: str, first: Amount, other: Amount) -> str:
    """Says how far ``other`` is from ``first``; empty where they agree, or where either unit is no family."""
    families = unit_families(analyte)
    if first.unit not in families or other.unit not in families:
        return ""
    converted = terminology.convert(first.value, analyte, first.unit, other.unit)
    if abs(converted - other.value) <= ROUNDING * abs(other.value):
        return ""
    return f"{first.value} {first.unit} are {converted:.4g} {other.unit}, but {other.value} stands there"


def unit_families(analyte: str) -> tuple[str, ...]:
    """The units in which limits of an analyte are published, one per family; none for an unknown analyte."""
    return tuple(terminology.analyte(analyte).families) if analyte in terminology.ANALYTES else ()
