"""The fixtures' story, told as of another day."""

from __future__ import annotations

from datetime import date

import pytest

from demo_ehr.told_today import FIXTURES_TOLD_ON, told_today

A_YEAR_LATER = date(2027, 11, 22)


@pytest.mark.parametrize(
    ("told", "later"),
    [
        ("2026-11-15", "2027-11-15"),
        ("2026-11-15T08:10:00+01:00", "2027-11-15T08:10:00+01:00"),
        ("2026-11-15T08:10:00.5Z", "2027-11-15T08:10:00.5Z"),
        ("2026-10", "2026-10"),
        ("22 ng/mL", "22 ng/mL"),
        ("2276-4", "2276-4"),
        ("see 2026-11-15", "see 2026-11-15"),
    ],
)
def test_only_whole_dates_move(told: str, later: str) -> None:
    assert told_today(told, A_YEAR_LATER) == later


def test_everything_moves_together() -> None:
    told = {"birthDate": "1981-04-12", "list": [{"issued": "2026-11-15"}], "value": 22.0, "absent": None}
    later = {"birthDate": "1981-04-13", "list": [{"issued": "2026-11-16"}], "value": 22.0, "absent": None}
    assert told_today(told, date(2026, 11, 23)) == later


def test_on_the_day_itself_nothing_changes() -> None:
    assert told_today({"a": ["2026-11-15"]}, FIXTURES_TOLD_ON) == {"a": ["2026-11-15"]}
