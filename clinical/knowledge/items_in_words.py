"""Each kind of item of a knowledge file as a few lines of plain text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from clinical.knowledge.layout import paragraph, table
from clinical.knowledge.loading import Knowledge
from clinical.knowledge.naming import amount_in_words, analyte_in_words, limit_in_words, unit_in_words
from clinical.knowledge.order_schema import MedicationOrder
from clinical.knowledge.schema import (
    Advice,
    Band,
    Caution,
    Finding,
    Freshness,
    Limit,
    Proposal,
    Provenance,
    Range,
    Rule,
    Span,
    Statement,
)
from clinical.knowledge.wording import in_words

INDENT = 6
HANGING = INDENT + len("When ")
PLACEHOLDER = re.compile(r"\{(limit:)?([^{}]*)\}")
MARKS = {
    "verified": "verified in the source",
    "second-hand": "second-hand: seen quoted in another source",
    "from-memory": "from memory: not yet verified",
    "policy": "policy of this project",
}


def band_table(bands: Sequence[Band]) -> Iterator[str]:
    """The bands of one analyte: one column per unit family, then the indicator of the finding, if it makes one."""
    units = list(dict.fromkeys(one.unit for band in bands for one in band.ranges))
    head = ["", *(unit_in_words(unit) for unit in units), "finding"]
    rows = [[band.id, *(_range_in(unit, band) for unit in units), band.indicator or "none"] for band in bands]
    yield from table([head, *rows])


def _range_in(unit: str, band: Band) -> str:
    return ", ".join(range_in_words(one) for one in band.ranges if one.unit == unit)


def range_in_words(one: Range) -> str:
    """As in "15 to below 30": which edge belongs to the band is said, since patients sit on edges."""
    if one.from_ is not None or one.above is not None:
        start = f"{one.from_}" if one.from_ is not None else f"above {one.above}"
        end = f" to {one.to}" if one.to is not None else f" to below {one.below}" if one.below is not None else ""
        return start + (end or (" or more" if one.from_ is not None else ""))
    return f"up to {one.to}" if one.to is not None else f"below {one.below}"


def band_in_words(band: Band, knowledge: Knowledge) -> Iterator[str]:
    yield from paragraph(f"{band.id} ({analyte_in_words(band.analyte)}): {band.title}", 2)
    if band.when is not None:
        yield from paragraph(f"A finding only when {in_words(band.when, knowledge)}.", INDENT)
    yield from _consequences(band, knowledge)
    yield from provenance(band)


def limit_in_lines(limit: Limit, _: Knowledge) -> Iterator[str]:
    values = " = ".join(amount_in_words(value) for value in limit.values)
    yield from paragraph(f"{limit.id}: {values}", 2)
    yield from paragraph(limit.meaning, INDENT)
    yield from provenance(limit)


def rule_in_words(rule: Rule, knowledge: Knowledge) -> Iterator[str]:
    """One row of the decision table: when, then, and whether the table ends here."""
    yield from paragraph(f"{rule.id}: {rule.statement}", 2)
    yield from paragraph(f"{in_words(rule.when, knowledge)}.", HANGING, _lead("When"))
    yield from paragraph(_outcome(rule), HANGING, _lead("Then"))
    yield from provenance(rule)


def _lead(word: str) -> str:
    return " " * INDENT + f"{word} "


def _outcome(rule: Rule) -> str:
    findings = (f"{one.finding} ({one.indicator})" if one.indicator else one.finding for one in rule.findings)
    told = [
        _listed("finding", findings),
        _listed("consider", (name.rstrip("!?") for name in rule.proposes)),
        _listed("hold back", rule.withholds),
        "the table ends here" if rule.terminal else "read on",
    ]
    return "; ".join(part for part in told if part) + "."


def _listed(verb: str, names: Iterator[str] | tuple[str, ...]) -> str:
    joined = ", ".join(names)
    return f"{verb} {joined}" if joined else ""


def finding_in_words(finding: Finding, knowledge: Knowledge) -> Iterator[str]:
    yield from paragraph(f"{finding.id} ({finding.indicator}): {finding.title}", 2)
    yield from paragraph(f"Because: {_filled(finding.because, knowledge)}", INDENT)
    yield from _consequences(finding, knowledge)
    yield from provenance(finding)


def _filled(because: str, knowledge: Knowledge) -> str:
    """Limits as published; an analyte in brackets stands for the patient's own result."""

    def told(place: re.Match[str]) -> str:
        return limit_in_words(place[2], knowledge) if place[1] else f"[{analyte_in_words(place[2])}]"

    return PLACEHOLDER.sub(told, because)


def _consequences(statement: Statement, knowledge: Knowledge) -> Iterator[str]:
    yield from paragraph(statement.consider, INDENT)
    for escalation in statement.escalates:
        yield from paragraph(f"Becomes {escalation.to} when {in_words(escalation.when, knowledge)}.", INDENT)
    if statement.speaks_when is not None:
        yield from paragraph(f"A card of its own when {in_words(statement.speaks_when, knowledge)}.", INDENT)
    proposes = _listed("Consider", (name.rstrip("!?") for name in statement.proposes))
    told = [proposes, _listed("Hold back", statement.withholds), _listed("If the result is old:", statement.retest)]
    yield from paragraph(" ".join(f"{part}." for part in told if part), INDENT)


def proposal_in_words(proposal: Proposal, knowledge: Knowledge) -> Iterator[str]:
    yield from paragraph(f"{proposal.id} ({proposal.kind}): {proposal.label}", 2)
    yield from paragraph(proposal.text, INDENT)
    if proposal.medication is not None:
        yield from _dose(proposal.medication)
    for variant in proposal.variants:
        yield from paragraph(f"Instead, where {in_words(variant.when, knowledge)}: {variant.label}", INDENT)
        yield from _dose(variant.medication)
    for order in proposal.laboratory:
        codes = ", ".join(f"{one.system} {one.code}" for one in order.codings)
        yield from paragraph(f"Test: {order.text} ({codes}). {order.instruction}".strip(), INDENT)
    if proposal.when is not None:
        yield from paragraph(f"Only when {in_words(proposal.when, knowledge)}.", INDENT)
    for companion in proposal.companions:
        due = f"in {companion.after_days} days" if companion.after_days else "now"
        yield from paragraph(f"Brings along {companion.proposal}, due {due}.", INDENT)
    yield from provenance(proposal)


def _dose(medication: MedicationOrder) -> Iterator[str]:
    yield from paragraph(f"{medication.product}: {medication.dose_text}", INDENT)
    yield from paragraph(
        f"{medication.route.capitalize()}, {_frequency(medication)}, for {amount_in_words(medication.duration)}; "
        f"one dose holds {amount_in_words(medication.content)}.",
        INDENT,
    )
    for text in (medication.instruction, medication.patient_instruction, medication.note):
        yield from paragraph(text, INDENT)


def _frequency(medication: MedicationOrder) -> str:
    timing = medication.timing
    unit = unit_in_words(timing.period_unit)
    times = "once" if timing.frequency == 1 else f"{timing.frequency} times"
    return f"{times} a {unit}" if timing.period == 1 else f"{times} in {timing.period} {unit}s"


def caution_in_words(caution: Caution, knowledge: Knowledge) -> Iterator[str]:
    severity = caution.severity + (", holds back" if caution.holds_back else "")
    about = ", ".join((*caution.affects, *caution.concerns))
    yield from paragraph(f"{caution.id} ({severity}){f' about {about}' if about else ''}: {caution.text}", 2)
    yield from paragraph(f"{in_words(caution.when, knowledge)}.", HANGING, _lead("When"))
    if caution.proposes:
        yield from paragraph(f"{_listed('Consider', caution.proposes)}.", INDENT)
    yield from provenance(caution)


def advice_in_words(advice: Advice, knowledge: Knowledge) -> Iterator[str]:
    yield from paragraph(f"{advice.id} ({advice.topic}): {advice.text}", 2)
    yield from paragraph(f"{in_words(advice.when, knowledge)}.", HANGING, _lead("When"))
    yield from provenance(advice)


def freshness_in_words(rule: Freshness, knowledge: Knowledge) -> Iterator[str]:
    name = analyte_in_words(rule.analyte)
    yield from paragraph(f"{name}: to act on {rule.act_days} days, to be shown {rule.show_days} days", 2)
    for shorter in rule.shorter:
        yield from paragraph(f"{shorter.days} days when {in_words(shorter.when, knowledge)}.", INDENT)
    yield from provenance(rule)


def span_in_words(span: Span, _: Knowledge) -> Iterator[str]:
    yield from paragraph(f"{span.id}: {span.days} days", 2)
    yield from paragraph(span.meaning, INDENT)
    yield from provenance(span)


def provenance(item: Provenance) -> Iterator[str]:
    """Source, section, strength, how far it was checked, and when it was last read."""
    sources = ", ".join(item.sources)
    told = f"[{sources}] {item.section}; strength: {item.strength}; {MARKS[item.verified]}; reviewed {item.reviewed}."
    yield from paragraph(told, INDENT)
