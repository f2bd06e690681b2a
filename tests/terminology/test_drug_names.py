"""Medicines found by name where no code helps."""

from __future__ import annotations

import pytest

from terminology import drug_groups_by_name, value_set

NAMED = [
    ("Omeprazole 20 MG Oral Capsule", {"ppi"}),
    ("OMEPRAZOLE", {"ppi"}),
    ("esomeprazole magnesium 20 MG Delayed Release Oral Capsule", {"ppi"}),
    ("Ferrous sulfate 325 MG (iron 65 MG) Oral Tablet", {"oral-iron"}),
    ("Ferrous sulphate 200mg tablets", {"oral-iron"}),
    ("Iron sucrose 20 MG/ML Injectable Solution", {"iv-iron"}),
    ("iron-dextran complex", {"iv-iron"}),
    ("ferric carboxymaltose", {"iv-iron", "ferric-carboxymaltose"}),
    ("Cholecalciferol 1000 UNT Oral Tablet", {"vitamin-d"}),
    ("Colecalciferol 800 unit capsules", {"vitamin-d"}),
    ("Vitamin D3 2000 IU", {"vitamin-d"}),
    ("Ergocalciferol 50000 UNT Oral Capsule", {"vitamin-d", "ergocalciferol"}),
    ("Calcium carbonate 600 MG / cholecalciferol 400 UNT", {"calcium-antacid", "vitamin-d"}),
    ("calcitriol 0.25 MCG Oral Capsule", {"vitamin-d-analogue"}),
    ("Cyanocobalamin 1000 MCG/ML", {"b12", "cyanocobalamin"}),
    ("vitamin B12", {"b12", "cyanocobalamin"}),
    ("Hydroxocobalamin 1mg/1ml", {"b12", "hydroxocobalamin"}),
    (
        "Carbidopa 25 MG / Levodopa 100 MG Oral Tablet",
        {"decarboxylase-inhibitor", "levodopa", "levodopa-family", "dopamine-agonist"},
    ),
    ("Co-careldopa 25mg/100mg", {"decarboxylase-inhibitor", "levodopa", "levodopa-family", "dopamine-agonist"}),
    ("Levothyroxine Sodium 50 MCG", {"thyroid-hormone"}),
    ("Magnesium oxide 400 MG", {"magnesium"}),
    ("Magnesium", {"magnesium"}),
    ("metformin hydrochloride 500 MG", {"metformin"}),
    ("Ciclosporin 100mg", {"magnesium-wasting"}),
    ("diphenhydrAMINE 25 mg", {"sedating-antihistamine"}),
    ("Promethazine 25 MG", {"sedating-antihistamine", "dopamine-blocking-antiemetic"}),
    ("pregabalin 75 MG", {"gabapentinoid", "b12-lowering"}),
    ("gabapentin enacarbil 600 MG", {"gabapentinoid", "gabapentin"}),
    ("Isoniazid", {"isoniazid", "b6-antagonist"}),
    ("methotrexate 2.5 MG", {"methotrexate"}),
    ("Folic acid 5mg", {"folate"}),
    ("Xeloda 500 mg", {"fluoropyrimidine"}),
    ("5-FU", {"fluoropyrimidine"}),
    ("Exjade", {"iron-chelator"}),
    ("JADENU 360 MG", {"iron-chelator"}),
    ("Desferal", {"iron-chelator", "deferoxamine"}),
    ("Sinemet 25/100", {"decarboxylase-inhibitor", "levodopa", "levodopa-family", "dopamine-agonist"}),
    ("Madopar", {"decarboxylase-inhibitor", "levodopa", "levodopa-family", "dopamine-agonist"}),
    ("Comtess", {"levodopa-family"}),
    ("Synthroid 50 mcg", {"thyroid-hormone"}),
    ("Euthyrox", {"thyroid-hormone"}),
    ("Hexalen", {"altretamine"}),
    ("Injectafer", {"iv-iron", "ferric-carboxymaltose"}),
    ("Peanut", {"substance-soy-or-peanut"}),
    ("Benzyl alcohol", {"substance-benzyl-alcohol"}),
    ("Cobalt", {"substance-cobalt"}),
]
NOT_NAMED = [
    "",
    "Ciprofloxacin 0.3 % Ophthalmic Solution",
    "Tobramycin eye drops",
    "Doxepin topical cream",
    "Environ",
    "ironing",
    "paracetamol",
    "hydroxyvitamin",
    "Levocetirizine",
    "omeprazoleish",
    "Ferritin",
    "calcium",
]


@pytest.mark.parametrize(("text", "groups"), NAMED)
def test_named(text: str, groups: set[str]) -> None:
    assert drug_groups_by_name(text) == groups


@pytest.mark.parametrize("text", NOT_NAMED)
def test_not_named(text: str) -> None:
    assert drug_groups_by_name(text) == frozenset()


@pytest.mark.parametrize("id", ["oral-iron", "ssri", "antipsychotic", "magnesium-wasting", "fluoropyrimidine"])
def test_every_ingredient_of_a_class_is_found_by_its_name(id: str) -> None:
    made = value_set(id)
    assert len(made.ingredients) > 2
    assert [coding.display for coding in made.ingredients if id not in drug_groups_by_name(coding.display or "")] == []


def test_products_are_not_names() -> None:
    """A product's display holds strengths and forms: as a name it would match nothing or too much."""
    assert {coding.code for coding in value_set("oral-iron").ingredients}.isdisjoint({"310325", "198632"})
