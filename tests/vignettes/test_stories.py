"""Every story gives exactly the assessment that a clinician would expect."""

from __future__ import annotations

import pytest

from tests.vignettes.assessed import assessed, expected, order_says, shown, wrongly_told
from tests.vignettes.stories import Story, read_stories

STORIES = [*read_stories("stories.yaml"), *read_stories("more_stories.yaml")]


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.id)
def test_story(story: Story) -> None:
    assert shown(assessed(story), story) == expected(story)


@pytest.mark.parametrize("story", [story for story in STORIES if story.expect.ordered], ids=lambda story: story.id)
def test_the_draft_order_says(story: Story) -> None:
    assessment = assessed(story)
    for proposal, words in story.expect.ordered.items():
        assert order_says(words, proposal, assessment)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.id)
def test_what_must_not_be(story: Story) -> None:
    assert wrongly_told(assessed(story), story) == set()
