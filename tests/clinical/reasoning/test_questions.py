"""A condition may be asked in another order than it stands; where it holds, it says the same."""

from datetime import date

import pytest

from clinical import load_knowledge
from clinical.reasoning.assessing import gather_evidence
from clinical.reasoning.compiling import compiled
from clinical.reasoning.deciding import decide
from clinical.reasoning.questions import compile_condition, compile_question
from tests.clinical.reasoning.test_properties import CHART
from tests.clinical.resources import chart, observation, patient

TODAY = date(2026, 11, 22)
KNOWLEDGE = load_knowledge()
CHARTS = {
    "much": CHART,
    "nothing": [patient()],
    "no patient": [observation()],
    "edges": [patient(), *(observation(code, 15, valueQuantity={"value": 15, "comparator": "<", "unit": "ng/mL"})
                           for code in ("2276-4", "62292-8"))],
}  # fmt: skip
CONDITIONS = [
    *(rule.when for file in KNOWLEDGE.files for rule in file.content.rule),
    *(advice.when for advice in KNOWLEDGE.advice),
    *(caution.when for caution in KNOWLEDGE.cautions),
]


@pytest.mark.parametrize("resources", CHARTS.values(), ids=CHARTS)
@pytest.mark.parametrize("asked_before", [True, False])
def test_a_condition_holds_where_its_question_is_answered_yes(resources, asked_before):
    evidence = gather_evidence(chart(*resources), compiled(KNOWLEDGE), TODAY, evaluate_restless_legs=False)
    decide(compiled(KNOWLEDGE), evidence)
    for question in CONDITIONS:
        if not asked_before:
            evidence.answered.clear()
        in_order, quickly = compile_question(question, KNOWLEDGE), compile_condition(question, KNOWLEDGE)
        answer, short = in_order(evidence), quickly(evidence)
        assert answer.yes == short.yes
        assert not answer.yes or answer == short
