"""Reads the number of a result as it was reported: the value, an edge (``<3``), and its unit, or why it cannot be read.

No unit is guessed, no comma is interpreted, no text is taken apart beyond one number with its flag and unit.
Source: FHIR R4 Quantity; data-quality rules DQ.* of the clinical content.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from functools import lru_cache

import msgspec

from clinical.chart.facts import Comparator
from clinical.chart.wire import Quantity
from terminology import UCUM, Unit, canonical, known_unit, unit_of

_NUMBER = re.compile(rb"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_TEXT = re.compile(
    r"(?P<comparator><=|>=|<|>|≤|≥|LESS THAN|GREATER THAN)?\s*(?P<number>\d+(?:\.\d+)?)"
    r"(?:\s*(?P<flag>\*|HH|LL|H|L)(?=\s|$))?\s*(?P<unit>.*)",
    re.ASCII | re.IGNORECASE,
)
_COMPARATORS: dict[str, Comparator] = {
    "<": "<", "<=": "<=", ">": ">", ">=": ">=", "≤": "<=", "≥": ">=", "LESS THAN": "<", "GREATER THAN": ">",
}  # fmt: skip
# A number longer than this, or beyond 10^±12, is no laboratory result; it is refused before it costs anything.
_LONGEST_NUMBER = 40
_LARGEST_EXPONENT = 12


class Refused(msgspec.Struct, frozen=True):
    """Why a number cannot be used: a data-quality id and a sentence."""

    id: str
    reason: str


class Number(msgspec.Struct, frozen=True, gc=False):
    """A number as reported, with its comparator, and the unit text and code that stood beside it."""

    value: Decimal
    written: str
    comparator: Comparator | None = None
    unit: str | None = None
    code: str | None = None
    was_text: bool = False


def read_quantity(quantity: Quantity) -> Number | Refused:
    """The number of a ``valueQuantity``; the unit is left as sent (``code`` only where it claims to be UCUM)."""
    number = bytes(quantity.value)
    value = _kept_number(number) if len(number) <= _LONGEST_NUMBER else None
    if value is not None and quantity.comparator is None:
        return Number(value, number.decode("ascii"), None, quantity.unit, _ucum_code(quantity))
    return _read_unusual(quantity, number.decode("utf-8", "replace").strip())


def _read_unusual(quantity: Quantity, written: str) -> Number | Refused:
    """With a comparator, or a number that is not plainly one."""
    if not written or written == "null":
        return Refused("DQ.ABSENT", "the result has no number")
    if written[0] == '"':
        return _number_sent_as_text(quantity, written.strip('"'))
    if quantity.comparator is not None and quantity.comparator not in _COMPARATORS:
        return Refused("DQ.COMPARATOR", "the comparator of the result is not one of <, <=, >=, >")
    value = _exact(written)
    if value is None:
        return Refused("DQ.IMPLAUSIBLE", "the number of the result cannot be a laboratory value")
    comparator = _COMPARATORS[quantity.comparator] if quantity.comparator else None
    return Number(value, written, comparator, quantity.unit, _ucum_code(quantity))


def _number_sent_as_text(quantity: Quantity, written: str) -> Number | Refused:
    number = read_text(written)
    if isinstance(number, Refused):
        return number
    if number.unit:
        return Refused("DQ.STRING", "the number of the result is text with a unit in it")
    if quantity.comparator and number.comparator:
        return Refused("DQ.TWO_VALUES", "the result has two comparators")
    comparator = number.comparator or _COMPARATORS.get(quantity.comparator or "")
    return Number(number.value, number.written, comparator, quantity.unit, _ucum_code(quantity), was_text=True)


def read_text(text: str) -> Number | Refused:
    """The number of a ``valueString``: one number, with or without comparator, flag letters and a unit behind it."""
    trimmed = text.strip()
    if "," in trimmed:
        return Refused("DQ.STRING", "the result is text with a comma, which may mean thousands or decimals")
    match = _TEXT.fullmatch(trimmed) if len(trimmed) <= 2 * _LONGEST_NUMBER else None
    value = _exact(match["number"]) if match else None
    if match is None or value is None:
        return Refused("DQ.STRING", "the result is text, not a number")
    comparator = match["comparator"]
    return Number(
        value, match["number"], _COMPARATORS[comparator.upper()] if comparator else None, match["unit"].strip() or None,
        was_text=True,
    )  # fmt: skip


def _exact(written: str) -> Decimal | None:
    return _kept_number(written.encode()) if len(written) <= _LONGEST_NUMBER else None


@lru_cache(maxsize=4096)
def _kept_number(written: bytes) -> Decimal | None:
    """Results repeat: three digits tell most of them."""
    if not _NUMBER.fullmatch(written):
        return None
    try:
        value = Decimal(written.decode("ascii"))
    except InvalidOperation:
        return None
    return value if -_LARGEST_EXPONENT <= value.adjusted() <= _LARGEST_EXPONENT or value == 0 else None


def _ucum_code(quantity: Quantity) -> str | None:
    # A code without a system is taken as UCUM, as senders mean it; one of another system says nothing about the unit.
    if quantity.system in (None, UCUM) or canonical(quantity.system) == UCUM:
        return quantity.code
    return None


def read_unit(analyte: str, number: Number) -> Unit | Refused:
    """The unit in which ``number`` was reported; ``code`` (UCUM) leads, ``unit`` must not contradict it."""
    return _unit(analyte, number.code, number.unit)


@lru_cache(maxsize=1024)
def _unit(analyte: str, code: str | None, text: str | None) -> Unit | Refused:
    """The same few pairs of code and text come with every result of an analyte."""
    code, text = (code or "").strip(), (text or "").strip()
    if not code and not text:
        return Refused("DQ.UNIT_MISSING", "the result has no unit; none is guessed")
    by_code, by_text = unit_of(analyte, code) if code else None, unit_of(analyte, text) if text else None
    if by_code and text and _means_another(text, by_code):
        return Refused("DQ.CODE_UNIT_CONFLICT", f"the unit's code ({code}) and its text ({text}) contradict each other")
    if code and not by_code and by_text:
        return Refused("DQ.CODE_UNIT_CONFLICT", f"the unit's code ({code}) is not the unit that its text says ({text})")
    unit = by_code or by_text
    if unit is None:
        return Refused(
            "DQ.UNIT_UNKNOWN", f"the unit {code or text} is unknown or impossible for this analyte: check it"
        )
    return unit


def _means_another(text: str, unit: Unit) -> bool:
    other = known_unit(text)
    return other is not None and other != unit.ucum and not _equal_units(other, unit.ucum)


# Different writings of one and the same concentration.
_SAME = (
    frozenset({"ng/mL", "ug/L"}), frozenset({"pg/mL", "ng/L"}), frozenset({"ug/mL", "mg/L"}),
    frozenset({"U/L", "[IU]/L"}), frozenset({"1", "{ratio}"}),
)  # fmt: skip


def _equal_units(one: str, other: str) -> bool:
    return any({one, other} <= pair for pair in _SAME)
