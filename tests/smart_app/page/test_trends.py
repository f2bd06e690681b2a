"""Trends as people find them: a named picture, a mark for each result, a table twin."""

from __future__ import annotations

from typing import Any

import pytest

from clinical import assess
from tests.clinical.resources import observation
from tests.smart_app.page.pages import NAMES, SI, TODAY, chart_of, ferritin, knowledge, of_results, story
from tests.smart_app.page.tree import Element

RX = "http://www.nlm.nih.gov/research/umls/rxnorm"


def trend(page: Element, analyte: str = "ferritin") -> Element:
    return page.one("section", id=f"trend-{analyte}")


def marks(found: Element) -> list[str]:
    return [one.attributes["class"] for one in found.all("g") if one.attributes["class"].startswith("mark ")]


def rows(found: Element) -> list[str]:
    return [one.text for one in found.one("tbody").all("tr")]


@pytest.mark.parametrize("name", NAMES)
def test_a_mark_and_a_row_for_each_usable_result(name: str) -> None:
    page = story(name)
    counted: dict[str, int] = {}
    for seen in assess(chart_of(name), knowledge(), TODAY).measurements:
        if seen.usable and seen.measurement.effective:
            counted[seen.measurement.analyte] = counted.get(seen.measurement.analyte, 0) + 1
    for analyte, number in counted.items():
        found = trend(page, analyte)
        assert len(marks(found)) == number
        assert len([one for one in rows(found) if "not used" not in one]) == number


def test_the_picture_is_named_with_the_analyte() -> None:
    found = trend(of_results(ferritin(22), ferritin(30, "2025-11-15")))
    picture = found.one("svg", role="img")
    assert picture.one("title", id=picture.attributes["aria-labelledby"]).text == (
        "Ferritin: 2 results from 2025-11-15 to 2026-11-15, latest 22 ng/mL on 2026-11-15"
    )


def test_shapes_tell_the_side_of_the_band() -> None:
    calcidiol = [
        observation("62292-8", value, "ng/mL", id=f"d{month}", effectiveDateTime=f"2026-{month}-01")
        for value, month in ((9, "11"), (40, "06"), (160, "02"))
    ]
    found = trend(of_results(*calcidiol), "vitamin-d")
    shapes = {one.attributes["class"]: one.inner[0] for one in found.all("g") if "mark" in one.attributes["class"]}
    assert {name: one.tag for name, one in shapes.items() if isinstance(one, Element)} == {
        "mark point side-low": "path", "mark point side-middle": "circle", "mark point side-high": "path",
    }  # fmt: skip


@pytest.mark.parametrize(("comparator", "kind"), [("<", "below"), (">", "above"), (None, "point")])
def test_an_open_interval_is_drawn_as_one(comparator: str | None, kind: str) -> None:
    found = trend(of_results(ferritin(50, comparator=comparator)))
    assert marks(found)[0].split()[1] == kind
    assert bool(found.all("path", _class="open")) is (comparator is not None)
    assert rows(found)[0].split()[1] == f"{comparator or ''}50"


def test_a_line_joins_exact_results_and_stops_at_an_interval() -> None:
    days = ("2026-01-15", "2026-03-15", "2026-05-15", "2026-07-15", "2026-09-15")
    values = [ferritin(value, day) for value, day in zip((20, 30, 40, 50, 60), days, strict=True)]
    assert len(trend(of_results(*values)).all("polyline")) == 1
    values[2] = ferritin(40, days[2], "<")
    runs = [one.attributes["points"].split() for one in trend(of_results(*values)).all("polyline")]
    assert [len(run) for run in runs] == [2, 2]


def test_a_result_that_is_set_aside_shows_no_number() -> None:
    found = trend(of_results(ferritin(40), ferritin(98765, "2027-06-01")))
    assert len(marks(found)) == 1 and len(found.all("g", _class="cross")) == 1
    assert "98765" not in found.text and "not used" in rows(found)[-1]


def test_a_stale_result_is_hollow_and_told_as_old() -> None:
    found = trend(of_results(ferritin(40, "2024-01-05"), ferritin(50, "2023-01-05")))
    assert [one.split()[-1] for one in marks(found)] == ["side-none", "stale"]
    assert "days old" in rows(found)[0] and "days old" not in rows(found)[1]


def test_one_result_and_results_of_one_day() -> None:
    assert len(marks(trend(of_results(ferritin(40))))) == 1
    same = [ferritin(40, f"2026-11-15T0{hour}:00:00Z", id=f"s{hour}", valueQuantity=None) for hour in range(3)]
    for number, one in enumerate(same):
        one["valueQuantity"] = {"value": 40 + number, "unit": "ng/mL"}
    circles = [one.attributes for one in trend(of_results(*same)).all("circle")]
    assert len({(one["cx"], one["cy"]) for one in circles}) == 3


def test_five_hundred_results_are_dots_in_a_table_that_scrolls() -> None:
    many = [ferritin(20 + i % 90, f"{2018 + i // 60}-{1 + i % 12:02}-{1 + i % 28:02}", id=f"m{i}") for i in range(500)]
    found = trend(of_results(*many))
    assert found.one("svg", role="img").attributes["class"] == "chart dense"
    assert found.one("div", role="region").attributes["tabindex"] == "0"


def test_inflammation_is_marked_on_ferritin_and_a_normal_crp_is_not() -> None:
    def page(crp: float) -> Element:
        return of_results(ferritin(90), observation("1988-5", crp, "mg/L", id="crp"))

    raised, calm = trend(page(24)), trend(page(4))
    assert len(raised.all("g", _class="inflammation")) == 1 and "CRP 24 mg/L on 2026-11-15" in rows(raised)[0]
    assert not calm.all("g", _class="inflammation") and "CRP" not in rows(calm)[0]


def medication(**more: Any) -> dict[str, Any]:
    return {
        "resourceType": "MedicationStatement",
        "id": "m1",
        "status": "active",
        "subject": {"reference": "Patient/p1"},
        "medicationCodeableConcept": {"coding": [{"system": RX, "code": "310325"}], "text": "Ferrous sulfate 325 mg"},
        **more,
    }


def test_a_supplement_is_a_bar_from_beginning_to_end() -> None:
    taken = medication(effectivePeriod={"start": "2026-02-01", "end": "2026-05-01"}, status="completed")
    found = trend(of_results(ferritin(40), ferritin(20, "2026-01-01"), taken))
    assert [one.attributes["class"] for one in found.all("g") if "therapy" in one.attributes["class"]] == ["therapy"]
    assert "Ferrous sulfate 325 mg, since 2026-02-01, until 2026-05-01" in found.text


def test_of_a_prescription_the_beginning_is_open() -> None:
    order = medication(resourceType="MedicationRequest", intent="order", authoredOn="2026-02-01")
    found = trend(of_results(ferritin(40), ferritin(20, "2026-01-01"), order))
    assert found.all("g", _class="therapy since-at-least") and "prescribed on 2026-02-01" in found.text


def test_limits_of_findings_are_in_the_picture_with_their_numbers() -> None:
    labels = [one.text for one in trend(of_results(ferritin(60))).all("text", _class="axis limit-name")]
    assert "75" in labels and "30" in labels


def test_the_picture_follows_the_units() -> None:
    calcidiol = observation("62292-8", 18, "ng/mL", id="d")
    labels = [one.text for one in trend(of_results(calcidiol, options=SI), "vitamin-d").all("text")]
    assert "50" in labels and "45.0" in labels and "18" not in labels
