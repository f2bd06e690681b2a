"""Units as laboratories spell them.

Source: units.toml (spellings and scales), analytes/*.toml (which analyte accepts which unit).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any, Literal

from terminology.analyte import analyte
from terminology.tables import analyte_tables, unit_rows

Property = Literal["mass", "substance", "charge", "fraction", "ratio", "volume", "rate", "flow", "catalytic"]

_MICRO_SIGN, _GREEK_MU = "\u00b5", "\u03bc"
_AGREE = frozenset({("substance", "charge"), ("charge", "substance"), ("ratio", "fraction")})


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit that an analyte accepts: a value in ``ucum`` times ``factor`` is the value in ``family``, exactly."""

    ucum: str
    family: str
    factor: Decimal


@dataclass(frozen=True, slots=True)
class UnitScale:
    """One unit is ``scale`` g/L (mass), mol/L (substance), eq/L (charge), parts of one (fraction, ratio) …"""

    property: Property
    scale: Decimal


def _written(spelling: str) -> str:
    """Without spaces, with one micro sign. Case stays: in UCUM G is gauss and M is mega."""
    return "".join(spelling.split()).replace(_MICRO_SIGN, _GREEK_MU)


@cache
def unit_scales() -> dict[str, UnitScale]:
    """Property and scale of every UCUM unit in units.toml."""
    return {row["ucum"]: UnitScale(row["property"], Decimal(row["scale"])) for row in unit_rows()}


@cache
def _shared_spellings() -> dict[str, str]:
    return {_written(text): row["ucum"] for row in unit_rows() for text in (*row["listed"], *row["seen"])}


def _own_spellings(table: dict[str, Any]) -> dict[str, str]:
    return {_written(text): ucum for ucum, texts in table.get("spellings", {}).items() for text in texts}


@cache
def _every_spelling() -> dict[str, str]:
    own = [_own_spellings(table) for table in analyte_tables().values()]
    return _shared_spellings() | {text: ucum for spellings in own for text, ucum in spellings.items()}


@cache
def accepted_units(analyte_id: str) -> dict[str, Unit]:
    """The units an analyte accepts, by UCUM code. Raises ``UnknownAnalyte``."""
    analyte(analyte_id)
    families = analyte_tables()[analyte_id]["families"]
    return {
        ucum: Unit(ucum, family, _factor(analyte_id, ucum, family)) for family in families for ucum in families[family]
    }


def _factor(analyte_id: str, ucum: str, family: str) -> Decimal:
    unit, target = unit_scales()[ucum], unit_scales()[family]
    if {unit.property, target.property} == {"charge", "substance"}:
        equivalents: int = analyte_tables()[analyte_id]["charge"]["equivalents_per_mole"]
        return unit.scale / target.scale / equivalents
    return unit.scale / target.scale


@cache
def _whitelist(analyte_id: str) -> dict[str, Unit]:
    accepted = accepted_units(analyte_id)
    spellings = _shared_spellings() | _own_spellings(analyte_tables()[analyte_id])
    return {text: accepted[ucum] for text, ucum in spellings.items() if ucum in accepted}


@lru_cache(maxsize=4096)
def unit_of(analyte_id: str, spelling: str) -> Unit | None:
    """The unit that this spelling means for this analyte, or ``None`` if it is not on the analyte's whitelist.

    Raises ``UnknownAnalyte``. Two answers need a second look at the code: "mL/min" of an eGFR (``ucum`` says so)
    stands for mL/min/1.73 m² only under an indexed code and is a clearance otherwise, and "1" of a transferrin
    saturation is a ratio, meant only by codes whose property is ``ratio``.
    """
    return _whitelist(analyte_id).get(_written(spelling))


@lru_cache(maxsize=4096)
def known_unit(spelling: str) -> str | None:
    """The UCUM unit that this spelling means anywhere in our tables, accepted or not; ``None`` if it is not in them.

    To notice that ``Quantity.code`` and ``Quantity.unit`` disagree.
    """
    return _every_spelling().get(_written(spelling))


def keeps_promise(property: Property | None, unit: Unit) -> bool:
    """Whether a unit is of the property that the LOINC code promises.

    Substance and charge go together (LOINC 2601-3 arrives as mmol/L and as meq/L), and a ratio may come as a
    percentage; a plain mL/min does not fulfil a rate per body surface.
    """
    if property is None:
        return True
    actual = unit_scales()[unit.ucum].property
    return property == actual or (property, actual) in _AGREE
