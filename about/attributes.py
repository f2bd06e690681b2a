"""The source attributes of evidence-based decision support interventions: thirteen, and what each is for an item.

Source: 45 CFR 170.315(b)(11)(iv)(A), in its order. Release and revision dates are one attribute there. Which data it
means by "health status assessments" is USCDI v3's data class of that name; pregnancy status is the one that we ask.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from clinical import Knowledge, Placed, Source, Use, Uses

ATTRIBUTES = {
    "bibliographicCitation": "Bibliographic citation",
    "developer": "Developer",
    "fundingSource": "Funding source",
    "releaseAndRevisionDates": "Release and revision dates",
    "useOfRace": "Use of race",
    "useOfEthnicity": "Use of ethnicity",
    "useOfLanguage": "Use of language",
    "useOfSexualOrientation": "Use of sexual orientation",
    "useOfGenderIdentity": "Use of gender identity",
    "useOfSex": "Use of sex",
    "useOfDateOfBirth": "Use of date of birth",
    "useOfSocialDeterminants": "Use of social determinants of health data",
    "useOfHealthStatusAssessments": "Use of health status assessments data",
}
NOT_USED = "not used"
INDIRECTLY = "used indirectly: "
DEVELOPER = "the rls-nutrients project"
FUNDING = "none declared"


def attributes_of(item: Any, knowledge: Knowledge, uses: Uses) -> dict[str, str]:
    """All thirteen, in words. No question of the closed list asks for race, language and the like: "not used"."""
    return dict.fromkeys(ATTRIBUTES, NOT_USED) | {
        "bibliographicCitation": _citations(item, knowledge),
        "developer": DEVELOPER,
        "fundingSource": FUNDING,
        "releaseAndRevisionDates": _dates(item, knowledge),
        "useOfSex": _use_of_sex(item, uses),
        "useOfDateOfBirth": _in_words(uses.of(item, "age")),
        "useOfHealthStatusAssessments": _in_words(uses.of(item, "pregnancy")),
    }


def _citations(item: Any, knowledge: Knowledge) -> str:
    several = [citation(source) for source in _sources(item, knowledge)]
    return " ".join(f"({number}) {one}" for number, one in enumerate(several, 1)) if several[1:] else several[0]


def citation(source: Source) -> str:
    """The citation with what identifies it."""
    places = (source.doi and f"doi:{source.doi}", source.pmid and f"PMID {source.pmid}", source.url)
    told = ", ".join(place for place in places if place)
    return f"{source.citation.rstrip('.')}. {told}".rstrip() + ("." if told else "")


def _sources(item: Any, knowledge: Knowledge) -> Iterable[Source]:
    return (knowledge.sources[name] for name in item.sources if name in knowledge.sources)


def _dates(item: Any, knowledge: Knowledge) -> str:
    years = sorted({source.year for source in _sources(item, knowledge) if source.year is not None}, reverse=True)
    published = f"source published {', '.join(str(year) for year in years)}" if years else "source without a year"
    return f"in knowledge {knowledge.version}; reviewed {item.reviewed}, next review due {item.due}; {published}"


def _use_of_sex(item: Any, uses: Uses) -> str:
    """A patient who is male in the chart is not taken for pregnant: so what asks for pregnancy uses sex too."""
    by_pregnancy = "pregnancy is asked, and is answered no where the chart says male"
    told = _in_words(uses.of(item, "sex"))
    if not uses.of(item, "pregnancy"):
        return told
    return INDIRECTLY + by_pregnancy if told == NOT_USED else f"{told}; {by_pregnancy}"


def _in_words(use: Use) -> str:
    beneath = ", ".join(dict.fromkeys(_name(placed) for placed in use.through))
    if use.asked:
        return f"used: asks whether {' or '.join(use.asked)}" + (f"; also rests on {beneath}" if beneath else "")
    return f"{INDIRECTLY}rests on {beneath}" if beneath else NOT_USED


def _name(placed: Placed) -> str:
    return placed.name.removeprefix(f"{placed.kind} ")
