"""Numbers that cannot be true, and numbers whose unit should be looked at again."""

from __future__ import annotations

from decimal import Decimal

import pytest

from terminology import ANALYTES, UnknownAnalyte, analyte, conversion_factor, plausibility
from terminology.tables import analyte_tables

# (analyte, family, hard low, soft low, soft high, hard high): section A.5 of the clinical content.
RANGES = [
    ("ferritin", "ng/mL", "0.5", "2", "5000", "150000"),
    ("ferritin", "pmol/L", "1", "4", "11000", "340000"),
    ("iron", "ug/dL", "2", "10", "400", "2000"),
    ("iron", "umol/L", "0.4", "2", "72", "360"),
    ("tibc", "ug/dL", "50", "120", "650", "1000"),
    ("tibc", "umol/L", "9", "21", "116", "180"),
    ("vitamin-d", "ng/mL", "1", "3", "150", "500"),
    ("vitamin-d", "nmol/L", "2", "7", "375", "1250"),
    ("vitamin-b12", "pg/mL", "20", "60", "4000", "100000"),
    ("vitamin-b12", "pmol/L", "15", "45", "3000", "74000"),
    ("active-b12", "pmol/L", "1", "5", "300", "1000"),
    ("mma", "umol/L", "0.02", "0.05", "10", "200"),
    ("mma", "nmol/L", "20", "50", "10000", "200000"),
    ("homocysteine", "umol/L", "1", "3", "150", "500"),
    ("folate", "ng/mL", "0.2", "0.6", "40", "200"),
    ("folate", "nmol/L", "0.5", "1.4", "90", "450"),
    ("red-cell-folate", "ng/mL", "20", "60", "2000", "4000"),
    ("red-cell-folate", "nmol/L", "45", "136", "4500", "9000"),
    ("magnesium", "mmol/L", "0.1", "0.3", "2.5", "8"),
    ("magnesium", "mg/dL", "0.24", "0.7", "6.1", "19.4"),
    ("magnesium", "meq/L", "0.2", "0.6", "5", "16"),
    ("vitamin-b6", "nmol/L", "1", "5", "600", "20000"),
    ("vitamin-b6", "ug/L", "0.25", "1.2", "150", "5000"),
    ("vitamin-c", "umol/L", "0", "2", "200", "1500"),
    ("vitamin-c", "mg/dL", "0", "0.03", "3.5", "26"),
    ("hemoglobin", "g/dL", "1.5", "5", "20", "26"),
    ("mcv", "fL", "40", "55", "130", "160"),
    ("crp", "mg/L", "0", "0", "400", "800"),
    ("creatinine", "mg/dL", "0.05", "0.2", "15", "40"),
    ("egfr", "mL/min/{1.73_m2}", "1", "3", "150", "250"),
    ("calcium", "mg/dL", "3", "6", "15", "25"),
    ("calcium", "mmol/L", "0.75", "1.5", "3.75", "6.2"),
    ("ionised-calcium", "mmol/L", "0.3", "0.8", "1.8", "3"),
    ("phosphate", "mg/dL", "0.1", "0.8", "12", "25"),
    ("potassium", "mmol/L", "1", "2", "8", "12"),
    ("pth", "pg/mL", "0.5", "3", "3000", "8000"),
    ("alt", "U/L", "1", "3", "2000", "30000"),
    ("albumin", "g/L", "5", "15", "60", "70"),
]


@pytest.mark.parametrize(("analyte", "family", "hard_low", "soft_low", "soft_high", "hard_high"), RANGES)
def test_both_sides_of_both_ranges(
    analyte: str, family: str, hard_low: str, soft_low: str, soft_high: str, hard_high: str
) -> None:
    edge = {"hard_low": Decimal(hard_low), "hard_high": Decimal(hard_high)}
    step = Decimal("0.0001")
    assert plausibility(analyte, Decimal(soft_low), family) == "plausible"
    assert plausibility(analyte, Decimal(soft_high), family) == "plausible"
    assert plausibility(analyte, Decimal(soft_high) + step, family) == "check"
    assert plausibility(analyte, edge["hard_high"], family) == "check"
    assert plausibility(analyte, edge["hard_high"] + step, family) == "implausible"
    assert plausibility(analyte, edge["hard_low"] - step, family) == "implausible"
    if Decimal(soft_low) > edge["hard_low"]:
        assert plausibility(analyte, edge["hard_low"], family) == "check"
        assert plausibility(analyte, Decimal(soft_low) - step, family) == "check"


@pytest.mark.parametrize(
    ("percent", "expected"),
    [
        ("0.25", "implausible"),
        ("1", "implausible"),
        ("1.01", "check"),
        ("2", "plausible"),
        ("95", "plausible"),
        ("100", "check"),
        ("100.1", "implausible"),
    ],
)
def test_a_saturation_of_one_or_less_is_a_fraction_labelled_as_a_percentage(percent: str, expected: str) -> None:
    assert plausibility("transferrin-saturation", Decimal(percent), "%") == expected


@pytest.mark.parametrize(
    ("id", "value", "family", "expected"),
    [
        ("hemoglobin", "8", "mmol/L", "plausible"),
        ("hemoglobin", "17", "mmol/L", "implausible"),
        ("creatinine", "80", "umol/L", "plausible"),
        ("creatinine", "0.9", "umol/L", "implausible"),
        ("creatinine", "2000", "umol/L", "check"),
        ("pth", "5", "pmol/L", "plausible"),
        ("pth", "900", "pmol/L", "implausible"),
        ("crp", "7000", "nmol/L", "check"),
        ("crp", "8000", "nmol/L", "implausible"),
    ],
)
def test_a_family_without_a_range_of_its_own_is_converted(id: str, value: str, family: str, expected: str) -> None:
    assert plausibility(id, Decimal(value), family) == expected


@pytest.mark.parametrize("id", ["uibc", "transferrin", "vitamin-e"])
def test_without_a_range_everything_is_plausible_except_below_zero(id: str) -> None:
    family = analyte(id).families[0]
    assert plausibility(id, Decimal(10**9), family) == "plausible"
    assert plausibility(id, Decimal("-0.1"), family) == "implausible"


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "sNaN"])
def test_what_is_no_number_is_implausible(number: str) -> None:
    assert plausibility("ferritin", Decimal(number), "ng/mL") == "implausible"


def test_adjusted_calcium_is_judged_like_total_calcium() -> None:
    tables = analyte_tables()
    assert tables["adjusted-calcium"]["plausible"]["hard"] == tables["calcium"]["plausible"]["hard"]


@pytest.mark.parametrize("id", ANALYTES)
def test_the_ranges_of_two_families_tell_nearly_the_same(id: str) -> None:
    """A slip of a digit in one family would make it differ from the other by far more than rounding does."""
    for ranges in (analyte_tables()[id].get("plausible", {}).get(kind, {}) for kind in ("hard", "soft")):
        (first, *others) = ranges or [""]
        for family in others:
            factor = conversion_factor(id, first, family)
            for edge in ("from", "to"):
                here, there = ranges[first][edge] * factor, ranges[family][edge]
                assert here == there == 0 or Decimal("0.75") < there / here < Decimal("1.35")


def test_an_unknown_analyte() -> None:
    with pytest.raises(UnknownAnalyte):
        plausibility("zinc", Decimal(1), "ug/dL")


@pytest.mark.parametrize("id", sorted(analyte_tables()))
def test_what_is_usual_is_possible(id: str) -> None:
    """``plausibility`` asks for the hard range only where the soft one does not hold."""
    ranges = analyte_tables()[id].get("plausible", {})
    hard = ranges.get("hard", {})
    for unit, soft in ranges.get("soft", {}).items():
        assert hard[unit].get("from", 0) <= soft.get("from", 0)
        assert soft["to"] <= hard[unit]["to"]
        assert "above" not in hard[unit] or max(soft.get("from", 0), soft.get("above", 0)) >= hard[unit]["above"]
