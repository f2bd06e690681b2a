"""Who the patient is, where the chart tells it more than once."""

from __future__ import annotations

from datetime import date

import pytest

from clinical.reasoning.context import describe
from tests.clinical.resources import chart, observation, patient

TODAY = date(2026, 11, 22)
FIRST_SCAN = {"effectiveDateTime": "2026-09-01", "valueDateTime": "2026-12-24"}
LATER_SCAN = {"effectiveDateTime": "2026-10-01", "valueDateTime": "2027-03-10"}
UNDATED = {"effectiveDateTime": None, "valueDateTime": "2026-12-24"}


@pytest.mark.parametrize("ids", [("a", "b"), ("b", "a")])
@pytest.mark.parametrize("earlier", [FIRST_SCAN, UNDATED])
def test_the_newest_due_date_tells_the_trimester(earlier: dict[str, str], ids: tuple[str, str]) -> None:
    dues = [
        observation("11779-6", valueQuantity=None, id=id_, **told)
        for id_, told in zip(ids, (earlier, LATER_SCAN), strict=True)
    ]
    assert describe(chart(patient(), *dues), TODAY, False, 90).trimester == 2
