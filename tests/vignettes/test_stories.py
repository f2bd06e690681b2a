"""Every story gives exactly the assessment that a clinician would expect."""

from __future__ import annotations

import pytest

from tests.vignettes.assessed import assessed, findings_in, missing_cautions, unexpected_cautions, words_of
from tests.vignettes.stories import Story, read_stories

STORIES = [*read_stories("stories.yaml"), *read_stories("more_stories.yaml")]


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.id)
def test_story(story: Story) -> None:
    assessment, expected = assessed(story), story.expect
    assert {
        "findings": findings_in(assessment, story),
        "data quality": sorted({entry.id for entry in assessment.data_quality if entry.blocks}),
        "proposals": sorted(proposal.id for proposal in assessment.proposals),
        "cautions that are missing": missing_cautions(assessment, story),
        "cautions that nobody expects": unexpected_cautions(assessment, story),
    } == {
        "findings": expected.findings,
        "data quality": sorted(expected.data_quality),
        "proposals": sorted(expected.proposals),
        "cautions that are missing": set(),
        "cautions that nobody expects": {},
    }
    ticked = {proposal.id for proposal in assessment.proposals if proposal.preselected}
    assert not ticked & set(expected.not_preselected)


@pytest.mark.parametrize("story", [story for story in STORIES if story.expect.ordered], ids=lambda story: story.id)
def test_the_draft_order_says(story: Story) -> None:
    orders = {proposal.id: proposal.resources for proposal in assessed(story).proposals}
    for proposal, words in story.expect.ordered.items():
        (order,) = orders[proposal]
        assert order["status"] == "draft"
        assert order["intent"] == "proposal"
        assert words in " ".join(dosage["text"] for dosage in order["dosageInstruction"])


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.id)
def test_what_must_not_be(story: Story) -> None:
    assessment = assessed(story)
    ids = {finding.id for finding in assessment.findings} | {proposal.id for proposal in assessment.proposals}
    ids |= {caution.id for caution in assessment.cautions if caution.relevant}
    assert not ids & set(story.never)
    told = words_of(assessment)
    for words in story.expect.said:
        assert words.lower() in told
    for words in story.never_said:
        assert words.lower() not in told
