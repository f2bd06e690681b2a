"""What one EHR may take of us has an end, and beyond it is a failure that is named, for that EHR alone."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

import pytest

from ehr_reader import CheckConnection, OutOfTime, Query, TryAgainLater, shares
from ehr_reader.shares import LARGEST_CHART_BYTES, LARGEST_EHR_BYTES, MOST_QUESTIONS_AT_ONCE, Crowd
from tests.ehr_reader.mock_ehr import BASE_PATH, Call, MockEhr, Reply

BUSY, OTHER = "https://busy.example/fhir", "https://other.example/fhir"
LABORATORY = Query("Observation", parameters=(("patient", "p1"), ("category", "laboratory")))
MEGABYTE = 1024 * 1024
# Below the largest answer; three of them are more than a chart may take.
MEGABYTES = 18


def test_four_hundred_questions_are_asked_of_one_ehr_at_once_and_no_more() -> None:
    crowd = Crowd()
    with ExitStack() as asking:
        for _ in range(400):
            asking.enter_context(crowd.place(BUSY))
        with pytest.raises(TryAgainLater), crowd.place(BUSY):
            pass
        with crowd.place(OTHER):
            pass
    with crowd.place(BUSY):
        pass
    assert MOST_QUESTIONS_AT_ONCE == 400


def test_who_fails_gives_the_place_back() -> None:
    crowd = Crowd()
    for _ in range(2 * MOST_QUESTIONS_AT_ONCE):
        with pytest.raises(OutOfTime), crowd.place(BUSY):
            raise OutOfTime


def test_a_question_too_many_is_not_asked(ehr: MockEhr, read: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three wait until the deadline, the others are told at once."""
    monkeypatch.setattr(shares, "MOST_QUESTIONS_AT_ONCE", 3)
    ehr.answer = lambda _: Reply(delay=60)
    answers = read(*(Query("Condition", id=f"c{number}") for number in range(5)), seconds=4.0)
    assert sorted(type(answer.failure).__name__ for answer in answers) == ["OutOfTime"] * 3 + ["TryAgainLater"] * 2
    assert len(ehr.calls) == 3


def test_fifty_megabytes_are_read_for_one_chart_to_the_last_byte() -> None:
    with Crowd().chart(BUSY) as chart:
        for _ in range(50):
            chart.take(MEGABYTE)
        with pytest.raises(CheckConnection):
            chart.take(1)
    assert LARGEST_CHART_BYTES == 50 * MEGABYTE


def test_charts_of_one_ehr_have_sixty_four_megabytes_together_at_once() -> None:
    crowd = Crowd()
    with crowd.chart(BUSY) as first, crowd.chart(BUSY) as second, crowd.chart(OTHER) as other:
        first.take(40 * MEGABYTE)
        second.take(24 * MEGABYTE)
        with pytest.raises(TryAgainLater):
            second.take(1)
        other.take(50 * MEGABYTE)
    with crowd.chart(BUSY) as again:
        again.take(50 * MEGABYTE)
    assert LARGEST_EHR_BYTES == 64 * MEGABYTE


def test_who_comes_after_the_end_takes_nothing() -> None:
    """A thread that an EHR has kept beyond the deadline."""
    crowd = Crowd()
    for _ in range(2):
        with crowd.chart(BUSY) as chart:
            chart.take(50 * MEGABYTE)
        with pytest.raises(OutOfTime):
            chart.take(1)


def test_what_comes_beyond_is_not_read(ehr: MockEhr, read: Any) -> None:
    """Each page is one that may be read; the third is beyond what one chart may take. The next chart begins anew."""
    ehr.answer = _large_page
    [answer] = read(LABORATORY, seconds=60)
    assert len(answer.pages) == 2 and isinstance(answer.failure, CheckConnection)
    ehr.answer = lambda call: Reply(body=_large_page(call).body.replace(b"next", b"last"))
    [again] = read(LABORATORY, seconds=60)
    assert len(again.pages) == 1 and again.failure is None


def _large_page(call: Call) -> Reply:
    number = int(call.parameters.get("page", "1"))
    following = b'{"relation": "next", "url": "%s/Observation?page=%d"}' % (BASE_PATH.encode(), number + 1)
    note = b"x" * (MEGABYTES * MEGABYTE)
    return Reply(body=b'{"resourceType": "Bundle", "link": [%s], "zz": "%s"}' % (following, note))
