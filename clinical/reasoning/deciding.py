"""Bands and decision tables, in reading order: what the numbers mean for this patient, and what might follow."""

from __future__ import annotations

import msgspec

from clinical.chart.facts import Measurement
from clinical.knowledge.schema import Band, Finding, Indicator, Raised, Rule
from clinical.reasoning.answers import UNKNOWN, Answer, distinct
from clinical.reasoning.assessment import INDICATORS
from clinical.reasoning.comparing import band_of
from clinical.reasoning.compiling import CompiledKnowledge, Part
from clinical.reasoning.evidence import Evidence
from clinical.reasoning.questions import Ask
from clinical.reasoning.triggers import open_to

ALONE = "!"  # "S.FE.PO!": offered without its companions, and never ticked
OPEN = "?"  # "S.FE.PO?": never ticked, because something else may serve better
# An order names on what it rests; of very many facts some are enough.
_MOST_REASONS = 20


class Made(msgspec.Struct):
    """A finding as it was made, before it is worded."""

    statement: Finding | Band
    nutrient: str | None
    rule: str
    indicator: Indicator
    measurement: Measurement | None
    facts: tuple[str, ...]
    because: str | None = None
    speaks: bool = False


class Decisions(msgspec.Struct):
    """Findings in reading order; candidates with the facts they rest on; what went wrong on the way."""

    made: dict[str, Made] = {}
    reasons: dict[str, tuple[str, ...]] = {}
    alone: set[str] = set()
    unticked: set[str] = set()
    askers: dict[str, str | None] = {}
    faults: list[str] = []


def decide(knowledge: CompiledKnowledge, evidence: Evidence) -> Decisions:
    """Reads every file's bands and rows; raises the indicators of findings that something else makes more serious."""
    decisions = Decisions()
    for part in knowledge.parts:
        _read_bands(part, evidence, decisions)
        _read_rows(part, evidence, decisions)
    for made in decisions.made.values():
        for indicator, question in knowledge.escalations.get(made.statement.id, ()):
            if ask(question, evidence, decisions.faults, made.statement.id).yes:
                made.indicator = max(made.indicator, indicator, key=INDICATORS.index)
        if (speaking := knowledge.speaking.get(made.statement.id)) is not None:
            made.speaks = ask(speaking, evidence, decisions.faults, made.statement.id).yes
    _retest_stale(evidence, decisions)
    return decisions


def ask(question: Ask, evidence: Evidence, faults: list[str], rule: str) -> Answer:
    """A fault in one rule costs that rule alone: its answer is unknown, and the fault is told."""
    try:
        return question(evidence)
    except Exception as fault:
        faults.append(f"rule {rule} could not be applied ({type(fault).__name__})")
        return UNKNOWN


def _read_bands(part: Part, evidence: Evidence, decisions: Decisions) -> None:
    for band, question in part.bands:
        measurement = evidence.current.get(band.analyte)
        if measurement is None or evidence.bands.get(band.analyte) is not band or band.indicator is None:
            continue
        if question is None or ask(question, evidence, decisions.faults, band.id).yes:
            made = Made(band, part.nutrient, band.id, band.indicator, measurement, measurement.facts)
            _add(made, evidence, decisions)
            _propose(band.proposes, made, evidence, decisions)


def _read_rows(part: Part, evidence: Evidence, decisions: Decisions) -> None:
    for rule, question, gates in part.rules:
        if not open_to(gates, evidence.marks):
            continue
        answer = ask(question, evidence, decisions.faults, rule.id)
        if answer.truth is not True:
            continue
        _apply(rule, answer, part.nutrient, evidence, decisions)
        if rule.terminal:
            return


def _apply(rule: Rule, answer: Answer, nutrient: str | None, evidence: Evidence, decisions: Decisions) -> None:
    lead: Made | None = None
    for raised in rule.findings:
        made = _make(raised, rule, answer, nutrient, evidence)
        _add(made, evidence, decisions)
        _propose(made.statement.proposes, made, evidence, decisions)
        lead = lead or made
    evidence.withheld.update(dict.fromkeys(rule.withholds))
    _propose(rule.proposes, lead, evidence, decisions, answer.facts)


def _make(raised: Raised, rule: Rule, answer: Answer, nutrient: str | None, evidence: Evidence) -> Made:
    statement = _statement(raised.finding, evidence)
    measurement = evidence.current.get(statement.analyte) if statement.analyte else None
    facts = distinct((*(measurement.facts if measurement else ()), *answer.facts))
    return Made(
        statement,
        nutrient,
        rule.id,
        raised.indicator or statement.indicator or "info",
        measurement,
        facts,
        raised.because,
    )


def _statement(name: str, evidence: Evidence) -> Finding | Band:
    found = evidence.knowledge.findings.get(name)
    return found if found is not None else evidence.knowledge.bands_by_id[name][0]


def _add(made: Made, evidence: Evidence, decisions: Decisions) -> None:
    name = made.statement.id
    earlier = decisions.made.get(name)
    if earlier is not None:
        # Total and active B12 may both say so: one finding, the more serious, with the facts of both.
        made.facts = distinct((*earlier.facts, *made.facts))
        made.indicator = max(earlier.indicator, made.indicator, key=INDICATORS.index)
    decisions.made[name] = made
    evidence.findings[name] = made.facts
    evidence.marks.add(f"finding:{name}")
    evidence.withheld.update(dict.fromkeys(made.statement.withholds))


def _propose(
    names: tuple[str, ...], made: Made | None, evidence: Evidence, decisions: Decisions, facts: tuple[str, ...] = ()
) -> None:
    if names and made is not None and _is_old(made, evidence):
        names = made.statement.retest or _retest(made, evidence)
    for name in names:
        plain = name.rstrip(ALONE + OPEN)
        if name != plain:
            decisions.unticked.add(plain)
        if name.endswith(ALONE):
            decisions.alone.add(plain)
        decisions.askers.setdefault(plain, made.nutrient if made else None)
        _consider(plain, made.facts if made else facts, evidence, decisions)


def _consider(name: str, facts: tuple[str, ...], evidence: Evidence, decisions: Decisions) -> None:
    evidence.candidates.setdefault(name, None)
    evidence.marks.add(f"proposal:{name}")
    known = decisions.reasons.get(name, ())
    if len(known) < _MOST_REASONS:
        decisions.reasons[name] = distinct((*known, *facts))[:_MOST_REASONS]


def _is_old(made: Made, evidence: Evidence) -> bool:
    """Fresh enough to be shown, too old to act upon: repeat first."""
    days = evidence.act_days.get(made.statement.analyte or "")
    return days is not None and made.measurement is not None and evidence.age_of(made.measurement) > days


def _retest(made: Made, evidence: Evidence) -> tuple[str, ...]:
    freshness = evidence.knowledge.freshness.get(made.statement.analyte or "")
    return freshness.retest if freshness else ()


def _retest_stale(evidence: Evidence, decisions: Decisions) -> None:
    """A stale result outside the middle, and two that contradict each other, are repeated."""
    for name, measurement in evidence.stale.items():
        band = band_of(measurement, evidence.knowledge.bands_by_analyte.get(name, ()))
        if band is not None and band.side != "middle" and band.indicator and band.proposes:
            _repeat(name, measurement.facts, evidence, decisions)
    for note in evidence.notes:
        if note.id == "DQ.CONFLICT" and note.analyte and note.source:
            _repeat(note.analyte, (note.source,), evidence, decisions)


def _repeat(name: str, facts: tuple[str, ...], evidence: Evidence, decisions: Decisions) -> None:
    freshness = evidence.knowledge.freshness.get(name)
    for proposal in freshness.retest if freshness else ():
        _consider(proposal, facts, evidence, decisions)
