"""LOINC codes: what is accepted, what waits for the laboratory, what is a look-alike."""

from __future__ import annotations

from collections import Counter

import pytest

from terminology import ANALYTES, LOINC, UnknownAnalyte, code_use, loinc_codes, value_set
from terminology.tables import analyte_tables

ACCEPTED = [
    ("2276-4", "ferritin", "mass"),
    ("14723-1", "ferritin", "substance"),
    ("2498-4", "iron", "mass"),
    ("14800-7", "tibc", "substance"),
    ("22753-8", "uibc", "substance"),
    ("3034-6", "transferrin", "mass"),
    ("2502-3", "transferrin-saturation", "fraction"),
    ("2505-6", "transferrin-saturation", "ratio"),
    ("62292-8", "vitamin-d", "mass"),
    ("2132-9", "vitamin-b12", "mass"),
    ("72160-5", "active-b12", "substance"),
    ("13964-2", "mma", "substance"),
    ("2428-1", "homocysteine", "mass"),
    ("2284-8", "folate", "mass"),
    ("14731-4", "red-cell-folate", "substance"),
    ("2601-3", "magnesium", "substance"),
    ("62236-5", "vitamin-b6", "substance"),
    ("1903-4", "vitamin-c", "mass"),
    ("14590-4", "vitamin-e", "substance"),
    ("718-7", "hemoglobin", "mass"),
    ("787-2", "mcv", "volume"),
    ("76486-0", "crp", "substance"),
    ("2160-0", "creatinine", "mass"),
    ("98979-8", "egfr", "rate"),
    ("17861-6", "calcium", "mass"),
    ("29265-6", "adjusted-calcium", "substance"),
    ("1995-0", "ionised-calcium", "substance"),
    ("1751-7", "albumin", "mass"),
    ("2777-1", "phosphate", "mass"),
    ("6298-4", "potassium", "substance"),
    ("14866-8", "pth", "substance"),
    ("1742-6", "alt", "catalytic"),
]
LOCAL = {
    "ferritin": {"24373-3", "35209-6"},
    "vitamin-d": {"35365-6", "49543-2", "60493-4"},
    "vitamin-b12": {"35201-3"},
    "red-cell-folate": {"2282-2", "25415-1"},
    "magnesium": {"11554-3", "21377-7"},
    "vitamin-b6": {"74442-5", "75056-2", "2900-9", "39786-9", "2901-7"},
    "pth": {"32045-7"},
}
REFUSED = [
    ("86914-9", "ferritin", "DQ.GOAL_CODE"),
    ("86913-1", "transferrin-saturation", "DQ.GOAL_CODE"),
    ("86918-0", "vitamin-d", "DQ.GOAL_CODE"),
    ("62290-2", "vitamin-d", "DQ.WRONG_SPECIMEN"),
    ("62291-0", "vitamin-d", "DQ.WRONG_SPECIMEN"),
    ("1990-1", "vitamin-d", "DQ.WRONG_SPECIMEN"),
    ("33958-0", "vitamin-d", "DQ.WRONG_SPECIMEN"),
    ("2236-8", "vitamin-d", "DQ.WRONG_SPECIMEN"),
    ("47094-8", "vitamin-d", "DQ.WRONG_SPECIMEN"),
    ("16695-9", "vitamin-b12", "DQ.WRONG_SPECIMEN"),
    ("2171-7", "vitamin-b12", "DQ.B12_TYPE"),
    ("15052-4", "vitamin-b12", "DQ.B12_TYPE"),
    ("32341-0", "active-b12", "DQ.B12_TYPE"),
    ("3030-4", "active-b12", "DQ.B12_TYPE"),
    ("2597-3", "magnesium", "DQ.WRONG_SPECIMEN"),
    ("2600-5", "magnesium", "DQ.WRONG_SPECIMEN"),
    ("24447-5", "magnesium", "DQ.WRONG_SPECIMEN"),
    ("74807-9", "ferritin", "DQ.WRONG_SPECIMEN"),
    ("11039-5", "crp", "DQ.WRONG_SPECIMEN"),
    ("2730-0", "pth", "DQ.WRONG_SPECIMEN"),
]


@pytest.mark.parametrize(("code", "analyte", "promised"), ACCEPTED)
def test_accepted(code: str, analyte: str, promised: str) -> None:
    use = code_use(LOINC, code)
    assert use is not None
    assert (use.analyte, use.role, use.property) == (analyte, "accepted", promised)
    assert use.data_quality is None
    assert use.reason is None


def test_codes_that_wait_for_the_laboratorys_word() -> None:
    assert {id: set(codes) for id in ANALYTES if (codes := loinc_codes(id, "local-validation"))} == LOCAL
    for id, code in [(id, code) for id, waiting in LOCAL.items() for code in waiting]:
        use = code_use(LOINC, code)
        assert use is not None
        assert (use.analyte, use.data_quality) == (id, "DQ.LOCAL_VALIDATION")
        assert use.reason


@pytest.mark.parametrize(("code", "analyte", "data_quality"), REFUSED)
def test_look_alikes_are_refused_with_a_reason(code: str, analyte: str, data_quality: str) -> None:
    use = code_use(LOINC, code)
    assert use is not None
    assert (use.analyte, use.role, use.data_quality) == (analyte, "refused", data_quality)
    assert use.reason is not None
    assert use.reason.endswith(".")


def test_the_active_hormone_is_named_as_another_substance() -> None:
    use = code_use(LOINC, "62290-2")
    assert use is not None
    assert use.reason is not None
    assert "another substance" in use.reason


@pytest.mark.parametrize(
    ("code", "part"),
    [
        ("62292-8", "total"),
        ("83071-1", "total"),
        ("1989-3", "D3"),
        ("14635-7", "D3"),
        ("49054-0", "D2"),
        ("2276-4", None),
    ],
)
def test_parts_of_25_hydroxyvitamin_d(code: str, part: str | None) -> None:
    use = code_use(LOINC, code)
    assert use is not None
    assert use.part == part


def test_every_egfr_code_is_indexed_and_no_other() -> None:
    indexed = {row["loinc"] for table in analyte_tables().values() for row in table["code"] if row.get("indexed")}
    assert indexed == set(loinc_codes("egfr"))
    assert len(indexed) == 12


@pytest.mark.parametrize(
    ("code", "specimen", "point_of_care"),
    [
        ("71426-1", "blood", True),
        ("24373-3", "blood", True),
        ("59826-8", "blood", True),
        ("1988-5", "serum or plasma", False),
        ("718-7", "blood", False),
        ("2597-3", "red cells", False),
        ("24447-5", "urine", False),
    ],
)
def test_specimen_and_point_of_care(code: str, specimen: str, point_of_care: bool) -> None:
    use = code_use(LOINC, code)
    assert use is not None
    assert (use.specimen, use.point_of_care) == (specimen, point_of_care)


@pytest.mark.parametrize(
    ("system", "code"),
    [(None, "2276-4"), ("http://hospital.example/codes", "2276-4"), (LOINC, "4548-4"), (LOINC, ""), (LOINC, "2276-4 ")],
)
def test_what_is_no_code_of_ours(system: str | None, code: str) -> None:
    assert code_use(system, code) is None


def test_no_code_stands_twice() -> None:
    codes = Counter(row["loinc"] for table in analyte_tables().values() for row in table["code"])
    assert [code for code, times in codes.items() if times > 1] == []


def test_only_what_is_not_accepted_gives_a_reason() -> None:
    for table in analyte_tables().values():
        for row in table["code"]:
            accepted = row["role"] in {"primary", "alternate"}
            assert accepted != ("reason" in row)
            assert accepted != ("data_quality" in row)
            assert row["role"] in {"primary", "alternate", "local-validation", "refused"}


@pytest.mark.parametrize("id", ANALYTES)
def test_the_value_set_of_an_analyte_holds_its_accepted_codes(id: str) -> None:
    made = value_set(f"loinc-{id}")
    assert made.kind == "laboratory"
    assert {coding.code for coding in made.codings} == set(loinc_codes(id))
    assert len(loinc_codes(id)) > 0


def test_codes_of_an_unknown_analyte() -> None:
    with pytest.raises(UnknownAnalyte):
        loinc_codes("zinc")


def test_loinc_called_by_its_oid() -> None:
    assert code_use("urn:oid:2.16.840.1.113883.6.1", "2276-4") == code_use(LOINC, "2276-4")
