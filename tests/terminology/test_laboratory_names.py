"""Names of tests as laboratories write them, some of them from a corpus of real Observations."""

from __future__ import annotations

import pytest

from terminology import ANALYTES, named_analyte
from terminology.laboratory_names import _analyte_of_name
from terminology.tables import name_table

OURS = {
    "ferritin": [
        "Ferritin",
        "S-Ferritin",
        "Ferritin [Mass/volume] in Serum or Plasma",
        "FERRITINE",
        "Ferritin (serum/plasma) [µg/L]",
    ],
    "iron": ["IJzer", "Iron", "Serum iron", "Eisen", "Iron [Moles/volume] in Serum or Plasma"],
    "tibc": ["TIBC", "Iron binding capacity [Mass/volume] in Serum or Plasma", "Total iron-binding capacity"],
    "uibc": ["UIBC", "Iron binding capacity.unsaturated [Mass/volume] in Serum or Plasma"],
    "transferrin": ["Transferrine", "Transferrin (serum/plasma) - in mass/volume [g/L]"],
    "transferrin-saturation": [
        "IJzersaturatie",
        "Transferrin saturation",
        "TSAT",
        "Iron saturation [Mass Fraction]",
        "Transferrinsättigung",
    ],
    "vitamin-d": [
        "25 hydroxycholecalciferol (serum/plasma)",
        "25-OH Vitamin D, total",
        "Vitamine D",
        "25-hydroxyvitamin D3 (Calcidiol)",
    ],
    "vitamin-b12": ["Vitamin B12", "Cobalamin (Vitamin B12) [Mass/volume]", "B12"],
    "active-b12": ["Active B12", "Holotranscobalamin", "Holo-transcobalamin II [Moles/volume] in Serum", "HoloTC"],
    "folate": ["Folate", "Folic acid, serum", "Foliumzuur", "Folsäure"],
    "red-cell-folate": ["Red cell folate", "Folate, RBC", "Folate [Mass/volume] in Red Blood Cells"],
    "magnesium": ["Magnesium", "Magnesium erytrocytair", "Magnesium (serum/plasma)"],
    "vitamin-b6": ["Vitamin B6", "Pyridoxal 5'-phosphate", "PLP"],
    "vitamin-c": ["Ascorbate", "Vitamin C"],
    "vitamin-e": ["Alpha tocopherol", "Vitamin E"],
    "hemoglobin": [
        "Hb",
        "HGB",
        "Haemoglobin",
        "Hämoglobin EDTA-Blut Photometrie",
        "Hgb Bld-mCnc",
        "Full Blood Count -  Haemoglobin",
        "Haemoglobin (Hb)",
    ],
    "mcv": ["MCV", "Mean corpuscular volume"],
    "crp": ["CRP", "Serum CRP", "hsCRP", "Serum CRP (C reactive protein) level", "C-reactive protein"],
    "creatinine": ["Kreatinin", "Creatinine, Blood", "Creat SerPl-mCnc", "Serum creatinine level"],
    "egfr": [
        "eGFR",
        "GFR/1.73 sq M.predicted (S/P/Bld) [Vol rate/Area]",
        "Creatinine-based eGFR",
        "Estimated glomerular filtration rate by laboratory calculation",
    ],
    "calcium": ["Calcium", "Calcium, Blood", "Calcium SerPl-mCnc"],
    "adjusted-calcium": [
        "Adjusted calcium",
        "Calcium corrected for albumin",
        "Calcium (albumin-adjusted): corrected calcium",
    ],
    "ionised-calcium": ["Calcium.ionized [Moles/volume] in Blood drawn from CRRT circuit", "Ionised calcium"],
    "phosphate": ["Phosphate", "Phosphorus", "Fosfaat"],
    "potassium": ["Potassium", "Kalium"],
    "pth": ["PTH intact", "Parathyroid hormone"],
    "mma": ["Methylmalonic acid", "MMA"],
    "homocysteine": ["Homocysteine, total"],
    "albumin": ["Albumin", "Serum albumin"],
    "alt": ["ALT", "Alanine aminotransferase", "SGPT"],
}
OTHERS = [
    "HbA1c",
    "Hb A1c",
    "Hemoglobin A1c/Hemoglobin.total in Blood",
    "Glycated haemoglobin",
    "Hemoglobin saturation with oxygen",
    "Oxygen saturation in Arterial blood",
    "Carboxyhemoglobin/Hemoglobin.total in Blood",
    "Mean corpuscular haemoglobin concentration",
    "Hb F",
    "Prealbumin",
    "Microalbumin",
    "Albumin/Creatinine [Mass Ratio] in Urine",
    "Albumin/creatinine ratio",
    "Albumin/Globulin ratio",
    "Sex hormone binding globulin",
    "Creatinine clearance",
    "Transferrin receptor.soluble",
    "Carbohydrate deficient transferrin",
    "1,25-dihydroxyvitamin D",
    "Vitamin D binding protein",
    "Calcitriol",
    "Alkaline phosphatase",
    "PTH related protein",
    "Coronary artery calcium score",
    "Calcium huishouding en bot",
    "Intrinsic factor antibodies (vitamin B12)",
    "Blood typing, ABO, Rho(D) and red blood cell antibody screening (procedure)",
    "Lymphocytes [#/volume] in Blood by Manual count",
    "Environment",
    "Salt intake",
    "Default",
    "Haptoglobin",
    "Glucose",
    "",
]


@pytest.mark.parametrize(("analyte", "text"), [(id, text) for id, texts in OURS.items() for text in texts])
def test_names_of_ours(analyte: str, text: str) -> None:
    assert named_analyte(text) == analyte


@pytest.mark.parametrize("text", OTHERS)
def test_names_of_others(text: str) -> None:
    assert named_analyte(text) is None


def test_every_analyte_has_a_name_and_every_name_an_analyte() -> None:
    assert set(name_table()["analytes"]) == set(ANALYTES)
    assert set(name_table()["derived"]) <= set(ANALYTES)


def test_no_name_means_two_analytes() -> None:
    listed = [name for names in name_table()["analytes"].values() for name in names]
    assert len(_analyte_of_name()) == len(listed)


def test_our_own_names_are_understood() -> None:
    assert {id: named_analyte(known.name) for id, known in ANALYTES.items()} == {id: id for id in ANALYTES}
