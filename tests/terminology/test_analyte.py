"""The analytes of the contract, no more and no fewer."""

from __future__ import annotations

import subprocess
import sys

import pytest

from terminology import ANALYTES, UnknownAnalyte, analyte, unit_of
from terminology.tables import analyte_tables

# As the contract lists them, with the canonical unit it names.
CANONICAL = {
    "ferritin": "ng/mL",
    "transferrin-saturation": "%",
    "vitamin-d": "ng/mL",
    "vitamin-b12": "pg/mL",
    "active-b12": "pmol/L",
    "folate": "ng/mL",
    "red-cell-folate": "ng/mL",
    "magnesium": "mg/dL",
    "vitamin-b6": "nmol/L",
    "vitamin-c": "umol/L",
    "vitamin-e": "mg/L",
    "hemoglobin": "g/dL",
    "mcv": "fL",
    "crp": "mg/L",
    "creatinine": "mg/dL",
    "egfr": "mL/min/{1.73_m2}",
    "calcium": "mg/dL",
    "ionised-calcium": "mmol/L",
    "phosphate": "mg/dL",
    "potassium": "mmol/L",
    "pth": "pg/mL",
    "mma": "nmol/L",
    "homocysteine": "umol/L",
    "iron": "ug/dL",
    "tibc": "ug/dL",
    "uibc": "ug/dL",
    "transferrin": "mg/dL",
    "albumin": "g/L",
    "alt": "U/L",
    "adjusted-calcium": "mg/dL",
}


def test_the_contracts_analytes_and_canonical_units() -> None:
    assert {id: known.canonical_unit for id, known in ANALYTES.items()} == CANONICAL
    assert len(ANALYTES) == 30


@pytest.mark.parametrize("id", CANONICAL)
def test_canonical_unit_and_families_are_units_the_analyte_accepts(id: str) -> None:
    known = analyte(id)
    for unit in (known.canonical_unit, *known.families):
        accepted = unit_of(id, unit)
        assert accepted is not None
        assert accepted.family == unit, "a family's own unit is its family"
        assert accepted.factor == 1


def test_magnesium_has_three_families() -> None:
    assert analyte("magnesium").families == ("mmol/L", "mg/dL", "meq/L")


def test_an_unknown_analyte_is_an_error_that_names_it() -> None:
    with pytest.raises(UnknownAnalyte, match="zinc"):
        analyte("zinc")
    assert "zinc" not in ANALYTES


@pytest.mark.parametrize("id", CANONICAL)
def test_every_number_carries_its_source_and_mark(id: str) -> None:
    table = analyte_tables()[id]
    numbers = [table[key] for key in ("molar_mass", "convention", "charge", "plausible") if key in table]
    numbers += table.get("part_molar_mass", {}).values()
    for number in numbers:
        assert number["source"]
        assert number["verified"] in {"verified", "second-hand", "from-memory", "policy"}
    assert all(row["seen"] and row["verified"] in {"verified", "from-memory"} for row in table["code"])


def test_importing_reads_no_table_and_no_model_library() -> None:
    program = (
        "import sys, terminology\n"
        "from terminology import tables\n"
        "assert tables.analyte_tables.cache_info().currsize == 0\n"
        "assert not {'pydantic', 'fhir.resources', 'tomllib'} & set(sys.modules)\n"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
