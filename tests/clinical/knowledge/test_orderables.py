"""Faults in what orders.toml says are found, and its items are told as prose."""

from __future__ import annotations

import pytest

from clinical.knowledge import load_knowledge, show_nutrient

ORDERS = """
[[orderable]]
id = "ORD.IRON"
nutrient = "iron"
medication = "oral-iron"
unless = ["iv-iron"]
daily_above = "IRON.DAILY"
stands_for = ["S.FE.PO"]
also = ["FE01"]
source = "house-policy"
section = "iron"
strength = "policy"
verified = "policy"

[[order_answer]]
id = "ANS.IRON"
cautions = ["FE01"]
does = "separate"
instruction = "Apart."
source = "house-policy"
section = "iron"
strength = "policy"
verified = "policy"

[[products]]
id = "PROD.IRON"
medication = "oral-iron"
contents = [{ code = "310325", display = "ferrous sulfate", holds = { value = 65, unit = "mg" } }]
source = "house-policy"
section = "iron"
strength = "policy"
verified = "policy"
"""
FAULTS = {
    "drug class": ('medication = "oral-iron"\nunless', 'medication = "oral-irn"\nunless',
                   "unknown drug value set 'oral-irn'"),
    "class left out": ('unless = ["iv-iron"]', 'unless = ["iv-irn"]', "unknown drug value set 'iv-irn'"),
    "proposal": ('stands_for = ["S.FE.PO"]', 'stands_for = ["S.FE.P"]', "unknown proposal 'S.FE.P'"),
    "caution": ('also = ["FE01"]', 'silent = ["FE1"]', "unknown caution 'FE1'"),
    "limit": ('daily_above = "IRON.DAILY"', 'daily_above = "IRON.DAYLY"', "unknown limit 'IRON.DAYLY'"),
    "two subjects": ('medication = "oral-iron"\nunless', 'medication = "oral-iron"\nanalytes = ["ferritin"]\nunless',
                     "either a 'medication' or 'analytes'"),
    "answered caution": ('cautions = ["FE01"]', 'cautions = ["FE1"]', "unknown caution 'FE1'"),
    "answered twice": ('cautions = ["FE01"]', 'cautions = ["FE01", "FE01"]',
                       "answers caution 'FE01', as ANS.IRON does already"),
    "no instruction": ('instruction = "Apart."', "", "'separate' needs one"),
    "instruction too many": ('does = "separate"', 'does = "tell"', "an instruction belongs to 'separate'"),
    "product code": ('code = "310325"', 'code = "31O325"', "code 31O325 (rxnorm)"),
    "product unit": ('unit = "mg" } }]', 'unit = "mL" } }]', "is counted in mL"),
}  # fmt: skip


@pytest.fixture
def orders(sample):
    sample.add(ORDERS.replace("IRON.DAILY", _daily_limit(sample.files["iron.toml"])))
    return sample


def _daily_limit(text: str) -> str:
    """The id of the sample's limit that is a daily dose."""
    blocks = text.split("[[limit]]")[1:]
    [block] = [one for one in blocks if '"mg/d"' in one.split("[[")[0]]
    return block.partition('id = "')[2].partition('"')[0]


def test_the_sample_is_sound(orders):
    assert orders.problems() == []


@pytest.mark.parametrize("kind", FAULTS)
def test_a_fault_is_found(orders, kind):
    old, new, sentence = FAULTS[kind]
    limit = _daily_limit(orders.files["iron.toml"])
    orders.edit(old.replace("IRON.DAILY", limit), new)
    told = [str(problem) for problem in orders.problems()]
    assert any(sentence in problem for problem in told), told


def test_it_is_told_as_prose(orders):
    told = " ".join(show_nutrient(load_knowledge(folder=orders.folder), "iron").split())
    for words in (
        "ORD.IRON: An order of oral iron, unless it is intravenous iron. Cautions: those about S.FE.PO; also FE01.",
        "ANS.IRON: FE01. May be added to the order: Apart.",
        "PROD.IRON: One piece of oral iron holds: ferrous sulfate (310325) 65 mg.",
    ):
        assert words in told


def test_the_knowledge_we_ship_is_told_as_prose():
    told = " ".join(show_nutrient(load_knowledge()).split())
    for words in (
        "ORD.VITD.BOLUS",
        "Only where: one dose of at least 100000 IU",
        "UL.MG (caution)",
        "Keep thyroid hormone",
    ):
        assert words in told
