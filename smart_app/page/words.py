"""Our own words as people read them. A colour never says anything that a word beside it does not."""

from __future__ import annotations

INDICATORS = {"critical": "Critical", "warning": "Warning", "info": "Information"}
SEVERITIES = {"contraindicated": "Contraindicated", "warning": "Warning", "caution": "Caution", "info": "Information"}
KINDS = {"medication": "Medication", "laboratory": "Laboratory", "referral": "Referral", "advice": "Advice"}
SIDES = {"low": "Low", "middle": "In range", "high": "High"}
VERIFIED = {
    "verified": "checked in the source",
    "second-hand": "second-hand: seen quoted in another source, not yet checked in the source itself",
    "from-memory": "from memory: not yet checked in the source",
    "policy": "a policy of this project: no guideline gives it",
}
# On the badge beside a statement; what was checked bears none.
UNVERIFIED = {"second-hand": "second-hand number", "from-memory": "unverified number"}
NUTRIENTS = {
    "iron": "Iron",
    "vitamin-d": "Vitamin D",
    "vitamin-b12": "Vitamin B12",
    "folate": "Folate",
    "magnesium": "Magnesium",
    "vitamin-b6": "Vitamin B6",
    "vitamin-c": "Vitamin C",
    "vitamin-e": "Vitamin E",
}
OTHER_RESULTS = "Kidney, blood and other results"
TOPICS = {
    "testing": "Testing",
    "absorption": "Absorption",
    "form": "Product",
    "diet": "Diet",
    "lifestyle": "Lifestyle",
    "time-course": "Time course",
    "mimic": "What else it may be",
    "evidence": "Evidence",
    "pregnancy": "Pregnancy",
}
LISTS = {
    "Condition": "the problem list",
    "MedicationRequest": "the medication list",
    "AllergyIntolerance": "the allergy list",
    "Procedure": "the list of procedures",
}
INTENDED_USE = "Supports a clinician’s judgement and does not replace it. Not validated for clinical use."


def count(number: int, one: str, many: str | None = None) -> str:
    """Such as "1 finding" and "3 findings"."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def sentence(text: str) -> str:
    """With a full stop, if nothing ends it yet."""
    return text if text.endswith((".", "!", "?")) else f"{text}."


def inside(name: str) -> str:
    """A name in the middle of a sentence; abbreviations keep their capitals, and so do names such as "C-reactive"."""
    return name[0].lower() + name[1:] if name[1:2].islower() else name
