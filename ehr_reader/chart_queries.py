"""What is asked of an EHR to read a chart, need by need: said in prefetch templates, and asked by ourselves, joined.

Source: CDS Hooks 2.0.1 section Prefetch query restrictions (instance read, type search, token equality, ``_sort``,
``_count``). Several codes are joined by commas, as FHIR R4 search allows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, Protocol

from ehr_reader.queries import Code, Inclusion, Joinable, Parameters, Query, Question

PrefetchStyle = Literal["codes", "category"]
LABORATORY_KEY = "laboratory"
LOINC = "http://loinc.org"
# A page size, newest results first. EHRs cap it as they see fit; what does not fit is followed or told as a gap.
_RESULTS_PER_NEED = "100"
_RESULTS_PER_CATEGORY = "200"
_LISTED = "200"
_LABORATORY = (("category", "laboratory"),)
_LABORATORY_ORDERS = ("category", "http://snomed.info/sct|108252007")
# Where US Core and the International Patient Access put the status of pregnancy.
_SOCIAL = (("category", "social-history"),)
# A prescription may name its drug by reference: without the drug it says nothing.
_WITH_THE_DRUG = Inclusion("MedicationRequest:medication", "Medication")
_NEWEST_FIRST = ("_sort", "-date")
_SEPARATORS = re.compile(r"([\\,$|])")


class Wanted(Protocol):
    """One thing to fetch, told without knowing what it is for. ``codes`` are LOINC codes; ``laboratory``: whether
    they are of category laboratory; ``often``: whether they are measured by the day where somebody lies in hospital;
    ``analytes``: what local codes may stand for."""

    @property
    def key(self) -> str: ...
    @property
    def resource_type(self) -> str: ...
    @property
    def laboratory(self) -> bool: ...
    @property
    def often(self) -> bool: ...
    @property
    def analytes(self) -> tuple[str, ...]: ...
    @property
    def codes(self) -> tuple[str, ...]: ...


def queries_of(
    needed: Iterable[Wanted], style: PrefetchStyle, patient_id: str, local_codes: Mapping[str, str] | None = None
) -> dict[str, Query]:
    """By prefetch key: one query per need; in style ``category`` one for the whole laboratory, filtered here.

    ``local_codes`` maps ``system|code`` of the EHR's laboratory to an analyte id.
    """
    queries: dict[str, Query] = {}
    for need in needed:
        if need.laboratory and style == "category":
            queries[LABORATORY_KEY] = _laboratory(patient_id)
        elif need.resource_type == "ServiceRequest":
            queries[need.key] = _open_orders(style, patient_id)
        else:
            queries[need.key] = _query(need, patient_id, local_codes or {})
    return queries


def is_whole_laboratory(question: Question) -> bool:
    """Whether the answer holds all laboratory results, whatever need led to it."""
    named = dict(question.parameters) if isinstance(question, Query) else {}
    return "code" not in named and named.get("category", "").rpartition("|")[2] == "laboratory"


def _query(need: Wanted, patient_id: str, local_codes: Mapping[str, str]) -> Query:
    kind, patient = need.resource_type, ("patient", patient_id)
    if kind == "Patient":
        return Query(kind, id=patient_id)
    if not need.codes:
        include = _WITH_THE_DRUG if kind == "MedicationRequest" else None
        return Query(kind, parameters=(patient, ("_count", _LISTED)), include=include)
    codes = (*((LOINC, code) for code in need.codes), *_local(need, local_codes))
    parameters = (patient, ("code", ",".join(map(_token, codes))), _NEWEST_FIRST, ("_count", _RESULTS_PER_NEED))
    category = _LABORATORY if need.laboratory else _SOCIAL
    joinable = Joinable(need.often, frozenset(codes)) if need.laboratory else None
    otherwise = _all_of(category, patient_id)
    return Query(kind, parameters=parameters, within=category, otherwise=otherwise, joinable=joinable)


def _open_orders(style: PrefetchStyle, patient_id: str) -> Query:
    """Of EHRs that take no list of codes, what is signed; US Core knows the search by category too."""
    status = ("status", "active" if style == "category" else "active,draft")
    patient, count = ("patient", patient_id), ("_count", _LISTED)
    by_category = Query("ServiceRequest", parameters=(patient, _LABORATORY_ORDERS, count))
    return Query("ServiceRequest", parameters=(patient, status, count), otherwise=by_category)


def _laboratory(patient_id: str) -> Query:
    return _all_of(_LABORATORY, patient_id)


def _all_of(category: Parameters, patient_id: str) -> Query:
    parameters = (("patient", patient_id), *category, _NEWEST_FIRST, ("_count", _RESULTS_PER_CATEGORY))
    return Query("Observation", parameters=parameters)


def _local(need: Wanted, local_codes: Mapping[str, str]) -> Iterator[Code]:
    for name, analyte in local_codes.items():
        if analyte in need.analytes:
            system, _, code = name.rpartition("|")
            yield system, code


def _token(code: Code) -> str:
    """Escaped as FHIR R4 section Escaping Search Parameters wants it: an EHR chooses its local codes, not we."""
    if code[0] == LOINC:
        return f"{LOINC}|{code[1]}"
    return "|".join(_SEPARATORS.sub(r"\\\1", part) for part in code)
