"""What must be fetched of a chart, derived from what the knowledge asks about and what measures it.

Prefetch templates, searches and scopes are made from these needs, so that no rule can ask for what nobody fetches.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import terminology
from clinical.knowledge.loading import Knowledge
from clinical.knowledge.question_schema import AskAnalyte
from clinical.knowledge.schema import Nutrient
from clinical.knowledge.visiting import all_parts_of

# Where a laboratory result belongs that is of no nutrient, in the order in which they are fetched and named.
_OTHER_RESULTS = {
    "bloodCount": ("blood count", ("hemoglobin", "mcv")),
    "inflammation": ("CRP", ("crp",)),
    "kidney": ("kidney function", ("creatinine", "egfr")),
    "minerals": (
        "calcium and electrolytes",
        ("calcium", "ionised-calcium", "adjusted-calcium", "albumin", "phosphate", "potassium", "pth"),
    ),
    "liver": ("liver function", ("alt",)),
}
_ASKING = ("band", "finding", "rule", "caution", "proposal", "advice", "freshness")
# Of the nutrients, the only one that is watched like an electrolyte; what is of no nutrient is all measured often.
_OFTEN = frozenset({"magnesium", None})
# The key of the whole laboratory, for EHRs that are not asked code by code.
LABORATORY_KEY = "laboratory"
_PREGNANCY = (terminology.PREGNANCY_STATUS_LOINC, terminology.EDD_LOINC)


class Need(NamedTuple):
    """One thing to fetch. ``codes`` are LOINC codes, for Observations only; ``label`` names it to a person.

    A code that counts only after local validation is fetched too: the chart then tells why it was not used. What is
    ``dispensable`` only saves a repetition: nothing is said where it is not sent. ``often``: measured by the day where
    somebody lies in hospital, so that its results are many.
    """

    key: str
    label: str
    resource_type: str
    laboratory: bool = False
    nutrient: Nutrient | None = None
    analytes: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    dispensable: bool = False
    often: bool = False


OPEN_ORDERS = Need("openOrders", "open laboratory orders", "ServiceRequest", dispensable=True)


def needs(knowledge: Knowledge, *, with_open_orders: bool = False) -> tuple[Need, ...]:
    """The patient, then the laboratory (a need per nutrient, then the rest), then the other lists of the chart.

    ``with_open_orders``: what is ordered already too, for those who propose in the middle of the work.
    """
    asked = _analytes_asked(knowledge)
    return (
        Need("patient", "age and sex", "Patient"),
        *(_of_nutrient(nutrient, asked) for nutrient in knowledge.nutrients),
        *(_laboratory(key, *words, asked, None) for key, words in _OTHER_RESULTS.items() if asked & set(words[1])),
        Need("pregnancy", "pregnancy status", "Observation", codes=_PREGNANCY),
        Need("conditions", "problem list", "Condition"),
        Need("medications", "medication list", "MedicationRequest"),
        Need("allergies", "allergies", "AllergyIntolerance"),
        Need("procedures", "procedures", "Procedure"),
        *((OPEN_ORDERS,) if with_open_orders else ()),
    )


def nutrient_in_words(nutrient: str) -> str:
    """``vitamin-b12`` as people write it: "vitamin B12"."""
    name, _, letter = nutrient.partition("-")
    return f"{name} {letter.upper()}" if letter else name


def _of_nutrient(nutrient: Nutrient, asked: set[str]) -> Need:
    members = tuple(name for name, analyte in terminology.ANALYTES.items() if analyte.nutrient == nutrient)
    first, *others = nutrient.split("-")
    key = first + "".join(word.capitalize() for word in others)
    return _laboratory(key, nutrient_in_words(nutrient), members, asked, nutrient)


def _laboratory(key: str, label: str, members: Iterable[str], asked: set[str], nutrient: Nutrient | None) -> Need:
    wanted = tuple(name for name in members if name in asked)
    codes = tuple(dict.fromkeys(code for name in wanted for code in _codes(name)))
    often = nutrient in _OFTEN
    return Need(key, label, "Observation", True, nutrient, wanted, codes, often=often)


def _codes(analyte: str) -> tuple[str, ...]:
    return (*terminology.loinc_codes(analyte), *terminology.loinc_codes(analyte, "local-validation"))


def _analytes_asked(knowledge: Knowledge) -> set[str]:
    """All analytes that the knowledge names, and those from which they are worked out."""
    asked = {limit.analyte for limit in knowledge.limits.values()}
    asked |= knowledge.bands_by_analyte.keys() | knowledge.freshness.keys()
    asked |= {analyte for conflict in knowledge.conflicts for analyte in conflict.analytes}
    asked |= set(_analytes_in_questions(knowledge))
    for derivation in reversed(knowledge.derivations):  # later ones use what earlier ones give
        if derivation.analyte in asked:
            asked |= derivation.of.keys()
    return asked


def _analytes_in_questions(knowledge: Knowledge) -> Iterator[str]:
    for file in knowledge.files:
        for kind in _ASKING:
            for item in getattr(file.content, kind):
                for question in all_parts_of(item):
                    if isinstance(question, AskAnalyte):
                        yield question.analyte
                        yield from (question.paired_with,) if question.paired_with else ()
