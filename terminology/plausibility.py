"""Can this number be true? Source: the ``[plausible]`` tables of analytes/*.toml, a policy of this project."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal

from terminology.analyte import analyte
from terminology.conversion import CannotConvert, convert
from terminology.tables import analyte_tables

Plausibility = Literal["plausible", "check", "implausible"]


def plausibility(analyte_id: str, value: Decimal, family: str) -> Plausibility:
    """``implausible`` outside the hard range: do not interpret; ``check`` outside the soft one: say "check unit".

    ``family`` is the UCUM unit of the value's unit family; where a family has no range of its own, the value is
    converted into one that has. An analyte without a range is ``plausible``, except that nothing is ever negative or
    not a number. Edges belong to the range. Raises ``UnknownAnalyte``.
    """
    analyte(analyte_id)
    if not value.is_finite() or value < 0:
        return "implausible"
    table = analyte_tables()[analyte_id]
    ranges = table.get("plausible", {})
    if not _within(ranges.get("hard", {}), analyte_id, value, family):
        return "implausible"
    return "plausible" if _within(ranges.get("soft", {}), analyte_id, value, family) else "check"


def looks_like_another(analyte_id: str, value: Decimal, family: str) -> str | None:
    """Why a number looks as if it belonged to its analyte's look-alike (red-cell under serum folate), or ``None``.

    Edges are not suspect. Raises ``UnknownAnalyte``.
    """
    analyte(analyte_id)
    suspect = analyte_tables()[analyte_id].get("look_alike")
    if suspect is None:
        return None
    amount = convert(value, analyte_id, family, suspect["unit"])
    too_high = "above" in suspect and amount > suspect["above"]
    too_low = "below" in suspect and amount < suspect["below"]
    return str(suspect["reason"]) if too_high or too_low else None


def _within(ranges: dict[str, Any], analyte_id: str, value: Decimal, family: str) -> bool:
    if not ranges:
        return True
    unit = family if family in ranges else next(iter(ranges))
    try:
        amount = convert(value, analyte_id, family, unit)
    except CannotConvert:
        return True
    edges = ranges[unit]
    if "above" in edges and amount <= edges["above"]:
        return False
    return bool(edges.get("from", 0) <= amount <= edges["to"])
