"""The chart page: one visit in, one HTML page out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from clinical import Assessment, Knowledge, assess
from smart_app.page.basis import Circumstances
from smart_app.page.facts import Facts
from smart_app.page.note import Note
from smart_app.page.opened_from import opened_from
from smart_app.page.options import PageLinks, PageOptions
from smart_app.page.quality import quality_of
from smart_app.page.reading import Reading
from smart_app.page.results import Results, not_on_file
from smart_app.page.statements import Statements, advice_groups
from smart_app.page.summary import context_items, counts, gaps
from smart_app.page.templates import environment
from smart_app.page.trends import Trends
from smart_app.page.units import Units
from smart_app.page.words import INTENDED_USE
from smart_app.visit import Visit


class ChartPage:
    """Prepared once from the knowledge; then each visit is one ``render``."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._results = Results(knowledge)
        self._statements = Statements(knowledge)
        self._trends = Trends(knowledge)
        self._template = environment().get_template("chart.html")

    def render(self, visit: Visit, options: PageOptions, links: PageLinks) -> str:
        plain = assess(visit.chart, self._knowledge, visit.today)
        simulated = options.evaluate and plain.context.restless_legs != "yes"
        shown = assess(visit.chart, self._knowledge, visit.today, True) if simulated else plain
        told = self._told(visit, options, plain, shown)
        return self._template.render(**told, **_controls(options, links, plain))

    def _told(self, visit: Visit, options: PageOptions, plain: Assessment, shown: Assessment) -> dict[str, Any]:
        units, reading = Units(options.units), Reading(shown)
        here = Circumstances(shown, visit.chart.answered, Facts(visit.chart, reading), units)
        findings = self._statements.findings(here, plain)
        cautions = self._statements.cautions(here)
        proposals = self._statements.proposals(here, cautions)
        withheld = self._statements.withheld(shown, cautions)
        context = context_items(plain.context, visit.chart.patient.gender, shown is not plain)
        missing = gaps(visit, shown)
        groups, trends = self._results.groups(reading, units), self._trends.of(visit.chart, reading, units)
        return {
            "visit": visit,
            "assessment": shown,
            "simulated": shown is not plain,
            "counts": counts(shown),
            "context": context,
            "gaps": missing,
            "findings": findings,
            "cautions": tuple(one for one in cautions if one.caution.relevant),
            "other_cautions": tuple(one for one in cautions if not one.caution.relevant),
            "proposals": proposals,
            "withheld": withheld,
            "groups": groups,
            "not_on_file": not_on_file(reading),
            "trends": trends,
            "opened_from": opened_from(visit.view, findings, groups, trends),
            "units": units,
            "quality": quality_of(shown),
            "advice": advice_groups(shown.advice),
            "note": Note(reading, units, context, missing, findings, proposals, withheld).text,
            "intended_use": INTENDED_USE,
        }


def _controls(options: PageOptions, links: PageLinks, plain: Assessment) -> dict[str, Any]:
    """Where the controls lead: each changes one choice and keeps the others."""
    return {
        "links": links,
        "options": options,
        "conventional_address": links.with_options(replace(options, units="conventional", note=False)),
        "si_address": links.with_options(replace(options, units="si", note=False)),
        "may_evaluate": plain.context.restless_legs != "yes",
    }
