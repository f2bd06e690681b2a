"""What the reader sees first: who it is, the counts by severity, and what decides which limits apply."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from clinical import Assessment, Context
from smart_app.page.words import INDICATORS
from smart_app.visit import Visit


@dataclass(frozen=True)
class Count:
    """How many findings of one severity."""

    indicator: str
    word: str
    number: int


@dataclass(frozen=True)
class ContextItem:
    """``answer`` is yes, no, unknown or a number with its unit."""

    label: str
    answer: str
    known: bool


def counts(assessment: Assessment) -> tuple[Count, ...]:
    """The gravest first; a severity without findings is left out."""
    found: Counter[str] = Counter(one.indicator for one in assessment.findings)
    return tuple(Count(name, word, found[name]) for name, word in INDICATORS.items() if found[name])


def context_items(context: Context, gender: str | None, simulated: bool) -> tuple[ContextItem, ...]:
    """``context`` is what the chart itself says: an evaluation does not turn an unknown into a yes."""
    answers = [("Restless legs", context.restless_legs), ("Dialysis", context.dialysis)]
    if gender != "male":
        answers.insert(1, ("Pregnant", context.pregnant))
    items = [ContextItem(label, answer, answer != "unknown") for label, answer in answers]
    if simulated:
        items[0] = ContextItem("Restless legs", f"{context.restless_legs} (evaluated as yes)", False)
    age = "unknown" if context.age_years is None else f"{context.age_years} years"
    return (*items, ContextItem("Age", age, context.age_years is not None))


def gaps(visit: Visit, assessment: Assessment) -> tuple[str, ...]:
    """What could not be read, told by the launch, and what the assessment missed; each once."""
    return tuple(dict.fromkeys((*visit.gaps, *assessment.gaps)))
