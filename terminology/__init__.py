"""Words and numbers: codes, units, molar masses, plausible ranges. Knows no patient, no network, no clock.

The tables are analytes/*.toml, units.toml, laboratory_names.toml and value_sets/*.json; README.md says what each holds
and NOTICE.md under which licence. They are read when first asked for.
"""

from __future__ import annotations

from terminology.analyte import ANALYTES, Analyte, UnknownAnalyte, analyte
from terminology.code_groups import (
    CANONICAL,
    Family,
    UnknownValueSet,
    ValueSet,
    groups_of,
    value_set,
    value_set_ids,
)
from terminology.condition_names import conditions_by_name
from terminology.conversion import CannotConvert, conversion_factor, convert
from terminology.drug_names import drug_groups_by_name
from terminology.laboratory_codes import (
    EDD_LOINC,
    HCG_LOINC,
    HCG_SERUM_LOINC,
    HCG_URINE_LOINC,
    PREGNANCY_STATUS_LOINC,
    PREGNANCY_STATUS_REPORTED_LOINC,
    CodeUse,
    code_use,
    loinc_codes,
)
from terminology.laboratory_names import named_analyte
from terminology.plausibility import Plausibility, looks_like_another, plausibility
from terminology.systems import (
    ATC,
    ICD9CM,
    ICD10,
    ICD10CM,
    ICD10GM,
    ICD11,
    LOINC,
    RXNORM,
    SNOMED_CT,
    UCUM,
    Coding,
    canonical,
    check_code,
    is_known,
)
from terminology.units import Property, Unit, keeps_promise, known_unit, unit_of
from terminology.written_units import written

__all__ = [
    "ANALYTES",
    "ATC",
    "CANONICAL",
    "EDD_LOINC",
    "HCG_LOINC",
    "HCG_SERUM_LOINC",
    "HCG_URINE_LOINC",
    "ICD9CM",
    "ICD10",
    "ICD10CM",
    "ICD10GM",
    "ICD11",
    "LOINC",
    "PREGNANCY_STATUS_LOINC",
    "PREGNANCY_STATUS_REPORTED_LOINC",
    "RXNORM",
    "SNOMED_CT",
    "UCUM",
    "Analyte",
    "CannotConvert",
    "CodeUse",
    "Coding",
    "Family",
    "Plausibility",
    "Property",
    "Unit",
    "UnknownAnalyte",
    "UnknownValueSet",
    "ValueSet",
    "analyte",
    "canonical",
    "check_code",
    "code_use",
    "conditions_by_name",
    "conversion_factor",
    "convert",
    "drug_groups_by_name",
    "groups_of",
    "is_known",
    "keeps_promise",
    "known_unit",
    "loinc_codes",
    "looks_like_another",
    "named_analyte",
    "plausibility",
    "unit_of",
    "value_set",
    "value_set_ids",
    "written",
]
