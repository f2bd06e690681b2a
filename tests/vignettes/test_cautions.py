"""Every caution holds where its trigger holds, and not on the chart that almost triggers it."""

from __future__ import annotations

import pytest

from tests.vignettes.assessed import assessed, knowledge_of
from tests.vignettes.stories import CautionCase, read_caution_cases, read_yaml

CASES = list(read_caution_cases("caution_stories.yaml"))
WITHOUT_STORY: dict[str, str] = read_yaml("caution_stories.yaml")["without_story"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_caution(case: CautionCase) -> None:
    held = {caution.id for caution in assessed(case.story).cautions}
    assert (case.caution in held) is case.holds


def test_every_caution_has_its_stories() -> None:
    """A caution of the knowledge without a story, or a story of a caution that is gone, is told by its id."""
    known = {
        caution.id for jurisdiction in ("international", "us", "uk") for caution in knowledge_of(jurisdiction).cautions
    }
    told = {case.caution for case in CASES}
    assert known - told - set(WITHOUT_STORY) == set()
    assert told - known == set()
    assert told & set(WITHOUT_STORY) == set()


def test_both_sides_are_told() -> None:
    for caution in {case.caution for case in CASES}:
        sides = {case.holds for case in CASES if case.caution == caution}
        assert sides == {True, False}, caution
