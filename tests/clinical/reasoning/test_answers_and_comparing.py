"""Kleene's logic, and comparisons of edges such as "<3" with limits and bands."""

from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinical import load_knowledge
from clinical.chart.dates import read_date
from clinical.chart.facts import Measurement
from clinical.reasoning.answers import NO, UNKNOWN, YES, Answer, all_of, any_of, not_
from clinical.reasoning.comparing import band_of, interval_of

THREE = (YES, NO, UNKNOWN)


@pytest.mark.parametrize(("one", "other"), list(product(THREE, THREE)))
def test_kleene(one, other):
    order = {False: 0, None: 1, True: 2}
    both, either = all_of((one, other)), any_of((one, other))
    assert order[both.truth] == min(order[one.truth], order[other.truth])
    assert order[either.truth] == max(order[one.truth], order[other.truth])
    assert not_(not_(one)).truth == one.truth


def test_unknown_tells_what_is_missing_and_yes_its_facts():
    assert all_of((Answer(True, ("a",)), Answer(None, (), ("egfr",)))) == Answer(None, ("a",), ("egfr",))
    assert any_of((Answer(True, ("a",)), Answer(None, (), ("egfr",)))) == Answer(True, ("a",))


def measurement(value, comparator=None, analyte="ferritin", unit="ng/mL", upper=None):
    return Measurement(
        analyte=analyte, value=Decimal(value), unit=unit, reported="", reported_unit=unit, comparator=comparator,
        upper=upper, effective=read_date("2026-11-15"), source="Observation/o1",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("value", "comparator", "below", "at_most"),
    [
        ("74.9", None, True, True), ("75", None, False, True), ("75.1", None, False, False),
        ("75", "<", True, True), ("75", "<=", None, True), ("75", ">", False, False), ("75", ">=", False, None),
        ("100", "<", None, None), ("30", ">", None, None), ("30", "<", True, True),
    ],
)  # fmt: skip
def test_an_edge_is_an_interval(value, comparator, below, at_most):
    interval = interval_of(measurement(value, comparator))
    assert (interval.below(Decimal(75)), interval.at_most(Decimal(75))) == (below, at_most)


@given(st.decimals(0, 200, places=2), st.sampled_from([None, "<", "<=", ">", ">="]), st.decimals(0, 200, places=2))
def test_below_implies_at_most(value, comparator, limit):
    interval = interval_of(measurement(value, comparator))
    if interval.below(limit):
        assert interval.at_most(limit)
    if interval.at_most(limit) is False:
        assert interval.below(limit) is False


@pytest.mark.parametrize(
    ("value", "comparator", "unit", "band"),
    [
        ("11.9", None, "ng/mL", "VITD.SEVERE"), ("12", None, "ng/mL", "VITD.DEF"), ("19.9", None, "ng/mL", "VITD.DEF"),
        ("20", None, "ng/mL", "VITD.INSUFF_DISPUTED"), ("29.9", None, "nmol/L", "VITD.SEVERE"),
        ("30", None, "nmol/L", "VITD.DEF"), ("8", "<", "ng/mL", "VITD.SEVERE"), ("20", "<", "ng/mL", "VITD.DEF"),
        ("20", "<=", "ng/mL", "VITD.INSUFF_DISPUTED"), ("40", "<", "ng/mL", None), ("150", ">", "ng/mL", "VITD.TOXIC"),
        ("120", ">", "ng/mL", "VITD.EXCESS"), ("40", ">", "ng/mL", None),
    ],
)  # fmt: skip
def test_the_mildest_band_that_is_true_for_the_whole_interval(value, comparator, unit, band):
    bands = load_knowledge().bands_by_analyte["vitamin-d"]
    found = band_of(measurement(value, comparator, "vitamin-d", unit), bands)
    assert (found.id if found else None) == band
