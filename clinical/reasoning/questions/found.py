"""Questions about what this assessment has found so far."""

from __future__ import annotations

from fnmatch import fnmatchcase

from clinical.knowledge import Knowledge
from clinical.knowledge import question_schema as asked
from clinical.reasoning.answers import NO, YES, Answer, any_of, distinct
from clinical.reasoning.evidence import Evidence
from clinical.reasoning.questions.asking import Ask


def about_band(question: asked.AskBand, knowledge: Knowledge) -> Ask:
    wanted = frozenset(question.band)
    analytes = distinct(band.analyte for name in question.band for band in knowledge.bands_by_id.get(name, ()))

    def ask(evidence: Evidence) -> Answer:
        measured = [name for name in analytes if name in evidence.current]
        yes = [name for name in measured if name in evidence.bands and evidence.bands[name].id in wanted]
        if yes:
            return Answer(True, distinct(fact for name in yes for fact in evidence.current[name].facts))
        return NO if any(name in evidence.bands for name in measured) else Answer(None, (), analytes)

    return ask


def about_finding(question: asked.AskFinding, _: Knowledge) -> Ask:
    def ask(evidence: Evidence) -> Answer:
        made = [name for name in question.finding if name in evidence.findings]
        return Answer(True, distinct(fact for name in made for fact in evidence.findings[name])) if made else NO

    return ask


def about_proposed(question: asked.AskProposed, knowledge: Knowledge) -> Ask:
    meant = {name for name in knowledge.proposals for pattern in question.proposed if fnmatchcase(name, pattern)}
    return lambda evidence: NO if meant.isdisjoint(evidence.candidates) else YES


def about_caution(question: asked.AskCaution, _: Knowledge) -> Ask:
    def ask(evidence: Evidence) -> Answer:
        return any_of(evidence.cautions.get(name, NO) for name in question.caution)

    return ask
