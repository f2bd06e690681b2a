"""Every case of this folder as one kind of thing: a chart, and whether the assessment is the expected one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property

from clinical import Assessment, Chart, Knowledge, assess
from clinical.orders import draft_medication_request
from tests.vignettes import assessed as now
from tests.vignettes.charts import TODAY
from tests.vignettes.stories import Dose, Story, read_caution_cases, read_doses, read_edges, read_limits, read_stories

Verdict = Callable[[Assessment, Knowledge], bool]


class Case:
    """``asks`` is the id that the case is about, if it is about one."""

    def __init__(self, id_: str, story: Story, verdict: Verdict, asks: str = "") -> None:
        self.id, self.story, self.asks, self._verdict = id_, story, asks, verdict

    @cached_property
    def chart(self) -> Chart:
        return now.chart_of(self.story)

    def before(self) -> Assessment:
        """The assessment by the knowledge as it is."""
        return assess(self.chart, now.knowledge_of(self.story.jurisdiction), TODAY)

    def holds(self, knowledge: Knowledge) -> bool:
        """Would its test be green with this knowledge?"""
        return self._verdict(assess(self.chart, knowledge, TODAY), knowledge)


class DoseCase(Case):
    def __init__(self, dose: Dose) -> None:
        super().__init__(dose.id, dose.story, _drafted(dose), dose.proposal)
        self._dose = dose

    def holds_for_the_order(self, knowledge: Knowledge) -> bool:
        """As `holds`, where only what is drafted has changed: nothing is assessed anew."""
        proposed = next((one.label for one in self._before.proposals if one.id == self.asks), "")
        each = {one.label: one for one in knowledge.proposals[self.asks].each()}
        redrafted = draft_medication_request(each[proposed], None, TODAY)
        orders = {**now.orders_in(self._before), self.asks: [redrafted]}
        return now.order_of(self.asks, orders, knowledge) == self._dose.ordered

    @cached_property
    def _before(self) -> Assessment:
        return self.before()


def cases() -> Iterator[Case]:
    for name in ("stories.yaml", "more_stories.yaml"):
        for story in read_stories(name):
            yield Case(story.id, story, _as_told(story))
    for limit in read_limits("limits.yaml"):
        yield Case(limit.id, limit.story, _with_its_findings(limit.story))
    for one in read_caution_cases("caution_stories.yaml"):
        yield Case(one.id, one.story, _caution(one.caution, one.holds), one.caution)
    for edge in read_edges("edges.yaml"):
        yield Case(edge.id, edge.story, _edge(edge.says, edge.told), edge.says)
    for dose in read_doses("doses.yaml"):
        yield DoseCase(dose)


def _as_told(story: Story) -> Verdict:
    def verdict(assessment: Assessment, _: Knowledge) -> bool:
        return (
            now.shown(assessment, story) == now.expected(story)
            and not now.wrongly_told(assessment, story)
            and all(now.order_says(words, name, assessment) for name, words in story.expect.ordered.items())
        )

    return verdict


def _with_its_findings(story: Story) -> Verdict:
    return lambda assessment, _: now.findings_in(assessment, story) == story.expect.findings


def _caution(id_: str, holds: bool) -> Verdict:
    return lambda assessment, _: (id_ in {caution.id for caution in assessment.cautions}) is holds


def _edge(says: str, told: bool) -> Verdict:
    return lambda assessment, _: (says in now.marks_of(assessment)) is told


def _drafted(dose: Dose) -> Verdict:
    return lambda assessment, knowledge: (
        now.order_of(dose.proposal, now.orders_in(assessment), knowledge) == dose.ordered
    )
