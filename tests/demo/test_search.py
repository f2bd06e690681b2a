"""FHIR search where the fixtures have no example: partial dates, periods, and what has no date at all."""

from __future__ import annotations

from typing import Any

import pytest

from demo_ehr.charts.dates import has_date
from demo_ehr.charts.search import search_among
from demo_ehr.charts.tokens import has_token, refers_to


@pytest.mark.parametrize(
    ("held", "value", "fits"),
    [
        ("2026-11-15T08:10:00+01:00", "2026-11-15", True),
        ("2026-11-15T00:10:00+01:00", "2026-11-15", False),  # in UTC it was still the day before
        ("2026-11", "2026", True),
        ("2026", "2026-11", False),
        ("2026-12", "le2026-12", True),
        ("2026-12", "ge2026-12", True),
        ("2026-12-31", "gt2026-12", False),
        ("2027-01-01", "gt2026-12", True),
        ("2027-01-01", "sa2026-12", True),
        ("2026-12-31", "sa2026-12", False),
        ("2026-11-30", "eb2026-12", True),
        ("2026-11-30", "ne2026-11-30", False),
        ({"start": "2026-01-01", "end": "2026-06-30"}, "gt2026-03", True),
        ({"start": "2026-01-01"}, "ge2099", True),
        ({}, "ge2000", False),
        (None, "ge2000", False),
    ],
)
def test_dates(held: Any, value: str, fits: bool) -> None:
    assert has_date(held, value) is fits


@pytest.mark.parametrize("value", ["soon", "", "2026-13", "ge", "xx2026"])
def test_what_is_no_date(value: str) -> None:
    with pytest.raises(ValueError, match="not a date"):
        has_date("2026-11-15", value)


@pytest.mark.parametrize(
    ("value", "fits"),
    [
        ("a", True),
        ("b", False),
        ("urn:x|a", True),
        ("urn:y|a", False),
        ("urn:x|", True),
        ("|a", False),
        ("|c,d", True),
        (r"e\,f", True),
        ("e,f", False),
        (r"urn:x|g\|h", True),
    ],
)
def test_tokens(value: str, fits: bool) -> None:
    coded = {"coding": [{"system": "urn:x", "code": code} for code in ("a", "e,f", "g|h")]}
    assert has_token([coded, {"coding": [{"code": "c"}]}], value) is fits


def test_references() -> None:
    assert refers_to({"reference": "Patient/one"}, "two,Patient/one")
    assert not refers_to({"reference": "Patient/one"}, "two")
    assert not refers_to({}, "")


@pytest.mark.parametrize(("order", "found"), [("date", "bca"), ("-date", "cba"), ("_id", "abc"), ("-_id", "cba")])
def test_what_has_no_date_comes_last_either_way(order: str, found: str) -> None:
    days = {"a": None, "b": "2025-01-01", "c": "2026-01-01"}
    results = [
        {"resourceType": "Observation", "id": id} | ({"effectiveDateTime": day} if day else {})
        for id, day in days.items()
    ]
    matches = search_among(results, "Observation", (("_sort", order),)).matches
    assert "".join(it["id"] for it in matches) == found
