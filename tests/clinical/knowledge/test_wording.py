"""Every question can be read aloud, and means what it says."""

from __future__ import annotations

from decimal import Decimal

import pytest
from pydantic import TypeAdapter

from clinical.knowledge import Question, in_words, load_knowledge
from clinical.knowledge.naming import amount_in_words, analyte_in_words
from clinical.knowledge.order_schema import Amount
from clinical.knowledge.question_schema import SUBJECTS
from clinical.knowledge.wording import _SPEAKERS

QUESTION: TypeAdapter[Question] = TypeAdapter(Question)
HIGH = {"analyte": "ferritin", "above": "FERRITIN.RLS"}
LEGS = {"restless_legs": True}
BOTH = {"all": [LEGS, HIGH]}

CLAUSES = [
    ({"analyte": "ferritin", "at_most": "FERRITIN.RLS"}, "ferritin is at most 75 ng/mL"),
    ({"analyte": "ferritin", "above": "FERRITIN.RLS", "below": "OTHER"}, "ferritin is above 75 ng/mL and below OTHER"),
    ({"analyte": "ferritin", "measured": True, "within_days": 90}, "ferritin is on file (result of the last 90 days)"),
    ({"analyte": "ferritin", "measured": False}, "ferritin is not on file"),
    ({"analyte": "ferritin", "within_percent": 3, "of": "FERRITIN.RLS"}, "ferritin is within 3 % of 75 ng/mL"),
    (
        {"analyte": "magnesium", "measured": True, "paired_with": "ferritin", "paired_days": 7},
        "magnesium is on file (drawn within 7 days of the ferritin)",
    ),
    ({"analyte": "ferritin", "measured": True, "method": "ecl"}, "ferritin is on file (measured by ecl)"),
    ({"band": ["MG.DEF"]}, "a result is in the band MG.DEF"),
    ({"band": ["MG.DEF", "MG.SUFF"]}, "a result is in one of the bands MG.DEF or MG.SUFF"),
    ({"finding": ["IRON.RLS_LOW"]}, "the finding IRON.RLS_LOW is made"),
    ({"proposed": ["S.FE.*"]}, "the proposal S.FE.* is being considered"),
    ({"caution": ["FE01", "FE02", "FE03"]}, "one of the cautions FE01, FE02 or FE03 is in force"),
    ({"condition": "chronic-kidney-disease"}, "chronic kidney disease is on the problem list"),
    ({"condition": ["sleep-apnoea", "dysphagia"], "history": True},
     "obstructive sleep apnoea or dysphagia is on the problem list (now or in the past)"),
    ({"medication": "oral-iron"}, "the patient is on oral iron (now or within 30 days)"),
    ({"medication": "ppi", "for_days": 365},
     "the patient is on proton pump inhibitors (now or within 30 days), for 365 days or longer"),
    ({"medication": "vitamin-d", "route": "oral", "daily_above": "IRON.DAILY", "ended_within_days": 7},
     "the patient is on vitamin d (now or within 7 days), by mouth, more than 45 mg/day"),
    ({"medication": "oral-iron", "daily_at_least": "IRON.DAILY"},
     "the patient is on oral iron (now or within 30 days), at least 45 mg/day"),
    ({"medication": "oral-iron", "started_within_days": 84},
     "the patient is on oral iron (now or within 30 days), begun within the last 84 days"),
    ({"allergy": "substance-cobalt"}, "an allergy or intolerance to cobalt is recorded"),
    ({"allergy": "b12", "kind": "intolerance"}, "an intolerance to vitamin B12 is recorded"),
    ({"procedure": "red-cell-transfusion", "within_days": 7},
     "red cell transfusion is recorded within the last 7 days"),
    ({"age_at_least": 12, "age_below": 18}, "age is at least 12 and below 18 years"),
    ({"age_below": 60, "age_unit": "months"}, "age is below 60 months"),
    ({"sex": "female"}, "sex is female"),
    ({"pregnant": True}, "the patient is pregnant"),
    ({"trimester": [2, 3]}, "pregnancy is in trimester 2 or 3"),
    ({"dialysis": True}, "the patient is on dialysis"),
    (LEGS, "restless legs syndrome is asserted"),
    ({"always": True}, "always"),
    (BOTH, "restless legs syndrome is asserted and ferritin is above 75 ng/mL"),
    ({"any": [{"dialysis": True}, BOTH]},
     "the patient is on dialysis or (restless legs syndrome is asserted and ferritin is above 75 ng/mL)"),
    ({"not": LEGS}, "restless legs syndrome is not asserted"),
    ({"not": HIGH}, "ferritin is not above 75 ng/mL"),
    ({"not": BOTH}, "not (restless legs syndrome is asserted and ferritin is above 75 ng/mL)"),
    ({"not": {"analyte": "ferritin", "measured": False}}, "not (ferritin is not on file)"),
    ({"not": {"analyte": "ferritin", "above": "A", "below": "B"}}, "not (ferritin is above A and below B)"),
    ({"unknown": HIGH}, "it is not known whether ferritin is above 75 ng/mL"),
    ({"not": {"unknown": LEGS}}, "it is known whether restless legs syndrome is asserted"),
]  # fmt: skip


@pytest.mark.parametrize(("question", "clause"), CLAUSES)
def test_a_question_reads(sample, question, clause):
    knowledge = load_knowledge(folder=sample.folder)
    assert in_words(QUESTION.validate_python(question), knowledge).lower() == clause.lower()


def test_every_question_can_be_read():
    assert len(_SPEAKERS) == len(set(SUBJECTS.values()))


def test_a_limit_is_told_in_every_published_family(sample):
    sample.edit('{value = 75, unit = "ng/mL"}', '{value = 75, unit = "ng/mL"}, {value = 168, unit = "pmol/L"}')
    knowledge = load_knowledge(folder=sample.folder)
    words = in_words(QUESTION.validate_python(HIGH), knowledge)
    assert words.endswith("is above 75 ng/mL (168 pmol/L)")


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        ("4000", "[IU]/d", "4000 IU/day"),
        ("1", "{tablet}", "1 tablet"),
        ("2", "{tablet}", "2 tablets"),
        ("12", "wk", "12 weeks"),
        ("30", "mL/min/{1.73_m2}", "30 mL/min/1.73 m²"),
        ("1000", "ug", "1000 microgram"),
        ("2.50", "mmol/L", "2.50 mmol/L"),
    ],
)
def test_units_are_told_as_people_write_them(value, unit, words):
    assert amount_in_words(Amount(value=Decimal(value), unit=unit)) == words


def test_names_stand_inside_a_sentence():
    assert analyte_in_words("ferritin") == "ferritin"
    assert analyte_in_words("mma") == "methylmalonic acid"
    assert analyte_in_words("no-such-analyte") == "no-such-analyte"


@pytest.mark.parametrize(
    ("group", "words"),
    [
        ("g6pd-deficiency", "G6PD deficiency"),
        ("leber-optic-neuropathy", "Leber hereditary optic neuropathy"),
        ("no-such-set", "no-such-set"),
    ],
)
def test_value_sets_are_told_by_their_titles(sample, group, words):
    question = QUESTION.validate_python({"condition": group})
    assert in_words(question, load_knowledge(folder=sample.folder)) == f"{words} is on the problem list"
