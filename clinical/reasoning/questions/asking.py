"""What every question becomes: a function of the evidence."""

from __future__ import annotations

from collections.abc import Callable

from clinical.reasoning.answers import NO, Answer
from clinical.reasoning.evidence import Evidence

Ask = Callable[[Evidence], Answer]
LISTS = {
    "Condition": "the problem list",
    "MedicationRequest": "the medication list",
    "AllergyIntolerance": "the allergy list",
    "Procedure": "the list of procedures",
}
_UNLISTED = {kind: Answer(False, (), (words,)) for kind, words in LISTS.items()}


def asked_once(name: str, ask: Ask) -> Ask:
    """The same answer, found out once for each evidence: many rules ask whether there is heart failure, or of a low
    ferritin. Only for questions about the chart; what has been found changes while rules are read."""

    def recall(evidence: Evidence) -> Answer:
        answer = evidence.answered.get(name)
        if answer is None:
            answer = evidence.answered[name] = ask(evidence)
        return answer

    return recall


def not_asserted(evidence: Evidence, possibly: tuple[str, ...]) -> Answer:
    """No, and what of the problem list may mean a yes: a diagnosis that is known by its words alone."""
    none = none_listed(evidence, "Condition")
    return Answer(False, (), (*none.missing, *possibly)) if possibly else none


def none_listed(evidence: Evidence, resource_type: str) -> Answer:
    """No; and where the list itself was not sent, that it was not."""
    return NO if resource_type in evidence.chart.answered else _UNLISTED[resource_type]
