"""Both sides of every limit, in the unit family in which it is published."""

from __future__ import annotations

import pytest

from tests.vignettes.assessed import assessed, findings_in
from tests.vignettes.stories import Case, read_limits

CASES = list(read_limits("limits.yaml"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_limit(case: Case) -> None:
    assert findings_in(assessed(case.story), case.story) == case.story.expect.findings


def test_every_limit_has_two_sides() -> None:
    assert len(CASES) >= 120
    assert len({case.id for case in CASES}) == len(CASES)
