"""What is lost on the way never makes a chart look safer or healthier than it is, and what was lost is said.

A contraindication that can no longer be read turns its proposal into a question: it is offered unticked at most, with
what is unknown, and the assessment names the entry.
"""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from clinical import Assessment, CannotRead
from tests.clinical.reasoning.damage import Damaged, assessed, charts, damages
from tests.soak.share import share_of

REASSURING = frozenset({"IRON.ADEQUATE"})
# Notes beside a number that is still shown: the method of an assay that cannot be read takes its remark with it.
REMARKS = frozenset({"IRON.ASSAY_NOTE"})


def forbidden(before: Assessment) -> set[str]:
    """What a contraindication holds back."""
    grave = {caution.id for caution in before.cautions if caution.severity == "contraindicated"}
    return {one.proposal for one in before.withheld if grave & set(one.cautions)}


def told(after: Assessment) -> set[str | None]:
    return {note.source for note in after.data_quality} | set(after.other_patients)


def essence(assessment: Assessment) -> tuple[object, ...]:
    return (
        [(found.id, found.indicator, found.because) for found in assessment.findings],
        sorted(caution.id for caution in assessment.cautions),
        sorted((one.id, one.preselected, one.unknowns) for one in assessment.proposals),
    )


def wrong(before: Assessment, damaged: Damaged, after: Assessment) -> list[str]:
    if damaged.kind in ("doubled", "shuffled"):
        return [] if essence(before) == essence(after) else [f"{damaged.kind}: another answer"]
    return [
        *_made_safe(before, damaged, after),
        *_made_healthy(before, damaged, after),
        *_unsaid(before, damaged, after),
    ]


def _made_safe(before: Assessment, damaged: Damaged, after: Assessment) -> list[str]:
    offered = [one for one in after.proposals if one.id in forbidden(before)]
    return [
        f"{damaged.kind}: {one.id} was contraindicated and is offered"
        for one in offered
        if one.preselected or not one.unknowns
    ]


def _made_healthy(before: Assessment, damaged: Damaged, after: Assessment) -> list[str]:
    """A result that never came cannot be missed; one that came and could not be read must be named."""
    found = {one.id for one in before.findings}
    unsaid = damaged.lost is not None and damaged.lost not in told(after)
    new = [one.id for one in after.findings if unsaid and one.id in REASSURING - found]
    asked = ("restless_legs", "pregnant", "dialysis")
    denied = [name for name in asked if unsaid and _denied(getattr(before.context, name), getattr(after.context, name))]
    return [f"{damaged.kind}: {name} out of a loss" for name in (*new, *denied)]


def _denied(before: str, after: str) -> bool:
    return after == "no" != before


def _unsaid(before: Assessment, damaged: Damaged, after: Assessment) -> list[str]:
    """A corrupted resource that changed what was found or held back is named. Not where a denial went: a problem that
    lost the word "refuted" reads as one that the patient has, and what it contraindicates is no longer found wanting.
    """
    if damaged.lost is None or damaged.lost in told(after):
        return []
    lost = {one.id for one in before.findings} - {one.id for one in after.findings} - REMARKS
    if any(damaged.lost in one.facts for one in after.cautions if one.severity == "contraindicated"):
        lost = set()
    freed = forbidden(before) & {one.id for one in after.proposals}
    return [f"corrupted: {name} lost without a word" for name in sorted(lost | freed)]


def run(number: int, seed: int) -> tuple[Counter[str], int, int]:
    """The faults, how many damaged charts were assessed, and how many charts held a contraindication."""
    chance, faults, done, grave = Random(seed), Counter[str](), 0, 0
    for resources in charts(number, seed):
        before = assessed(resources)
        grave += bool(forbidden(before))
        for damaged in damages(resources, chance):
            try:
                after = assessed(damaged.resources, damaged.answered)
            except CannotRead:
                continue
            faults.update(wrong(before, damaged, after))
            done += 1
    return faults, done, grave


def test_a_loss_never_makes_a_chart_look_safer() -> None:
    faults, done, grave = run(60, seed=2026)
    assert faults == Counter()
    assert done > 1000 and grave > 0


@pytest.mark.soak
def test_two_thousand_charts_under_damage() -> None:
    number = share_of(2000)
    faults, done, grave = run(number, seed=11)
    print(f"{done} damaged charts, {grave} of {number} charts with a contraindication that holds something back")
    assert faults == Counter()
    assert grave >= number // 50
