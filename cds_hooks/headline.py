"""What a card's summary says: the number as reported, its day, and what it means."""

from __future__ import annotations

import re
from collections.abc import Collection

from cds_hooks.belonging import Belonging
from cds_hooks.matters import GRAVE, Matter
from cds_hooks.reported import newest_of, result_behind
from cds_hooks.summary import shorten
from cds_hooks.topics import MEDICINES
from clinical import Assessment, Finding, told

_END_OF_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")


def headline(matter: Matter, assessment: Assessment, belonging: Belonging) -> str:
    """At most 139 characters."""
    if matter.topic == MEDICINES:
        return shorten(_of_medicines(matter))
    if matter.findings:
        return shorten(_of_finding(matter.findings[0], assessment))
    analytes = belonging.analytes(matter.topic)
    return shorten(
        _of_caution(matter, assessment, analytes) if matter.cautions else _of_proposal(matter, assessment, analytes)
    )


def first_sentence(text: str) -> str:
    return _END_OF_SENTENCE.split(text, maxsplit=1)[0].rstrip(".")


def _of_finding(finding: Finding, assessment: Assessment) -> str:
    result = result_behind(finding, assessment)
    if result is None:
        return f"{finding.title}: {in_running_text(first_sentence(finding.because))}"
    return f"{told(result)}: {in_running_text(finding.title)}"


def _of_caution(matter: Matter, assessment: Assessment, analytes: Collection[str]) -> str:
    """Nothing was found, but something that would have been proposed is held back."""
    reason = max(
        matter.cautions, key=lambda caution: (caution.severity == "contraindicated", caution.severity in GRAVE)
    )
    result = newest_of(analytes, assessment)
    sentence = first_sentence(reason.text)
    return f"{told(result)}; {in_running_text(sentence)}" if result else sentence


def _of_proposal(matter: Matter, assessment: Assessment, analytes: Collection[str]) -> str:
    """Nothing was found, but something is to be done: most often a result to repeat, be it too old to be used."""
    result = newest_of(analytes, assessment, usable_only=False)
    label = in_running_text(matter.proposals[0].label)
    return f"{told(result)}: {label}" if result else matter.proposals[0].label


def _of_medicines(matter: Matter) -> str:
    grave = [caution for caution in matter.cautions if caution.severity in GRAVE]
    if len(grave) == 1:
        return first_sentence(grave[0].text)
    return f"{len(grave)} kinds of medicine on the list may aggravate restless legs"


def in_running_text(text: str) -> str:
    """Without the capital of a sentence's start; "TSAT" and "B12" keep theirs."""
    return text[:1].lower() + text[1:] if text[1:2].islower() else text
