"""The arithmetic behind the page: scales, marks, lanes, units. Small golden examples."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from smart_app.page.ages import age_in_words
from smart_app.page.trends.drawing import apart
from smart_app.page.trends.lanes import bars_of, names_of
from smart_app.page.trends.points import day_of
from smart_app.page.trends.scales import Scale, date_marks, day_range, round_marks, value_range
from smart_app.page.trends.therapies import Therapy
from smart_app.page.units import SI_UNITS, Units, figures
from terminology import ANALYTES, conversion_factor
from tests.clinical.resources import chart, observation, patient


def test_a_scale_puts_values_on_a_line() -> None:
    upwards = Scale(0, 100, 190, 18)
    assert [upwards.at(0), upwards.at(50), upwards.at(100)] == [190, 104, 18]
    assert upwards.within(500) == 18 and not upwards.holds(500)


@pytest.mark.parametrize(
    ("values", "wanted", "edges", "expected"),
    [
        ([22.0], [75.0], [15.0, 30.0, 75.0, 300.0], (0, 84)),
        ([12.0, 13.0], [], [], (11.85, 13.15)),
        ([0.0], [], [], (0, 1)),
        ([88.0], [], [60.0, 45.0, 100.0], (54, 106)),
    ],
)
def test_the_axis_holds_values_limits_and_the_nearest_edges(
    values: list[float], wanted: list[float], edges: list[float], expected: tuple[float, float]
) -> None:
    assert value_range(values, wanted, edges) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("low", "high", "marks"),
    [(0, 84, [0, 20, 40, 60, 80]), (11.85, 13.15, [12, 12.5, 13]), (0, 0.9, [0, 0.2, 0.4, 0.6, 0.8])],
)
def test_marks_are_round(low: float, high: float, marks: list[float]) -> None:
    assert round_marks(low, high) == marks


def test_days_reach_to_today_and_are_never_less_than_half_a_year() -> None:
    today = date(2026, 11, 22)
    low, high = day_range([today.toordinal()], today)
    assert high - low == pytest.approx(180 * 1.08) and low < today.toordinal() - 180 < today.toordinal() < high


@pytest.mark.parametrize("offset", ["-05:00", "+09:00", "Z", ""])
def test_a_result_stands_at_the_hour_of_its_own_place(offset: str) -> None:
    """In the evening of New York it is tomorrow in UTC, and still the same day's evening on the sender's calendar."""
    day = date(2026, 11, 15).toordinal()
    for time, hours in (("00:00:00", 0), ("08:30:00", 8.5), ("20:00:00", 20)):
        [taken] = chart(patient(), observation(effectiveDateTime=f"2026-11-15T{time}{offset}")).measurements
        assert day_of(taken) - day == pytest.approx(hours / 24, abs=1e-6)


@pytest.mark.parametrize("text", ["2026-11-15", "2026-11", "2026"])
def test_without_an_hour_it_stands_at_the_beginning_of_its_day(text: str) -> None:
    [taken] = chart(patient(), observation(effectiveDateTime=text)).measurements
    assert taken.effective is not None and day_of(taken) == taken.effective.day.toordinal()


@pytest.mark.parametrize(
    ("start", "end", "texts"),
    [
        (date(2026, 6, 2), date(2026, 11, 22), ["2026-07", "2026-09", "2026-11"]),
        (date(2021, 1, 1), date(2024, 6, 1), ["2021", "2022", "2023", "2024"]),
        (date(1981, 1, 1), date(2026, 1, 1), ["1990", "2000", "2010", "2020"]),
    ],
)
def test_dates_are_few_and_round(start: date, end: date, texts: list[str]) -> None:
    assert [text for _, text in date_marks(start.toordinal(), end.toordinal())] == texts


def test_numbers_beside_the_plot_do_not_cover_each_other() -> None:
    assert apart([180, 175, 100], 12) == [180, 168, 100]


def test_renewals_share_a_lane_and_the_name_stands_where_there_is_room() -> None:
    across = Scale(0, 100, 40, 376)
    early = Therapy("Iron", 0, 10, "", False)
    later, other = Therapy("Iron", 20, 30, "", True), Therapy("Vitamin C", 90, None, "", False)
    bars = bars_of([early, later, other], across)
    assert [(bar.x, bar.width) for bar in bars] == [(40, 33.6), (107.2, 33.6), (342.4, 33.6)]
    assert [bar.open_start for bar in bars] == [False, True, False]
    assert bars[0].y == bars[1].y != bars[2].y
    assert [(name.text, name.before) for name in names_of(bars)] == [("Iron", False), ("Vitamin C", True)]


@pytest.mark.parametrize(
    ("value", "told"),
    [("45.75", "45.8"), ("1499.6", "1500"), ("0.04567", "0.0457"), ("9.996", "10.0"), ("999.6", "1000"), ("0", "0.00")],
)
def test_three_significant_figures(value: str, told: str) -> None:
    assert figures(Decimal(value)) == told


@pytest.mark.parametrize("name", sorted(ANALYTES))
def test_every_analyte_can_be_shown_in_both_systems(name: str) -> None:
    for system in ("conventional", "si"):
        unit = Units(system).unit(name)
        assert conversion_factor(name, ANALYTES[name].canonical_unit, unit) > 0


def test_the_factor_is_told_where_units_differ_and_only_there() -> None:
    assert Units("si").factor("vitamin-d") == "1 ng/mL = 2.5 nmol/L"
    assert Units("si").factor("transferrin-saturation") is None
    assert set(SI_UNITS) <= set(ANALYTES)


@pytest.mark.parametrize(
    ("code", "value", "unit", "conventional", "si"),
    [
        ("2276-4", 1234, "ug/L", "1234 ng/mL", "1234 ug/L"),
        ("718-7", 101, "g/L", "10.1 g/dL", "101 g/L"),
        ("2132-9", 1107, "pmol/L", "1500 pg/mL", "1107 pmol/L"),
        ("2777-1", 1.55, "mmol/L", "4.80 mg/dL", "1.55 mmol/L"),
    ],
)
def test_exact_numbers_keep_their_digits(code: str, value: float, unit: str, conventional: str, si: str) -> None:
    [one] = chart(patient(), observation(code, value, unit)).measurements
    assert (str(Units("conventional").result(one)), str(Units("si").result(one))) == (conventional, si)


@pytest.mark.parametrize(
    ("day", "told"),
    [("2026-11-22", "today"), ("2026-11-21", "yesterday"), ("2026-11-15", "7 days ago"), ("2026-10-01", "7 weeks ago"),
     ("2025-11-22", "12 months ago"), ("2023-11-22", "3 years ago"), ("2026-12-01", "dated ahead of today"),
     ("2026-09", "up to 11 weeks ago")],
)  # fmt: skip
def test_ages_in_words(day: str, told: str) -> None:
    [one] = chart(patient(), observation(effectiveDateTime=day)).measurements
    assert one.effective is not None and age_in_words(one.effective, date(2026, 11, 22)) == told
