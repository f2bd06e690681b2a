"""The code systems we read, and what a well-formed code of each looks like.

The addresses are those that FHIR R4 registers (terminologies-systems); ICD-10-GM's is the one German profiles use. What
was made of CDA documents calls the same systems by their OIDs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

LOINC = "http://loinc.org"
SNOMED_CT = "http://snomed.info/sct"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
ATC = "http://www.whocc.no/atc"
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
ICD10 = "http://hl7.org/fhir/sid/icd-10"
ICD10GM = "http://fhir.de/CodeSystem/bfarm/icd-10-gm"
ICD9CM = "http://hl7.org/fhir/sid/icd-9-cm"
ICD11 = "http://id.who.int/icd/release/11/mms"
UCUM = "http://unitsofmeasure.org"

# HL7 OID registry; that of ATC and of WHO's ICD-10 from memory.
_OIDS = {
    "2.16.840.1.113883.6.1": LOINC,
    "2.16.840.1.113883.6.3": ICD10,
    "2.16.840.1.113883.6.73": ATC,
    "2.16.840.1.113883.6.88": RXNORM,
    "2.16.840.1.113883.6.90": ICD10CM,
    "2.16.840.1.113883.6.96": SNOMED_CT,
    "2.16.840.1.113883.6.103": ICD9CM,
    "2.16.840.1.113883.6.8": UCUM,
}
_BY_OID = {f"urn:oid:{oid}": system for oid, system in _OIDS.items()}


def canonical(system: str) -> str:
    """The system's address as we write it, where it was sent as an OID; any other as it is."""
    return _BY_OID.get(system, system)


def is_known(system: str | None) -> bool:
    """Is it a system of which we read codes?"""
    return system is not None and canonical(system) in _SHAPES


@dataclass(frozen=True, slots=True)
class Coding:
    """One code of one system, as in FHIR ``Coding``."""

    system: str
    code: str
    display: str | None = None


_SHAPES = {
    LOINC: (r"\d{1,7}-\d", "a LOINC code is digits, a hyphen and one check digit"),
    SNOMED_CT: (r"[1-9]\d{5,17}", "a SNOMED CT identifier is 6 to 18 digits and does not begin with 0"),
    RXNORM: (r"[1-9]\d{0,7}", "an RxNorm concept identifier is 1 to 8 digits and does not begin with 0"),
    ATC: (
        r"[A-DGHJLMNPRSV](\d\d([A-Z]([A-Z](\d\d)?)?)?)?",
        "an ATC code is a letter, two digits, two letters and two digits, cut off after any of these",
    ),
    ICD10CM: (
        r"[A-Z]\d[0-9AB](\.[0-9A-Z]{1,4})?",
        "an ICD-10-CM code is a letter and two characters, then at most four after a point",
    ),
    ICD10: (
        r"[A-Z]\d\d(\.\d{1,2})?",
        "an ICD-10 code is a letter and two digits, then at most two after a point",
    ),
    ICD10GM: (
        r"[A-Z]\d\d(\.\d{1,2})?",
        "an ICD-10-GM code is a letter and two digits, then at most two after a point",
    ),
    ICD9CM: (
        r"(\d{3}|V\d\d|E\d{3})(\.\d{1,2})?",
        "an ICD-9-CM code is three characters, then at most two digits after a point",
    ),
    ICD11: (
        r"[0-9A-HJ-NP-Z]{4}(\.[0-9A-HJ-NP-Z]{1,3})?",
        "an ICD-11 stem code is four characters without I and O",
    ),
}


def check_code(system: str, code: str) -> str | None:
    """Why this cannot be a code of that system, in a sentence; ``None`` if its shape and check digit hold.

    Only the writing is checked, not whether the system has such a code. LOINC: Mod-10 check digit (LOINC Users' Guide,
    appendix). SNOMED CT: Verhoeff check digit (Release File Specification, SCTID). Of a system not listed here, every
    code is well-formed.
    """
    if system not in _SHAPES:
        return None
    shape, rule = _SHAPES[system]
    if not re.fullmatch(shape, code):
        return f"{code!r} has the wrong form: {rule}"
    if system == LOINC and _loinc_check_digit(code[:-2]) != int(code[-1]):
        return f"{code!r} has a wrong check digit: LOINC would end in {_loinc_check_digit(code[:-2])}"
    if system == SNOMED_CT and not _verhoeff_holds(code):
        return f"{code!r} has a wrong check digit (Verhoeff)"
    return None


def _loinc_check_digit(digits: str) -> int:
    """Mod 10: every second digit from the right is doubled, digits of the products are added."""
    doubled = [int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits))]
    return -sum(number // 10 + number % 10 for number in doubled) % 10


def _verhoeff_holds(digits: str) -> bool:
    check = 0
    for place, digit in enumerate(reversed(digits)):
        check = _dihedral(check, _permuted(int(digit), place))
    return check == 0


def _dihedral(left: int, right: int) -> int:
    """The product in the dihedral group of the pentagon: 0 to 4 are turns, 5 to 9 are flips."""
    turn = (left + right) % 5 if left < 5 else (left - right) % 5
    return turn if (left < 5) == (right < 5) else turn + 5


_PERMUTATION = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def _permuted(digit: int, place: int) -> int:
    for _ in range(place % 8):
        digit = _PERMUTATION[digit]
    return digit
