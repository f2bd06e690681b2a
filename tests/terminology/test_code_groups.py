"""Value sets: loadable by any terminology server, and holding what their name says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from fhir.resources.R4B.valueset import ValueSet as FhirValueSet

from terminology import (
    ATC,
    CANONICAL,
    ICD9CM,
    ICD10,
    ICD10CM,
    ICD10GM,
    ICD11,
    LOINC,
    RXNORM,
    SNOMED_CT,
    UnknownValueSet,
    check_code,
    groups_of,
    value_set,
    value_set_ids,
)
from terminology.code_groups import value_sets
from terminology.tables import HERE, value_set_files

FILES = sorted((HERE / "value_sets").glob("*.json"))
RESOURCES = dict(value_set_files())

HELD = [
    (ICD10CM, "G25.81", "restless-legs"),
    (SNOMED_CT, "32914008", "restless-legs"),
    (ICD10GM, "G25.81", "restless-legs"),
    (ICD9CM, "333.94", "restless-legs"),
    (ICD11, "7A80", "restless-legs"),
    (ICD10CM, "G2581", "restless-legs"),
    (ICD10CM, "g25.81", "restless-legs"),
    ("urn:oid:2.16.840.1.113883.6.90", "G2581", "restless-legs"),
    ("urn:oid:2.16.840.1.113883.6.73", "l01bc06", "fluoropyrimidine"),
    (ICD10CM, "G47.61", "periodic-limb-movement-disorder"),
    (ICD10CM, "E83.110", "haemochromatosis"),
    (ICD10GM, "E83.1", "iron-overload"),
    (ICD10CM, "K50", "inflammatory-bowel-disease"),
    (ICD10CM, "K50.919", "inflammatory-bowel-disease"),
    (ICD10, "K50.0", "inflammatory-bowel-disease"),
    (ICD10GM, "K51.9", "inflammatory-bowel-disease"),
    (ICD10CM, "D86.9", "granulomatous-disease"),
    (ICD10, "D86.0", "granulomatous-disease"),
    (ICD10CM, "C85.90", "granulomatous-disease"),
    (ICD10CM, "C18.9", "malignancy"),
    (ICD10CM, "C7A.00", "malignancy"),
    (ICD10CM, "N18.6", "end-stage-renal-disease"),
    (ICD10CM, "N18.6", "chronic-kidney-disease-4-to-5"),
    (ICD10CM, "Z99.2", "dialysis"),
    (ICD10CM, "N18.32", "chronic-kidney-disease-3b-to-5"),
    (ICD10CM, "N18.31", "chronic-kidney-disease-3"),
    (ICD10CM, "N18.9", "chronic-kidney-disease"),
    (ICD10CM, "Z3A.08", "first-trimester"),
    (ICD10CM, "Z3A.12", "first-trimester"),
    (ICD10CM, "O09.01", "first-trimester"),
    (ICD10CM, "O09.521", "first-trimester"),
    (ICD10CM, "Z34.81", "first-trimester"),
    (ICD10CM, "Z3A.13", "second-trimester"),
    (ICD10CM, "Z3A.27", "second-trimester"),
    (ICD10CM, "O09.A2", "second-trimester"),
    (ICD10CM, "Z3A.28", "third-trimester"),
    (ICD10CM, "Z3A.42", "third-trimester"),
    (ICD10CM, "O09.893", "third-trimester"),
    (ICD10CM, "Z3A.00", "pregnancy"),
    (ICD10CM, "G70.00", "myasthenia"),
    (ICD10CM, "D75.A", "g6pd-deficiency"),
    (ICD10CM, "R13.10", "dysphagia"),
    (ICD10CM, "K25.4", "peptic-ulcer"),
    (ICD10CM, "I70.211", "peripheral-arterial-disease"),
    (SNOMED_CT, "36348003", "primary-hyperparathyroidism"),
    (RXNORM, "24947", "oral-iron"),
    (RXNORM, "310325", "oral-iron"),
    (ATC, "B03AA07", "oral-iron"),
    (ATC, "B03AA", "oral-iron"),
    (ATC, "B03AC01", "iv-iron"),
    (RXNORM, "1433693", "ferric-carboxymaltose"),
    (RXNORM, "11248", "cyanocobalamin"),
    (ATC, "A11CC01", "ergocalciferol"),
    (RXNORM, "901040", "ergocalciferol"),
    (ATC, "N05AX08", "antipsychotic"),
    (ATC, "N05AN01", "lithium"),
    (ATC, "N02BF01", "gabapentin"),
    (ATC, "N03AX12", "gabapentinoid"),
    (ATC, "N03AB02", "antiepileptic"),
    (ATC, "N03AB02", "enzyme-inducer"),
    (ATC, "L01BA04", "oncology-antifolate"),
    (ATC, "L01BA01", "methotrexate"),
    (ATC, "N04BA02", "decarboxylase-inhibitor"),
    (ATC, "N04BA01", "levodopa"),
    (ATC, "R06AE05", "sedating-antihistamine"),
    (ATC, "A06AD04", "magnesium"),
    (ATC, "J05AR13", "integrase-inhibitor"),
    (ATC, "V03AE01", "potassium-binder"),
    (ATC, "a02bc01", "ppi"),
    (RXNORM, "7646", "ppi"),
    (RXNORM, "197863", "folate"),
    (SNOMED_CT, "116863004", "red-cell-transfusion"),
    (SNOMED_CT, "302497006", "haemodialysis"),
    (LOINC, "2276-4", "loinc-ferritin"),
]
NOT_HELD = [
    (ICD10, "G25.8", "restless-legs"),
    (ICD10GM, "G25.8", "restless-legs"),
    (ICD10CM, "G25.8", "restless-legs"),
    (ICD10, "G25.81", "restless-legs"),
    (ICD10CM, "G47.61", "restless-legs"),
    (ICD10, "E83.5", "hypercalcaemia"),
    (ICD10CM, "K500", "peptic-ulcer"),
    (ICD10CM, "K5", "inflammatory-bowel-disease"),
    (ICD10CM, "K52.9", "inflammatory-bowel-disease"),
    (ICD10CM, "Z3A.00", "first-trimester"),
    (ICD10CM, "Z3A.13", "first-trimester"),
    (ICD10CM, "O09.01", "second-trimester"),
    (ICD10CM, "O09.21", "first-trimester"),
    (ICD10GM, "O09.1", "pregnancy"),
    (ICD10CM, "N18.31", "chronic-kidney-disease-3b-to-5"),
    (ICD10CM, "N18.6", "chronic-kidney-disease-3b-to-5"),
    (ICD10CM, "R13.0", "dysphagia"),
    (ICD10CM, "D12.6", "malignancy"),
    (SNOMED_CT, "237599002", "primary-hyperparathyroidism"),
    (ATC, "N05AN01", "antipsychotic"),
    (ATC, "N05AN", "antipsychotic"),
    (ATC, "N03AX12", "antiepileptic"),
    (ATC, "N03AX16", "antiepileptic"),
    (ATC, "L01BA01", "oncology-antifolate"),
    (ATC, "N04BA01", "decarboxylase-inhibitor"),
    (ATC, "R06AE07", "sedating-antihistamine"),
    (ATC, "R06AE09", "sedating-antihistamine"),
    (ATC, "A06AD11", "magnesium"),
    (ATC, "A06AD15", "magnesium"),
    (ATC, "A06AD65", "magnesium"),
    (ATC, "V03AE02", "potassium-binder"),
    (ATC, "J05AR03", "integrase-inhibitor"),
    (ATC, "B03AC01", "oral-iron"),
    (ATC, "S01AE03", "quinolone"),
    (ATC, "A11CC04", "vitamin-d"),
    (ATC, "A11CC05", "ergocalciferol"),
    (RXNORM, "6809", "b12-lowering"),
    (RXNORM, "24909", "oral-iron"),
    (SNOMED_CT, "24947", "oral-iron"),
]
NEEDED = {
    "restless-legs", "periodic-limb-movement-disorder", "haemochromatosis", "iron-overload", "iron-loading-anaemia",
    "porphyria-cutanea-tarda", "inflammatory-bowel-disease", "iron-malabsorption", "dialysis",
    "end-stage-renal-disease", "chronic-kidney-disease", "chronic-kidney-disease-3", "chronic-kidney-disease-3b-to-5",
    "chronic-kidney-disease-4-to-5", "pregnancy", "first-trimester", "second-trimester", "third-trimester",
    "intravenous-iron-hypersensitivity-risk", "peptic-ulcer", "chronic-liver-disease", "alcohol-use-disorder",
    "hypercalcaemia", "hypervitaminosis-d", "granulomatous-disease", "primary-hyperparathyroidism", "kidney-stone",
    "primary-hyperoxaluria", "leber-optic-neuropathy", "cardiac-disease", "neuropathy", "b12-malabsorption",
    "pernicious-anaemia", "polycythaemia-vera", "malignancy", "myasthenia", "heart-block", "bowel-obstruction",
    "g6pd-deficiency", "sleep-apnoea", "dysphagia", "eating-disorder", "hypokalaemia", "iron-deficiency",
    "vitamin-d-deficiency", "hypomagnesaemia", "leg-cramps", "peripheral-arterial-disease", "venous-disease",
    "akathisia", "deep-vein-thrombosis", "hypothyroidism", "heart-failure", "systemic-inflammatory-disease",
    "epilepsy",
    "oral-iron", "iv-iron", "vitamin-d", "vitamin-d-analogue", "ergocalciferol", "b12", "folate", "magnesium", "b6",
    "vitamin-c",
    "vitamin-e", "calcium-antacid", "biotin", "ppi", "h2ra", "thyroid-hormone", "levodopa", "decarboxylase-inhibitor",
    "levodopa-family", "tetracycline", "quinolone", "bisphosphonate", "mycophenolate", "integrase-inhibitor",
    "iron-chelator", "deferoxamine", "copper-chelator", "cefdinir", "captopril", "eltrombopag", "digoxin", "thiazide",
    "loop-diuretic", "magnesium-wasting", "aminoglycoside", "neuromuscular-blocker", "calcium-channel-blocker",
    "potassium-binder", "gabapentinoid", "gabapentin", "metformin", "b12-lowering", "nitrous-oxide", "methotrexate",
    "pyrimethamine", "folate-antagonist", "oncology-antifolate", "fluoropyrimidine", "antiepileptic",
    "enzyme-inducer", "bile-acid-binder", "b6-antagonist", "isoniazid", "altretamine", "warfarin", "anticoagulant",
    "ssri", "snri", "mirtazapine", "bupropion", "tricyclic", "sedating-antihistamine", "dopamine-blocking-antiemetic",
    "antipsychotic", "lithium", "dopamine-agonist", "glucocorticoid", "erythropoietin", "ferumoxytol",
    "ferric-carboxymaltose", "cyanocobalamin", "hydroxocobalamin", "folinic-acid",
    "substance-cobalt", "substance-soy-or-peanut", "substance-gelatin", "substance-benzyl-alcohol",
    "substance-sulfite",
    "red-cell-transfusion", "haemodialysis",
}  # fmt: skip


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_is_a_valid_fhir_r4_value_set(path: Path) -> None:
    resource = FhirValueSet.model_validate_json(path.read_text(encoding="utf-8"))
    assert resource.id == path.stem
    assert resource.url == f"{CANONICAL}/ValueSet/{path.stem}"
    assert resource.status == "active"
    assert resource.experimental is False


@pytest.mark.parametrize("file_id", RESOURCES)
def test_every_part_carries_its_verification_mark_and_the_licence_is_named(file_id: str) -> None:
    resource = RESOURCES[file_id]
    parts = [part for side in ("include", "exclude") for part in resource.get("compose", {}).get(side, [])]
    for part in parts:
        marks = [e["valueCode"] for e in part["extension"] if e["url"].endswith("/StructureDefinition/verification")]
        assert len(marks) == 1
        assert marks[0] in {"verified", "second-hand", "from-memory"}
        assert all(concept["display"] for concept in part.get("concept", ()))
    assert bool(parts) == ("copyright" in resource)


@pytest.mark.parametrize(("system", "code", "id"), HELD)
def test_held(system: str, code: str, id: str) -> None:
    assert id in groups_of(system, code)


@pytest.mark.parametrize(("system", "code", "id"), NOT_HELD)
def test_not_held(system: str, code: str, id: str) -> None:
    assert id in value_set_ids()
    assert id not in groups_of(system, code)


@pytest.mark.parametrize(("system", "code"), [(None, "24947"), ("", "24947"), (RXNORM, ""), ("urn:other", "24947")])
def test_a_code_without_its_system_is_in_no_set(system: str | None, code: str) -> None:
    assert groups_of(system, code) == frozenset()


def test_the_sets_that_the_knowledge_files_may_ask_for() -> None:
    assert {id for id in value_set_ids() if not id.startswith("loinc-")} == NEEDED


def test_ids_are_unique_although_the_files_are_sorted_by_kind() -> None:
    assert len(value_sets()) == len(FILES)


def test_no_set_is_empty_and_every_family_matches_something() -> None:
    assert [made.id for made in value_sets().values() if not (made.codings or made.families or made.names)] == []


@pytest.mark.parametrize("id", sorted(value_set_ids()))
def test_a_sets_own_codes_are_in_it(id: str) -> None:
    made = value_set(id)
    assert [coding.code for coding in made.codings if id not in groups_of(coding.system, coding.code)] == []


def test_the_weakest_mark_of_a_set_is_its_mark() -> None:
    assert value_set("polycythaemia-vera").verified == "from-memory", "the WHO code is recalled"
    assert value_set("heart-failure").verified == "verified"
    assert value_set("iv-iron").verified == "second-hand"


def test_kinds() -> None:
    kinds = {id: value_set(id).kind for id in ("dialysis", "ppi", "haemodialysis", "substance-gelatin", "loinc-egfr")}
    assert list(kinds.values()) == ["condition", "drug", "procedure", "allergy", "laboratory"]


def test_codes_the_content_forbids_are_nowhere() -> None:
    forbidden = {(SNOMED_CT, "237599002"), (SNOMED_CT, "489004"), (SNOMED_CT, "993381000000106"), (ATC, "A11CC07")}
    assert [groups_of(*coding) for coding in forbidden if groups_of(*coding)] == []


def test_a_mistyped_code_would_be_noticed() -> None:
    assert check_code(SNOMED_CT, "32914080") is not None


def test_an_unknown_value_set() -> None:
    with pytest.raises(UnknownValueSet, match="zinc"):
        value_set("zinc")


def test_the_files_are_not_kept_beside_the_value_sets_made_of_them() -> None:
    program = (
        "import gc, terminology\n"
        "assert terminology.value_set_ids()\n"
        "assert not [one for one in gc.get_objects() if type(one) is dict and one.get('resourceType') == 'ValueSet']\n"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
