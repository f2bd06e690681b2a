"""Can this number be true? Source: the ``[plausible]`` tables of analytes/*.toml, a policy of this project."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Any, Literal, NamedTuple

from terminology.analyte import analyte
from terminology.conversion import CannotConvert, convert
from terminology.tables import analyte_tables

_NOTHING = Decimal(0)
Plausibility = Literal["plausible", "check", "implausible"]


def plausibility(analyte_id: str, value: Decimal, family: str) -> Plausibility:
    """``implausible`` outside the hard range: do not interpret; ``check`` outside the soft one: say "check unit".

    ``family`` is the UCUM unit of the value's unit family; where a family has no range of its own, the value is
    converted into one that has. An analyte without a range is ``plausible``, except that nothing is ever negative or
    not a number. Edges belong to the range. Raises ``UnknownAnalyte``.
    """
    hard, soft = _ranges(analyte_id, family)
    if not value.is_finite() or value < _NOTHING:
        return "implausible"
    if soft is not None and soft.holds(value, analyte_id, family):
        return "plausible"  # the soft range lies within the hard one
    if hard is not None and not hard.holds(value, analyte_id, family):
        return "implausible"
    return "plausible" if soft is None else "check"


def looks_like_another(analyte_id: str, value: Decimal, family: str) -> str | None:
    """Why a number looks as if it belonged to its analyte's look-alike (red-cell under serum folate), or ``None``.

    Edges are not suspect. Raises ``UnknownAnalyte``.
    """
    suspect = _look_alike(analyte_id)
    if suspect is None:
        return None
    amount = convert(value, analyte_id, family, suspect["unit"])
    too_high = "above" in suspect and amount > suspect["above"]
    too_low = "below" in suspect and amount < suspect["below"]
    return str(suspect["reason"]) if too_high or too_low else None


class _Range(NamedTuple):
    """``from_`` and ``to`` belong to the range, ``above`` does not."""

    unit: str
    from_: Decimal
    above: Decimal | None
    to: Decimal

    def holds(self, value: Decimal, analyte_id: str, family: str) -> bool:
        """Holds also where nothing connects the units."""
        if family != self.unit:
            try:
                value = convert(value, analyte_id, family, self.unit)
            except CannotConvert:
                return True
        return self.from_ <= value <= self.to and (self.above is None or value > self.above)


@cache
def _ranges(analyte_id: str, family: str) -> tuple[_Range | None, _Range | None]:
    """The hard and the soft range, in ``family`` if there is one."""
    analyte(analyte_id)
    ranges = analyte_tables()[analyte_id].get("plausible", {})
    return _range(ranges.get("hard"), family), _range(ranges.get("soft"), family)


def _range(ranges: Mapping[str, Mapping[str, Decimal]] | None, family: str) -> _Range | None:
    if not ranges:
        return None
    unit = family if family in ranges else next(iter(ranges))
    edges = ranges[unit]
    return _Range(unit, Decimal(edges.get("from", 0)), edges.get("above"), edges["to"])


@cache
def _look_alike(analyte_id: str) -> Mapping[str, Any] | None:
    analyte(analyte_id)
    suspect: Mapping[str, Any] | None = analyte_tables()[analyte_id].get("look_alike")
    return suspect
