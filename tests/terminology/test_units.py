"""Units as laboratories spell them: read where the whitelist says so, and never as anything else."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest

from terminology import ANALYTES, UnknownAnalyte, code_use, keeps_promise, known_unit, unit_of
from terminology.systems import LOINC
from terminology.tables import analyte_tables, unit_rows
from terminology.units import _written

MICRO, MU = "\u00b5", "\u03bc"

# The spellings of the clinical content (section A.3) and of a corpus of real Observations, under an analyte that
# accepts them.
READ = {
    ("ferritin", "ng/mL"): [
        "ng/mL",
        "ng/ml",
        "NG/ML",
        "ng/cc",
        "ng per mL",
        "ng / mL",
        " ng/mL ",
        "nanogram per milliliter",
    ],
    ("ferritin", "ug/L"): [
        *("ug/L", "ug/l", "UG/L", "mcg/L", "mcg/l", "microg/L", "micrograms per litre", "microgram per liter", "ugm/L"),
        *(f"{MICRO}g/L", f"{MU}g/L", f"{MICRO}g/l", f"{MU}g/l", "mikrog/l"),
    ],
    ("ferritin", "pmol/L"): ["pmol/L", "pmol/l", "pM", "PMOL/L"],
    ("vitamin-b12", "pg/mL"): ["pg/mL", "pg/ml", "PG/ML"],
    ("vitamin-b12", "ng/L"): ["ng/L", "ng/l", "ng/litre", "nanogram per liter"],
    ("folate", "nmol/L"): ["nmol/L", "nmol/l", "nM", "NMOL/L", "nmol/L ", " nmol/L"],
    ("red-cell-folate", "ng/mL"): ["ng/mL RBC"],
    ("red-cell-folate", "nmol/L"): ["nmol/L RBC"],
    ("creatinine", "umol/L"): [
        *(
            "umol/L",
            "umol/l",
            f"{MICRO}mol/L",
            f"{MU}mol/L",
            f"{MICRO}mol/l",
            "mcmol/L",
            "micromol/L",
            "micromol/l",
            "uM",
        ),
        "micromole per liter",
    ],
    ("creatinine", "mg/dL"): ["mg/dL", "mg/dl", "MG/DL", "mg%", "mg/100mL", "milligram per deciliter"],
    ("potassium", "mmol/L"): ["mmol/L", "mmol/l", "mM", "MMOL/L", "mMol/L", "mmol/ L", "millimole per liter"],
    ("magnesium", "meq/L"): ["meq/L", "mEq/L", "mEq/l", "MEQ/L", "mval/L"],
    ("iron", "ug/dL"): ["ug/dL", "UG/DL", "mcg/dL", f"{MICRO}g/dL", f"{MU}g/dL", "mcg%", "ug%", "ug/100mL"],
    ("hemoglobin", "g/dL"): ["g/dL", "g/dl", "gm/dL", "G/DL", "g%", "gm%", "gms/dL", "gram per deciliter"],
    ("hemoglobin", "g/L"): ["g/L", "g/l", "G/L"],
    ("albumin", "g/L"): ["g/L", "G/L"],
    ("transferrin", "g/L"): ["g/L", "G/L"],
    ("crp", "mg/L"): ["mg/L", "mg/l", "MG/L", "milligram per liter"],
    ("transferrin-saturation", "%"): ["%", "percent", "%sat", "% sat"],
    ("transferrin-saturation", "1"): ["1", "ratio", "fraction", "{ratio}"],
    ("mcv", "fL"): ["fL", "fl", "um3"],
    ("alt", "U/L"): ["U/L", "IU/L", "iu/l", "[IU]/L"],
    ("egfr", "mL/min/{1.73_m2}"): [
        *("mL/min/{1.73_m2}", "mL/min/{1.73m2}", "ml/min/{1.73m2}", "mL/min/1.73m2", "mL/min/1.73 m2", "ml/min/1.73qm"),
        *("ml/min/1,73m2", "ml/min/1,73m²", "mL/min/1.73m²", "mL/min/1.73㎡", "mL/min/1.73m^2", "mL/min/1.73 sq m"),
        *("mL/min/((173/100).m2)", "mL/min/1.73.m2"),
    ],
}
REFUSED = {
    "ferritin": [
        "ng/dL",
        "mcg/dL",
        "ug/dL",
        "mg/dL",
        "ug/mL",
        "mcg/mL",
        "g/L",
        "G/L",
        "mg/L",
        "MG/L",
        "nmol/L",
        "pg/mL",
        "PG/ML",
    ],
    "vitamin-b12": ["ng/mL", "NG/ML", "ug/L", "ng/dL", "nmol/L"],
    "vitamin-d": ["PG/ML", "pmol/L", "ng/dL", "NM", "nmol", "ng"],
    "hemoglobin": ["g/mL", "grams per milliliter", "g/l-1", "mg/dL", "umol/L", "gauss/L", "MG/L"],
    "albumin": ["g/mL", "MG/L"],
    "creatinine": ["mg/dlL", "UMOLL", "{micromol/l}", "mmol/L", "258814008", "mg/g{Cr}", "mg/mmol", "MG/L"],
    "egfr": ["MLMIN", "mL", "mL/min/kg", "mL/s"],
    "folate": ["ng/mL RBC", "nmol/L RBC"],
    "magnesium": ["", " ", "NA", "mg", "MMOL", "Meq", "meq", "mg/L", "µM"],
    "potassium": ["mmHg", "x10^9/L", "/mm3"],
}


@pytest.mark.parametrize(
    ("analyte", "ucum", "spelling"), [(*key, text) for key, texts in READ.items() for text in texts]
)
def test_spelling_is_read(analyte: str, ucum: str, spelling: str) -> None:
    unit = unit_of(analyte, spelling)
    assert unit is not None
    assert unit.ucum == ucum
    assert known_unit(spelling) == ucum


@pytest.mark.parametrize(("analyte", "spelling"), [(id, text) for id, texts in REFUSED.items() for text in texts])
def test_spelling_is_refused(analyte: str, spelling: str) -> None:
    assert unit_of(analyte, spelling) is None


@pytest.mark.parametrize(
    "spelling", ["258814008", "{micromol/l}", "UMOLL", "MLMIN", "mg/dlL", "g/l-1", "mg/mmol", "", "NA"]
)
def test_unknown_spelling(spelling: str) -> None:
    assert known_unit(spelling) is None


@pytest.mark.parametrize(
    ("spelling", "ucum"), [("ng/dL", "ng/dL"), ("mcg/mL", "ug/mL"), ("grams per milliliter", "g/mL")]
)
def test_units_that_nothing_accepts_are_known_by_name(spelling: str, ucum: str) -> None:
    assert known_unit(spelling) == ucum
    assert [id for id in ANALYTES if unit_of(id, spelling)] == []


def accepting(spelling: str) -> set[str]:
    return {id for id in ANALYTES if unit_of(id, spelling)}


def test_capital_mg_per_litre_is_milligrams_where_those_are_measured_and_never_megagauss() -> None:
    assert accepting("MG/L") == {"crp", "homocysteine", "vitamin-e"}
    assert known_unit("MG/L") == "mg/L"


def test_capital_pg_per_ml_is_picograms_for_b12_and_pth_and_never_petagauss() -> None:
    assert accepting("PG/ML") == {"vitamin-b12", "pth"}
    assert known_unit("PG/ML") == "pg/mL"


def test_capital_g_per_litre_is_grams_and_never_gauss() -> None:
    assert accepting("G/L") == {"hemoglobin", "albumin", "transferrin"}
    assert known_unit("G/L") == "g/L"


def test_milliequivalents_only_for_ions() -> None:
    assert accepting("mEq/L") == {"magnesium", "potassium"}


def test_no_spelling_is_ambiguous() -> None:
    listed = Counter(_written(text) for row in unit_rows() for text in {*map(_written, row["listed"] + row["seen"])})
    own = Counter(
        _written(text)
        for table in analyte_tables().values()
        for texts in table.get("spellings", {}).values()
        for text in texts
    )
    assert [text for text, times in (listed + own).items() if times > 1] == []


def test_case_is_never_folded() -> None:
    """No whitelisted capital spelling comes with a differently meant small one, and unlisted capitals are unknown."""
    meanings: dict[str, set[str]] = {}
    for row in unit_rows():
        for text in row["listed"] + row["seen"]:
            meanings.setdefault(_written(text).casefold(), set()).add(row["ucum"])
    assert {text: ucums for text, ucums in meanings.items() if len(ucums) > 1} == {}
    assert known_unit("Ng/Ml") is None
    assert known_unit("MM") is None
    assert known_unit("PM") is None


def test_every_ucum_code_spells_itself() -> None:
    assert [row["ucum"] for row in unit_rows() if known_unit(row["ucum"]) != row["ucum"]] == []


@pytest.mark.parametrize(
    ("analyte", "spelling", "family", "factor"),
    [
        ("ferritin", "ug/L", "ng/mL", "1"),
        ("vitamin-b12", "ng/L", "pg/mL", "1"),
        ("hemoglobin", "g/L", "g/dL", "0.1"),
        ("transferrin", "g/L", "mg/dL", "100"),
        ("albumin", "g/dL", "g/L", "10"),
        ("crp", "mg/dL", "mg/L", "10"),
        ("vitamin-e", "mg/dL", "mg/L", "10"),
        ("potassium", "meq/L", "mmol/L", "1"),
        ("magnesium", "meq/L", "meq/L", "1"),
        ("mma", "umol/L", "umol/L", "1"),
        ("vitamin-b6", "ng/mL", "ug/L", "1"),
        ("transferrin-saturation", "1", "%", "100"),
        ("egfr", "mL/min", "mL/min/{1.73_m2}", "1"),
    ],
)
def test_factor_into_the_family(analyte: str, spelling: str, family: str, factor: str) -> None:
    unit = unit_of(analyte, spelling)
    assert unit is not None
    assert unit.family == family
    assert unit.factor == Decimal(factor)


def test_a_plain_millilitre_per_minute_can_be_told_apart() -> None:
    plain, indexed = unit_of("egfr", "ml/min"), unit_of("egfr", "mL/min/1.73m2")
    assert plain is not None
    assert indexed is not None
    assert (plain.ucum, plain.family) == ("mL/min", "mL/min/{1.73_m2}")
    assert plain.ucum != indexed.ucum
    assert accepting("mL/min") == {"egfr"}


@pytest.mark.parametrize(
    ("loinc", "analyte", "spelling", "kept"),
    [
        ("2132-9", "vitamin-b12", "pg/mL", True),
        ("2132-9", "vitamin-b12", "pmol/L", False),
        ("62292-8", "vitamin-d", "nmol/L", False),
        ("2601-3", "magnesium", "meq/L", True),
        ("19123-9", "magnesium", "meq/L", False),
        ("2505-6", "transferrin-saturation", "1", True),
        ("2505-6", "transferrin-saturation", "%", True),
        ("2502-3", "transferrin-saturation", "1", False),
        ("98979-8", "egfr", "mL/min", False),
        ("98979-8", "egfr", "mL/min/1.73m2", True),
        ("35209-6", "ferritin", "pmol/L", True),
    ],
)
def test_whether_the_unit_keeps_what_the_code_promises(loinc: str, analyte: str, spelling: str, kept: bool) -> None:
    use, unit = code_use(LOINC, loinc), unit_of(analyte, spelling)
    assert use is not None
    assert unit is not None
    assert keeps_promise(use.property, unit) is kept


def test_unit_of_an_unknown_analyte() -> None:
    with pytest.raises(UnknownAnalyte):
        unit_of("zinc", "ug/dL")
