"""Doses are added and compared only where it is known what they hold."""

from decimal import Decimal

import pytest

from clinical.reasoning.amounts import Content, compare, content_of, strength_in, total

TABLET = Content(Decimal(100), "mg")


@pytest.mark.parametrize(
    ("value", "unit", "piece", "salts", "content"),
    [
        (2, "{tablet}", TABLET, False, (200, "mg")),
        (2, "Tablets", TABLET, True, (200, "mg")),
        (2, "{tbl}", TABLET, False, (200, "mg")),
        (2, "tbl", TABLET, False, (200, "mg")),
        (2, "Tablet(s)", TABLET, False, (200, "mg")),
        (2, "1", TABLET, False, (200, "mg")),
        (2, "1", None, False, None),
        (2, "{tablet}", None, False, None),
        (400, "mg", TABLET, True, None),
        (400, "mcg", None, False, (400, "ug")),
        (1000, "IU", None, False, (1000, "[IU]")),
        (1000, "unit", None, False, None),
        (2000, "units", None, False, (2000, "[IU]")),
        (2000, "Units", None, False, (2000, "[IU]")),
        (2000, "[iU]", None, False, (2000, "[IU]")),
        (2000, "Int'l Units", None, False, (2000, "[IU]")),
        (2000, "international units", None, False, (2000, "[IU]")),
        (2, "units", TABLET, True, None),
        (5, "mL", TABLET, False, None),
    ],
)
def test_content(value, unit, piece, salts, content):
    assert content_of(Decimal(value), unit, piece, salts=salts) == content


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("Vitamin D3 50,000 units capsule", (50000, "[IU]")),
        ("cholecalciferol 1000 UNT Oral Tablet", (1000, "[IU]")),
        ("Pyridoxine 100 MG Oral Tablet", (100, "mg")),
        ("cyanocobalamin 1000 mcg", (1000, "ug")),
        ("folic acid 0.4 mg", (Decimal("0.4"), "mg")),
        ("Vitamin D3 50 mcg (2000 units) tablet", None),
        ("pyridoxine 10 mg / doxylamine 10 mg", None),
        ("cyanocobalamin 1000 mcg/mL", None),
        ("pyridoxin 2,5 mg", None),
        ("Super B 50", None),
        ("Vitamin B6", None),
    ],
)
def test_what_a_name_tells_of_one_piece(name, content):
    assert strength_in(name) == content


def test_masses_add_up_and_units_do_not_mix():
    one, other, units = Content(Decimal(1), "mg"), Content(Decimal(400), "ug"), ("mg",)
    assert total([one, other], units) == Content(Decimal("1.4"), "mg")
    assert total([one, Content(Decimal(1000), "[IU]")], ("[IU]", "mg")) is None
    assert total([], units) is None


@pytest.mark.parametrize(
    ("value", "unit", "sign"), [(13, "mg", 1), (12, "mg", 0), (11999, "ug", -1), (1, "[IU]", None)]
)
def test_compared_with_a_limit(value, unit, sign):
    assert compare(Content(Decimal(value), unit), {"mg/d": Decimal(12)}) == sign


def test_compared_with_the_number_published_in_its_own_unit():
    limit = {"mg/d": Decimal(5), "ug/d": Decimal(5100)}
    assert compare(Content(Decimal(5050), "ug"), limit) == -1
    assert compare(Content(Decimal("5.05"), "mg"), limit) == 1


def test_nothing_known_is_compared_with_nothing():
    assert compare(None, {"mg/d": Decimal(12)}) is None
