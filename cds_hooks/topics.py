"""What a card is about. EHRs remember a clinician's choices by these codes, so they never change.

Epic takes only letters and digits (at most 100) as ``source.topic.code``.
"""

from __future__ import annotations

from cds_hooks.response import Coding

MEDICINES = "medicines"
SAFETY = "safety"
INCOMPLETE = "incomplete"

# In the order in which cards of the same indicator are shown.
TOPICS: dict[str, tuple[str, str]] = {
    SAFETY: ("safety", "Safety of supplements"),
    "iron": ("iron", "Iron in restless legs"),
    "vitamin-b12": ("vitaminB12", "Vitamin B12"),
    "folate": ("folate", "Folate"),
    "magnesium": ("magnesium", "Magnesium"),
    "vitamin-d": ("vitaminD", "Vitamin D"),
    "vitamin-b6": ("vitaminB6", "Vitamin B6"),
    "vitamin-c": ("vitaminC", "Vitamin C"),
    "vitamin-e": ("vitaminE", "Vitamin E"),
    MEDICINES: ("medicines", "Medicines that may aggravate restless legs"),
    INCOMPLETE: ("incomplete", "Results that could not be read"),
}
ORDER = {topic: place for place, topic in enumerate(TOPICS)}


def topic_coding(topic: str, public_url: str) -> Coding:
    """The code system is our own and has an address under the service's public one."""
    code, display = TOPICS[topic]
    return Coding(system=f"{public_url}/CodeSystem/topics", code=code, display=display)
