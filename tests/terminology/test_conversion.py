"""Conversions: exact, there and back, as the sources print them, and agreeing with an independent library."""

from __future__ import annotations

from decimal import Decimal, getcontext
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from ucumvert import PintUcumRegistry  # type: ignore[import-untyped]

from terminology import ANALYTES, CannotConvert, UnknownAnalyte, conversion_factor, convert
from terminology.tables import analyte_tables
from terminology.units import accepted_units, unit_scales

# As the clinical content prints them (section A.4), to the digits it prints.
PRINTED = [
    ("ferritin", "ng/mL", "pmol/L", "2.247"),
    ("ferritin", "pmol/L", "ng/mL", "0.445"),
    ("ferritin", "ng/mL", "ug/L", "1"),
    ("iron", "ug/dL", "umol/L", "0.17907"),
    ("tibc", "umol/L", "ug/dL", "5.5845"),
    ("uibc", "ug/dL", "umol/L", "0.17907"),
    ("vitamin-d", "ng/mL", "nmol/L", "2.5"),
    ("vitamin-d", "nmol/L", "ng/mL", "0.4"),
    ("vitamin-b12", "pg/mL", "pmol/L", "0.7378"),
    ("vitamin-b12", "pmol/L", "pg/mL", "1.3554"),
    ("mma", "ng/mL", "nmol/L", "8.468"),
    ("mma", "umol/L", "nmol/L", "1000"),
    ("homocysteine", "mg/L", "umol/L", "7.398"),
    ("homocysteine", "umol/L", "mg/L", "0.1352"),
    ("folate", "ng/mL", "nmol/L", "2.2655"),
    ("folate", "nmol/L", "ng/mL", "0.4414"),
    ("red-cell-folate", "ng/mL", "nmol/L", "2.2655"),
    ("magnesium", "mg/dL", "mmol/L", "0.4114"),
    ("magnesium", "mmol/L", "mg/dL", "2.4305"),
    ("magnesium", "meq/L", "mmol/L", "0.5"),
    ("magnesium", "mmol/L", "meq/L", "2"),
    ("magnesium", "meq/L", "mg/dL", "1.21525"),
    ("vitamin-b6", "ug/L", "nmol/L", "4.046"),
    ("vitamin-b6", "nmol/L", "ug/L", "0.2471"),
    ("vitamin-c", "mg/dL", "umol/L", "56.78"),
    ("vitamin-c", "umol/L", "mg/dL", "0.01761"),
    ("vitamin-e", "mg/L", "umol/L", "2.322"),
    ("calcium", "mg/dL", "mmol/L", "0.2495"),
    ("calcium", "mmol/L", "mg/dL", "4.008"),
    ("adjusted-calcium", "mmol/L", "mg/dL", "4.008"),
    ("ionised-calcium", "mmol/L", "mg/dL", "4.008"),
    ("phosphate", "mg/dL", "mmol/L", "0.3229"),
    ("phosphate", "mmol/L", "mg/dL", "3.097"),
    ("creatinine", "mg/dL", "umol/L", "88.4"),
    ("pth", "pg/mL", "pmol/L", "0.1061"),
    ("pth", "pmol/L", "pg/mL", "9.425"),
    ("crp", "mg/dL", "mg/L", "10"),
    ("crp", "mg/L", "nmol/L", "9.524"),
    ("hemoglobin", "g/dL", "g/L", "10"),
    ("hemoglobin", "g/dL", "mmol/L", "0.6206"),
    ("potassium", "meq/L", "mmol/L", "1"),
    ("transferrin-saturation", "1", "%", "100"),
]
PAIRS = [
    (id, source, target)
    for id in ANALYTES
    for source in accepted_units(id)
    for target in accepted_units(id)
    if "mL/min" not in (source, target)
]


@pytest.mark.parametrize(("analyte", "source", "target", "printed"), PRINTED)
def test_factor_as_printed(analyte: str, source: str, target: str, printed: str) -> None:
    expected = Decimal(printed)
    assert conversion_factor(analyte, source, target).quantize(expected) == expected


@pytest.mark.parametrize(
    ("analyte", "value", "source", "target", "expected"),
    [
        ("vitamin-d", "50", "nmol/L", "ng/mL", "20"),
        ("vitamin-d", "30", "nmol/L", "ng/mL", "12"),
        ("vitamin-d", "30", "ng/mL", "nmol/L", "75"),
        ("ferritin", "166", "pmol/L", "ng/mL", "73.87"),
        ("magnesium", "1.4", "meq/L", "mmol/L", "0.7"),
        ("hemoglobin", "125", "g/L", "g/dL", "12.5"),
    ],
)
def test_limits_of_guidelines_meet_exactly(analyte: str, value: str, source: str, target: str, expected: str) -> None:
    assert convert(Decimal(value), analyte, source, target) == Decimal(expected)


def test_folate_is_not_moved_across_its_boundary_by_rounding() -> None:
    """6.9 nmol/L is below 7 nmol/L; converted, it lies above 3 ng/mL: that is why limits are compared as published."""
    assert convert(Decimal("6.9"), "folate", "nmol/L", "ng/mL") > 3


@given(
    pair=some.sampled_from(PAIRS),
    value=some.decimals(min_value="0.001", max_value="1000000", allow_nan=False, allow_infinity=False, places=4),
)
def test_there_and_back(pair: tuple[str, str, str], value: Decimal) -> None:
    analyte, source, target = pair
    there = convert(value, analyte, source, target)
    back = convert(there, analyte, target, source)
    assert there > 0
    assert abs(back - value) <= value * Decimal("1e-30")


@given(pair=some.sampled_from(PAIRS), value=some.integers(min_value=1, max_value=10**6))
def test_order_is_kept(pair: tuple[str, str, str], value: int) -> None:
    assert convert(Decimal(value), *pair) < convert(Decimal(value + 1), *pair)


@pytest.mark.parametrize("id", ANALYTES)
def test_the_factor_into_a_family_is_the_conversion(id: str) -> None:
    for unit in accepted_units(id).values():
        if unit.ucum == "mL/min":
            continue  # no arithmetic makes a clearance an indexed eGFR: only the code can say that it is one
        assert unit.factor == conversion_factor(id, unit.ucum, unit.family)


def test_the_callers_decimal_context_does_not_matter() -> None:
    before, getcontext().prec = getcontext().prec, 3
    try:
        assert convert(Decimal("73.8701"), "ferritin", "ng/mL", "ug/L") == Decimal("73.8701")
    finally:
        getcontext().prec = before


@pytest.mark.parametrize(
    ("analyte", "source", "target"),
    [
        ("ferritin", "ng/mL", "mg/dL"),
        ("ferritin", "ug/dL", "ng/mL"),
        ("active-b12", "pmol/L", "pg/mL"),
        ("egfr", "mL/min", "mL/min/{1.73_m2}"),
        ("potassium", "mmol/L", "mg/dL"),
        ("albumin", "g/L", "umol/L"),
        ("vitamin-d", "ng/ml", "nmol/L"),
    ],
)
def test_what_cannot_be_converted(analyte: str, source: str, target: str) -> None:
    with pytest.raises(CannotConvert):
        convert(Decimal(1), analyte, source, target)


def test_an_unknown_analyte() -> None:
    with pytest.raises(UnknownAnalyte):
        convert(Decimal(1), "zinc", "ug/dL", "umol/L")


@pytest.mark.parametrize("id", ANALYTES)
def test_families_of_one_analyte_can_all_be_converted(id: str) -> None:
    families = ANALYTES[id].families
    assert all(conversion_factor(id, source, target) > 0 for source in families for target in families)


def test_the_masses_of_d2_and_d3_stay_within_three_percent_of_the_convention() -> None:
    for part in analyte_tables()["vitamin-d"]["part_molar_mass"].values():
        exact = Decimal(1000) / part["grams_per_mole"]
        assert abs(exact - conversion_factor("vitamin-d", "ng/mL", "nmol/L")) / exact < Decimal("0.035")


@cache
def oracle() -> Any:
    """An independent reader of UCUM. It knows no analyte and takes meq for mmol: an oracle here, no library for us."""
    return PintUcumRegistry()


SCALED = [(ucum, scale) for ucum, scale in unit_scales().items() if scale.property in {"mass", "substance", "charge"}]


@pytest.mark.parametrize(("ucum", "scale"), SCALED, ids=[ucum for ucum, _ in SCALED])
def test_scale_agrees_with_an_independent_ucum_library(ucum: str, scale: Any) -> None:
    whole = {"mass": "g/L", "substance": "mol/L", "charge": "eq/L"}[scale.property]
    assert float(scale.scale) == pytest.approx(oracle().from_ucum(ucum).to(oracle().from_ucum(whole).units).magnitude)


SAME_KIND = [
    (id, source, target)
    for id, source, target in PAIRS
    if source != target and unit_scales()[source].property == unit_scales()[target].property == "mass"
]


@pytest.mark.parametrize(("analyte", "source", "target"), SAME_KIND)
def test_mass_to_mass_agrees_with_an_independent_ucum_library(analyte: str, source: str, target: str) -> None:
    expected = oracle().from_ucum(source).to(oracle().from_ucum(target).units).magnitude
    assert float(conversion_factor(analyte, source, target)) == pytest.approx(expected)


@pytest.mark.parametrize("id", [id for id in ANALYTES if "molar_mass" in analyte_tables()[id]])
def test_mass_to_moles_agrees_with_an_independent_ucum_library(id: str) -> None:
    mass = next(unit for unit in accepted_units(id) if unit_scales()[unit].property == "mass")
    moles = next(unit for unit in accepted_units(id) if unit_scales()[unit].property == "substance")
    molar_mass = oracle().from_ucum("g/mol") * float(analyte_tables()[id]["molar_mass"]["grams_per_mole"])
    expected = (oracle().from_ucum(mass) / molar_mass).to(oracle().from_ucum(moles).units).magnitude
    assert float(conversion_factor(id, mass, moles)) == pytest.approx(expected)
