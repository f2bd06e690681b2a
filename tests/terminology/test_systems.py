"""What a well-formed code looks like, and that every code we ship is one."""

from __future__ import annotations

import pytest

from terminology import (
    ATC,
    ICD9CM,
    ICD10,
    ICD10CM,
    ICD10GM,
    ICD11,
    LOINC,
    RXNORM,
    SNOMED_CT,
    canonical,
    check_code,
    is_known,
)
from terminology.code_groups import value_sets
from terminology.laboratory_codes import (
    EDD_LOINC,
    HCG_LOINC,
    PREGNANCY_STATUS_LOINC,
    PREGNANCY_STATUS_REPORTED_LOINC,
    _code_uses,
)

WELL_FORMED = [
    (LOINC, "2276-4"),
    (LOINC, "718-7"),
    (LOINC, "98979-8"),
    (SNOMED_CT, "32914008"),
    (SNOMED_CT, "993381000000106"),
    (RXNORM, "24947"),
    (ATC, "B03AA"),
    (ATC, "B03BA01"),
    (ICD10CM, "G25.81"),
    (ICD10CM, "D75.A"),
    (ICD10CM, "Z3A.08"),
    (ICD10CM, "E72.530"),
    (ICD10, "K50"),
    (ICD10GM, "G25.81"),
    (ICD9CM, "333.94"),
    (ICD11, "7A80"),
    ("http://hospital.example/codes", "whatever"),
]
MALFORMED = [
    (LOINC, "2276-5"),
    (LOINC, "2267-4"),
    (LOINC, "22764"),
    (LOINC, "LP14635-4"),
    (SNOMED_CT, "32914009"),
    (SNOMED_CT, "32910408"),
    (SNOMED_CT, "12345"),
    (RXNORM, "024947"),
    (RXNORM, "B03AA"),
    (ATC, "B03AA1"),
    (ATC, "W03AA"),
    (ICD10CM, "G2581"),
    (ICD10CM, "G25.81234"),
    (ICD10, "Z3A.08"),
    (ICD10GM, "G25.A"),
    (ICD9CM, "33394"),
    (ICD11, "7A8O"),
    (LOINC, "2276-4\n"),
]


@pytest.mark.parametrize(("system", "code"), WELL_FORMED)
def test_well_formed(system: str, code: str) -> None:
    assert check_code(system, code) is None


@pytest.mark.parametrize(("system", "code"), MALFORMED)
def test_malformed_says_why(system: str, code: str) -> None:
    reason = check_code(system, code)
    assert reason is not None
    assert repr(code) in reason


def test_one_wrong_or_swapped_digit_never_passes_for_restless_legs() -> None:
    right = "32914008"
    wrong = {right[:place] + digit + right[place + 1 :] for place in range(1, 8) for digit in "0123456789"}
    swapped = {right[:place] + right[place + 1] + right[place] + right[place + 2 :] for place in range(7)}
    assert not [code for code in (wrong | swapped) - {right} if check_code(SNOMED_CT, code) is None]


def test_every_laboratory_code_is_well_formed() -> None:
    codes = {code for _, code in _code_uses()} | HCG_LOINC
    codes |= {PREGNANCY_STATUS_LOINC, PREGNANCY_STATUS_REPORTED_LOINC, EDD_LOINC}
    assert len(codes) > 100
    assert [reason for code in sorted(codes) if (reason := check_code(LOINC, code))] == []


def test_every_code_of_every_value_set_is_well_formed() -> None:
    codings = {(coding.system, coding.code) for made in value_sets().values() for coding in made.codings}
    assert {system for system, _ in codings} == {
        LOINC,
        SNOMED_CT,
        RXNORM,
        ATC,
        ICD10CM,
        ICD10,
        ICD10GM,
        ICD9CM,
        ICD11,
    } - {ATC}, "ATC comes as families alone"
    assert [reason for coding in sorted(codings) if (reason := check_code(*coding))] == []


@pytest.mark.parametrize(
    ("oid", "system"),
    [
        ("2.16.840.1.113883.6.1", LOINC), ("2.16.840.1.113883.6.73", ATC), ("2.16.840.1.113883.6.88", RXNORM),
        ("2.16.840.1.113883.6.90", ICD10CM), ("2.16.840.1.113883.6.96", SNOMED_CT),
        ("2.16.840.1.113883.6.103", ICD9CM), ("2.16.840.1.113883.6.3", ICD10),
    ],
)  # fmt: skip
def test_a_system_called_by_its_oid(oid: str, system: str) -> None:
    """As CDA documents, and what is made of them, call it."""
    assert canonical(f"urn:oid:{oid}") == system
    assert is_known(f"urn:oid:{oid}")


def test_another_system_keeps_its_name_and_is_not_known() -> None:
    assert canonical("urn:oid:1.2.3") == "urn:oid:1.2.3"
    assert [is_known(system) for system in (None, "", "urn:oid:1.2.3", SNOMED_CT)] == [False, False, False, True]
