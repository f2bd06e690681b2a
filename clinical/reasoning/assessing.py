"""``assess(chart, knowledge, today)``: a pure function. The same chart, knowledge and day give the same assessment."""

from __future__ import annotations

from datetime import date

from clinical.chart.facts import Chart, DataQuality, Measurement
from clinical.knowledge import Knowledge
from clinical.reasoning.assessment import INDICATORS, Advice, Assessment, Finding, Seen
from clinical.reasoning.compiling import CompiledKnowledge, compiled
from clinical.reasoning.context import describe, published
from clinical.reasoning.deciding import Decisions, Made, ask, decide
from clinical.reasoning.derived import derive
from clinical.reasoning.evidence import Evidence
from clinical.reasoning.proposing import offer, worded_cautions, worded_proposals, worded_withheld
from clinical.reasoning.questions import LISTS
from clinical.reasoning.selecting import select
from clinical.reasoning.sentences import band_sentence, because


def assess(chart: Chart, knowledge: Knowledge, today: date, evaluate_restless_legs: bool = False) -> Assessment:
    """What the chart says about nutrients on ``today``.

    ``evaluate_restless_legs`` applies the restless-legs limits although the chart does not assert the syndrome; the
    assessment says so. Raises nothing for a readable chart: a faulty rule is named in ``gaps``.
    """
    rules = compiled(knowledge)
    evidence = gather_evidence(chart, rules, today, evaluate_restless_legs)
    if not chart.patient.is_judged:
        return _silent(chart, evidence)
    decisions = decide(rules, evidence)
    _reserve(rules, evidence, decisions)
    made = offer(rules, evidence, decisions)
    cautions = worded_cautions(evidence, decisions, made)
    proposals = worded_proposals(rules, evidence, decisions, made)
    return Assessment(
        patient=chart.patient,
        assessed_on=today,
        knowledge_version=knowledge.version,
        jurisdiction=knowledge.jurisdiction,
        context=published(evidence.person, evaluate_restless_legs),
        measurements=tuple(_seen(chart, evidence)),
        findings=tuple(_finding(item, evidence) for item in _worst_first(decisions)),
        data_quality=_data_quality(chart, evidence),
        cautions=cautions,
        proposals=proposals,
        withheld=worded_withheld(evidence, made),
        advice=_advice(rules, evidence, decisions),
        gaps=(*_unavailable(chart), *decisions.faults),
        other_patients=chart.other_patients,
    )


def gather_evidence(chart: Chart, rules: CompiledKnowledge, today: date, evaluate_restless_legs: bool) -> Evidence:
    """The chart made ready to be asked: who the patient is, and which results count."""
    person = describe(chart, today, evaluate_restless_legs, rules.knowledge.days["dialysis-session"])
    born = chart.patient.birth_date.day if chart.patient.birth_date else None
    selection = select(chart.measurements, today, born, rules.knowledge.conflicts, _takes_d2(chart))
    for item in derive(selection.usable, rules.derivations):
        selection.derived.append(item)
        selection.usable.setdefault(item.analyte, []).append(item)
        selection.usable[item.analyte].sort(
            key=lambda found: found.effective.order if found.effective else (0.0, ""), reverse=True
        )
    evidence = Evidence(chart, rules.knowledge, today, person, selection)
    for name in sorted(selection.usable):
        evidence.choose(name, rules.knowledge.freshness.get(name), _shorter(name, rules, evidence))
    evidence.answered.clear()  # what was asked before all were chosen may be answered otherwise now
    return evidence


def _reserve(rules: CompiledKnowledge, evidence: Evidence, decisions: Decisions) -> None:
    """Says of current results why they are used with reserve."""
    for reserve, question, _ in rules.reserves.open(evidence.marks):
        affected = [evidence.current[name] for name in reserve.analytes if name in evidence.current]
        if reserve.outside_hours is not None:
            affected = [item for item in affected if _outside(item, reserve.outside_hours)]
        if affected and ask(question, evidence, decisions.faults, reserve.id).yes:
            for item in affected:
                evidence.selection.note(item, reserve.id, reserve.text, blocks=False)
                if reserve.unticks:
                    evidence.doubtful.update(item.facts)


def _outside(item: Measurement, hours: tuple[int, int]) -> bool:
    hour = item.effective.local_hour if item.effective else None
    return hour is not None and not hours[0] <= hour < hours[1]


def _silent(chart: Chart, evidence: Evidence) -> Assessment:
    """For a deceased patient and for one made for testing: the results, no finding, caution or proposal (DQ.ID)."""
    who = "recorded as deceased" if chart.patient.deceased else "marked as a test patient (security label HTEST)"
    reason = f"the patient is {who}; nothing is judged or proposed"
    note = DataQuality("DQ.ID", reason, None, chart.patient.reference)
    return Assessment(
        patient=chart.patient,
        assessed_on=evidence.today,
        knowledge_version=evidence.knowledge.version,
        jurisdiction=evidence.knowledge.jurisdiction,
        context=published(evidence.person, evaluated=False),
        measurements=tuple(_seen(chart, evidence)),
        findings=(),
        data_quality=(note, *_data_quality(chart, evidence)),
        cautions=(),
        proposals=(),
        withheld=(),
        advice=(),
        gaps=(),
        other_patients=chart.other_patients,
    )


def _takes_d2(chart: Chart) -> bool:
    return any("ergocalciferol" in medication.groups and medication.active for medication in chart.medications)


def _shorter(name: str, rules: CompiledKnowledge, evidence: Evidence) -> int | None:
    limits = rules.shorter.get(name)
    return min((days for days, question in limits if question(evidence).yes), default=None) if limits else None


def _seen(chart: Chart, evidence: Evidence) -> list[Seen]:
    """Every result that was read, newest first within each analyte."""
    excluded, bands = evidence.selection.excluded, evidence.knowledge.bands_by_analyte
    listed = sorted((*chart.measurements, *evidence.selection.derived), key=_place)
    return [
        Seen(
            item,
            item.usable and id(item) not in excluded,
            () if item.part is not None and _is_a_part(item, evidence) else bands.get(item.analyte, ()),
        )
        for item in listed
    ]


def _place(item: Measurement) -> tuple[str, float, str, str]:
    moment = item.effective.moment if item.effective else 0.0
    return item.analyte, -moment, item.source or "", item.reported


def _is_a_part(item: Measurement, evidence: Evidence) -> bool:
    """25-OH-D2 or -D3 that does not stand for the total: its number has no band of its own."""
    return item.part in ("D2", "D3") and item not in evidence.selection.usable.get(item.analyte, ())


def _worst_first(decisions: Decisions) -> list[Made]:
    return sorted(decisions.made.values(), key=lambda made: -INDICATORS.index(made.indicator))


def _finding(made: Made, evidence: Evidence) -> Finding:
    statement = made.statement
    template = made.because or getattr(statement, "because", None)
    if template is not None:
        sentence = because(template, evidence)
    else:
        sentence = band_sentence(made.measurement, statement) if made.measurement else statement.title  # type: ignore[arg-type]
    return Finding(
        id=statement.id,
        nutrient=evidence.knowledge.nutrient_of.get(statement.id, made.nutrient),
        analyte=statement.analyte,
        indicator=made.indicator,
        title=statement.title,
        because=sentence,
        consider=statement.consider,
        facts=made.facts,
        citations=statement.sources,
        section=statement.section,
        strength=statement.strength,
        verified=statement.verified,
        rule=made.rule,
        card=statement.card,
        speaks=made.speaks,
        overdue=statement.due < evidence.today,
    )


def _data_quality(chart: Chart, evidence: Evidence) -> tuple[DataQuality, ...]:
    """One entry per Observation and reason, in an order that does not depend on how they came."""
    entries = {
        (note.id, note.analyte or "", note.source or "", note.reason): note
        for note in (*chart.data_quality, *evidence.notes)
    }
    return tuple(entries[key] for key in sorted(entries))


def _advice(rules: CompiledKnowledge, evidence: Evidence, decisions: Decisions) -> tuple[Advice, ...]:
    return tuple(
        [
            advice
            for advice, question, _ in rules.advice.open(evidence.marks)
            if ask(question, evidence, decisions.faults, advice.id).truth
        ]
    )


def _unavailable(chart: Chart) -> list[str]:
    """A list that nobody sent, and one of which an entry could not be read: neither answers "none"."""
    return [
        f"{words[0].upper()}{words[1:]} {_trouble(kind, chart)}."
        for kind, words in LISTS.items()
        if kind in chart.partly_read or (kind not in chart.answered and kind != "Procedure")
    ]


def _trouble(kind: str, chart: Chart) -> str:
    return "holds an entry that could not be read" if kind in chart.partly_read else "was not available"
