"""How much of a nutrient a dose holds, so that doses of several products can be added and compared with a limit.

No unit is guessed: a dose counted in tablets is known only for a product whose content the knowledge lists, or whose
name tells one strength; and milligrams of a salt (iron, magnesium) are no milligrams of the element, though the element
is never more than the salt.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

from clinical.knowledge import Knowledge

# As EHRs write them; "1" is what UCUM calls anything that is counted.
_PIECES = frozenset({
    "{tablet}", "{tablets}", "{tab}", "{tbl}", "tablet", "tablets", "tablet(s)", "tab", "tabs", "tab(s)", "tbl", "tbl.",
    "{capsule}", "{capsules}", "{cap}", "capsule", "capsules", "capsule(s)", "cap", "caps", "cap(s)", "1",
})  # fmt: skip
# As EHRs write them; case counts in UCUM. "unit" may be a tablet; "units" of a supplement are international ones.
_SPELLINGS = {
    "g": "g", "mg": "mg", "MG": "mg", "ug": "ug", "mcg": "ug", "MCG": "ug", "µg": "ug", "μg": "ug",
    "[IU]": "[IU]", "[iU]": "[IU]", "IU": "[IU]", "iu": "[IU]", "UNT": "[IU]", "unt": "[IU]",
    "units": "[IU]", "Units": "[IU]", "UNITS": "[IU]", "int'l units": "[IU]", "Int'l Units": "[IU]",
    "international units": "[IU]", "International Units": "[IU]", "international unit": "[IU]",
    "International Unit": "[IU]", "iU": "[IU]", "I.U.": "[IU]",
}  # fmt: skip
_IN_MILLIGRAMS = {"g": Decimal(1000), "mg": Decimal(1), "ug": Decimal("0.001")}


# "50,000 units", "100 mg", "1 MG"; not the end of "2,5 mg".
_STRENGTH = re.compile(
    r"(?<![\w.,])(\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?)[ -]?"
    r"(mg|mcg|ug|µg|μg|g|iu|unt|units?|international units?)\b",
    re.IGNORECASE,
)
_STRENGTH_UNITS = {"mg": "mg", "g": "g", "mcg": "ug", "ug": "ug", "µg": "ug", "μg": "ug"}


class Content(NamedTuple):
    """An amount of the nutrient itself, in g, mg, ug or [IU]."""

    value: Decimal
    unit: str

    def in_unit(self, unit: str) -> Content | None:
        """Masses into each other; never a mass into international units."""
        if unit == self.unit:
            return self
        if unit not in _IN_MILLIGRAMS or self.unit not in _IN_MILLIGRAMS:
            return None
        return Content(self.value * _IN_MILLIGRAMS[self.unit] / _IN_MILLIGRAMS[unit], unit)


def content_of(value: Decimal, unit: str, piece: Content | None, *, salts: bool) -> Content | None:
    """``value`` ``unit`` of a product of which one ``piece`` holds so much, if that is known."""
    if unit.lower() in _PIECES:
        return Content(value * piece.value, piece.unit) if piece else None
    spelt = _SPELLINGS.get(unit)
    return Content(value, spelt) if spelt and not salts else None


def pieces_of(knowledge: Knowledge) -> dict[tuple[str, str], Content]:
    """What one piece of each listed product holds, by drug class and RxNorm code."""
    return {
        (item.medication, one.code): Content(one.holds.value, one.holds.unit)
        for file in knowledge.files
        for item in file.content.products
        for one in item.contents
    }


def salts_of(knowledge: Knowledge) -> frozenset[str]:
    """The drug classes whose milligrams are those of a salt."""
    rows = (row for file in knowledge.files for row in file.content.orderable)
    return frozenset(row.medication for row in rows if row.salts and row.medication is not None)


def strength_in(name: str) -> Content | None:
    """What one piece holds by the product's own name, where that tells exactly one amount: "folic acid 5 mg tablet".

    A stroke means a concentration or a second ingredient.
    """
    told = _STRENGTH.findall(name)
    if len(told) != 1 or "/" in name:
        return None
    value, unit = told[0]
    return Content(Decimal(value.replace(",", "")), _STRENGTH_UNITS.get(unit.lower(), "[IU]"))


def total(contents: Iterable[Content], units: Iterable[str]) -> Content | None:
    """The sum in the first of these units that all can be told in."""
    known = list(contents)
    for unit in units:
        told = [content.in_unit(unit) for content in known]
        if told and all(told):
            return Content(sum((one.value for one in told if one), Decimal(0)), unit)
    return None


def compare(content: Content | None, limit: Mapping[str, Decimal]) -> int | None:
    """1 above the limit, 0 at it, -1 below; ``None`` where the amount is not known in a unit of the limit (mg/d).

    By the number published in the amount's own unit, where there is one.
    """
    if content is None:
        return None
    own = f"{content.unit}/d"
    for unit, value in ((own, limit[own]), *limit.items()) if own in limit else limit.items():
        told = content.in_unit(unit.removesuffix("/d"))
        if told is not None:
            return (told.value > value) - (told.value < value)
    return None
