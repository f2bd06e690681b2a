"""What a rule asks and the chart does not say. Unknown is not No."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from clinical import Context
from smart_app.page.words import LISTS

_ASKED_OF = {
    "condition": "Condition",
    "medication": "MedicationRequest",
    "allergy": "AllergyIntolerance",
    "procedure": "Procedure",
}


def unknowns_of(item: Any, context: Context, answered: Collection[str]) -> tuple[str, ...]:
    """Phrases such as "whether the patient is pregnant", for a rule, finding, caution or proposal of the knowledge."""
    asked = set(_subjects(item.model_dump())) if item is not None else set()
    return tuple(dict.fromkeys(_unanswered(asked, context, answered)))


def _unanswered(asked: set[str], context: Context, answered: Collection[str]) -> Iterator[str]:
    if "restless_legs" in asked and context.restless_legs == "unknown":
        yield "whether the patient has restless legs"
    if asked & {"pregnant", "trimester"} and context.pregnant == "unknown":
        yield "whether the patient is pregnant"
    if "dialysis" in asked and context.dialysis == "unknown":
        yield "whether the patient is on dialysis"
    if asked & {"age_below", "age_at_least"} and context.age_years is None:
        yield "the patient’s age"
    for word, kind in _ASKED_OF.items():
        if word in asked and kind not in answered:
            yield LISTS[kind]


def _subjects(value: Any) -> Iterator[str]:
    """Every word that some question of this item asks with."""
    if isinstance(value, dict):
        for word, inner in value.items():
            if inner is not None and inner != ():
                yield word
                yield from _subjects(inner)
    elif isinstance(value, tuple | list):
        for inner in value:
            yield from _subjects(inner)
