"""Reads and assesses a story, and tells its outcome in the words of the stories."""

from __future__ import annotations

from functools import cache

from clinical import Assessment, Knowledge, assess, load_knowledge, read_chart, read_document
from tests.vignettes.charts import ASKED, TODAY, bundle_of
from tests.vignettes.stories import Story


@cache
def knowledge_of(jurisdiction: str) -> Knowledge:
    return load_knowledge(jurisdiction)


def assessed(story: Story) -> Assessment:
    document = read_document(bundle_of(story))
    chart = read_chart(document.resources, patient_id=document.patient_id, answered=ASKED)
    return assess(chart, knowledge_of(story.jurisdiction), TODAY)


def findings_in(assessment: Assessment, story: Story) -> dict[str, str]:
    found: dict[str, str] = {finding.id: finding.indicator for finding in assessment.findings}
    if story.adequate_iron and "IRON.ADEQUATE" not in story.expect.findings:
        found.pop("IRON.ADEQUATE", None)
    return found


def missing_cautions(assessment: Assessment, story: Story) -> set[str]:
    return set(story.expect.cautions) - {caution.id for caution in assessment.cautions if caution.relevant}


def unexpected_cautions(assessment: Assessment, story: Story) -> dict[str, str]:
    """Relevant cautions beyond the expected ones; those of severity info may always be more."""
    return {
        caution.id: caution.severity
        for caution in assessment.cautions
        if caution.relevant and caution.severity != "info" and caution.id not in story.expect.cautions
    }


def words_of(assessment: Assessment) -> str:
    parts = [f"{finding.title} {finding.because} {finding.consider}" for finding in assessment.findings]
    parts += [f"{proposal.label} {proposal.text}" for proposal in assessment.proposals]
    parts += [caution.text for caution in assessment.cautions if caution.relevant]
    return "\n".join(parts).lower()
