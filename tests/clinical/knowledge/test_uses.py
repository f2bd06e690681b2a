"""Which data about the person an item uses: by its own questions, and by what it rests on."""

from __future__ import annotations

import pytest

from clinical.knowledge import Uses, conditions_of, load_knowledge, placed_items, statement_of
from clinical.knowledge.visiting import questions_of


@pytest.fixture(scope="module")
def knowledge():
    return load_knowledge()


@pytest.fixture(scope="module")
def uses(knowledge):
    return Uses(knowledge)


def item(knowledge, name):
    return next(placed.item for placed in placed_items(knowledge.files) if placed.name == name)


def through(use):
    return {placed.name for placed in use.through}


def test_a_rule_uses_what_it_asks(knowledge, uses):
    assert uses.of(item(knowledge, "caution FE29"), "sex").asked == ("sex is male", "sex is female")


def test_a_finding_uses_what_the_rules_ask_that_make_it(knowledge, uses):
    use = uses.of(item(knowledge, "finding IRON.RLS_LOW"), "age")
    makers = {rule.id for table in knowledge.tables for rule in table.rules if _raises(rule, "IRON.RLS_LOW")}
    assert use.asked == ()
    assert makers
    assert {f"rule {name}" for name in makers} & through(use)


def _raises(rule, finding):
    return any(raised.finding == finding for raised in rule.findings)


def test_a_row_rests_on_the_terminal_rows_above_it_and_not_on_those_below(knowledge, uses):
    [table] = [table for table in knowledge.tables if table.nutrient == "iron"]
    names = [f"rule {rule.id}" for rule in table.rules]
    last = through(uses.of(table.rules[-1], "age"))
    first = through(uses.of(table.rules[0], "age"))
    assert last & set(names)
    assert not first & set(names[1:])


def test_a_proposal_rests_on_the_cautions_that_hold_it_back(knowledge, uses):
    held = [
        (caution, proposal)
        for caution in knowledge.cautions
        for proposal in knowledge.proposals.values()
        if caution.holds_back and proposal.id in caution.affects and uses.of(caution, "pregnancy").asked
    ]
    assert held
    assert all(f"caution {one.id}" in through(uses.of(proposal, "pregnancy")) for one, proposal in held)


def test_a_limit_uses_nothing(knowledge, uses):
    assert not any(
        uses.of(limit, datum) for limit in knowledge.limits.values() for datum in ("age", "sex", "pregnancy")
    )


def test_every_item_has_words_and_every_question_a_sentence(knowledge):
    for placed in placed_items(knowledge.files):
        assert len(statement_of(placed.item)) > 4, placed.name
        assert len(conditions_of(placed.item, knowledge)) == len(list(questions_of(placed.item)))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("limit egfr-g3", "Estimated GFR 60 mL/min/1.73 m². Below: reduced kidney function (KDIGO G3 and worse)"),
        ("limit biotin-daily-interference", "5 mg/day = 5000 microgram/day. From here: a daily dose of biotin"),
        ("freshness ferritin", "Ferritin: acted on up to"),
        ("conflict ferritin", "Ferritin: two results of one within 24 hours differ by more than 30 %"),
        ("derivation saturation-from-tibc-mass", "Transferrin saturation, in %, worked out of iron and total"),
    ],
)
def test_numbers_are_told_as_a_sentence(knowledge, name, words):
    assert statement_of(item(knowledge, name)).startswith(words)
