"""Reads and assesses a story, and tells its outcome in the words of the stories."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

from clinical import Assessment, Chart, Knowledge, assess, load_knowledge, read_chart, read_document
from tests.vignettes.charts import ASKED, TODAY, bundle_of
from tests.vignettes.stories import Order, Story


@cache
def knowledge_of(jurisdiction: str) -> Knowledge:
    return load_knowledge(jurisdiction)


def assessed(story: Story) -> Assessment:
    return assess(chart_of(story), knowledge_of(story.jurisdiction), TODAY)


def chart_of(story: Story) -> Chart:
    document = read_document(bundle_of(story))
    return read_chart(document.resources, patient_id=document.patient_id, answered=ASKED)


def findings_in(assessment: Assessment, story: Story) -> dict[str, str]:
    found: dict[str, str] = {finding.id: finding.indicator for finding in assessment.findings}
    if story.adequate_iron and "IRON.ADEQUATE" not in story.expect.findings:
        found.pop("IRON.ADEQUATE", None)
    return found


def shown(assessment: Assessment, story: Story) -> dict[str, Any]:
    """What `expected` tells, as it came."""
    return {
        "findings": findings_in(assessment, story),
        "data quality": sorted({entry.id for entry in assessment.data_quality if entry.blocks}),
        "proposals": sorted(proposal.id for proposal in assessment.proposals),
        "cautions that are missing": missing_cautions(assessment, story),
        "cautions that nobody expects": unexpected_cautions(assessment, story),
        "ticked and should not be": ticked(assessment) & set(story.expect.not_preselected),
    }


def expected(story: Story) -> dict[str, Any]:
    return {
        "findings": story.expect.findings,
        "data quality": sorted(story.expect.data_quality),
        "proposals": sorted(story.expect.proposals),
        "cautions that are missing": set(),
        "cautions that nobody expects": {},
        "ticked and should not be": set(),
    }


def ticked(assessment: Assessment) -> set[str]:
    return {proposal.id for proposal in assessment.proposals if proposal.preselected}


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


def wrongly_told(assessment: Assessment, story: Story) -> set[str]:
    """Ids and words that must not appear and do, and words that should and do not."""
    ids = {finding.id for finding in assessment.findings} | {proposal.id for proposal in assessment.proposals}
    ids |= {caution.id for caution in assessment.cautions if caution.relevant}
    told = words_of(assessment)
    missing = {words for words in story.expect.said if words.lower() not in told}
    return (ids & set(story.never)) | missing | {words for words in story.never_said if words.lower() in told}


def order_says(words: str, proposal: str, assessment: Assessment) -> bool:
    """Is the proposal's only order a draft whose dosage holds these words?"""
    orders = next(made.resources for made in assessment.proposals if made.id == proposal)
    return [(order["status"], order["intent"]) for order in orders] == [("draft", "proposal")] and words in " ".join(
        dosage["text"] for order in orders for dosage in order["dosageInstruction"]
    )


def marks_of(assessment: Assessment) -> frozenset[str]:
    """Everything that an edge may ask for by its id: see README.md."""
    return frozenset(_marks(assessment))


def _marks(assessment: Assessment) -> Iterator[str]:
    for finding in assessment.findings:
        yield from (finding.id, f"{finding.id} {finding.indicator}")
        if finding.speaks:
            yield f"{finding.id} speaks"
    for caution in assessment.cautions:
        yield from (caution.id, f"{caution.id} {caution.severity}")
    for entry in assessment.data_quality:
        yield from (entry.id, f"{entry.id} {entry.analyte}")
    for seen in assessment.measurements:
        yield f"{seen.measurement.analyte} {seen.band}"
    for name, times in Counter(caution.id for caution in assessment.cautions).items():
        yield f"{name} {times} times"
    for proposal in assessment.proposals:
        yield from (proposal.id, f"{proposal.id} in {_due(proposal.resources)} days")
    yield from (f"{name} ticked" for name in ticked(assessment))
    yield from (f"{withheld.proposal} withheld" for withheld in assessment.withheld)
    yield from (advice.id for advice in assessment.advice)


Orders = Mapping[str, Sequence[dict[str, Any]]]


def orders_in(assessment: Assessment) -> Orders:
    return {proposal.id: proposal.resources for proposal in assessment.proposals}


def order_of(name: str, orders: Orders, knowledge: Knowledge) -> Order | None:
    """A proposal's draft as `doses.yaml` tells it, with what upper limits count and what is due afterwards."""
    planned = knowledge.proposals[name]
    if name not in orders or planned.medication is None:
        return None
    (order,) = orders[name]
    (dosage,) = order["dosageInstruction"]
    repeat, dose = dosage["timing"]["repeat"], dosage["doseAndRate"][0]["doseQuantity"]
    usual = [one.medication for one in planned.each() if one.medication is not None]
    content = next(one.content for one in usual if dosage["text"].startswith(one.dose_text))
    return Order(
        text=dosage["text"].split(". ")[0],
        product=order["medicationCodeableConcept"]["text"],
        dose=f"{dose['value']} {dose['code']}",
        content=f"{content.value} {content.unit}",
        times=f"{repeat['frequency']} in {repeat['period']} {repeat['periodUnit']}",
        during=f"{repeat['boundsDuration']['value']} {repeat['boundsDuration']['code']}",
        then={companion.proposal: _due(orders.get(companion.proposal, ())) for companion in planned.companions},
    )


def _due(orders: Sequence[dict[str, Any]]) -> int:
    """In how many days the first of some orders is due: 0 is now, -1 where there is none."""
    if not orders:
        return -1
    due = orders[0].get("occurrenceDateTime")
    return (date.fromisoformat(due) - TODAY).days if due else 0
