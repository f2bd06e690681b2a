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

    unmeasured = Answer(None, (), analytes)

    def ask(evidence: Evidence) -> Answer:
        answer = unmeasured
        facts: tuple[str, ...] = ()
        for name in analytes:
            band = evidence.bands.get(name)
            if band is not None and band.id in wanted:
                facts += evidence.current[name].facts
                answer = Answer(True, distinct(facts))
            elif band is not None and not answer.truth:
                answer = NO
        return answer

    return ask


def about_finding(question: asked.AskFinding, _: Knowledge) -> Ask:
    def ask(evidence: Evidence) -> Answer:
        made = [name for name in question.finding if name in evidence.findings]
        return Answer(True, distinct([fact for name in made for fact in evidence.findings[name]])) if made else NO

    return ask


def about_proposed(question: asked.AskProposed, knowledge: Knowledge) -> Ask:
    meant = {name for name in knowledge.proposals for pattern in question.proposed if fnmatchcase(name, pattern)}
    return lambda evidence: NO if meant.isdisjoint(evidence.candidates) else YES


def about_caution(question: asked.AskCaution, _: Knowledge) -> Ask:
    def ask(evidence: Evidence) -> Answer:
        return any_of(evidence.cautions.get(name, NO) for name in question.caution)

    return ask
