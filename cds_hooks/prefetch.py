"""Prefetched data: what was sent, what was answered with nothing, and what could not be read.

Source: CDS Hooks 2.0.1 section Prefetch Template. What counts as an answer, ``clinical`` judges: for the command line
too. What was fetched afterwards stands under the same keys.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from cds_hooks.refusals import DataMissing
from cds_hooks.request import Answer
from clinical import LABORATORY_KEY, Answers, Gap, Need, Resource, State, answers_of, own_keys

__all__ = [
    "READABLE", "SENTENCES", "Gap", "Prefetched", "State", "gap_sentences", "open_needs", "own_keys",
    "read_any_prefetch", "read_prefetch",
]  # fmt: skip

READABLE = frozenset({"answered", "warned", "partial"})
# Not an answer of any kind, hence worth asking for. An error of the EHR is one: it is not asked for again.
_OPEN = frozenset({"foreign", "unreadable", "absent"})

# How a gap is told to a clinician, in the order of the card.
SENTENCES: dict[State, str] = {
    "refused": "The EHR reported an error instead of",
    "unanswered": "The EHR could not be reached, or not in time, for",
    "unreadable": "What the EHR sent could not be read as",
    "foreign": "Only another patient's data came, and none was used, for",
    "partial": "The EHR sent only a part of",
    "warned": "The EHR sent nothing but a warning about",
    "not-granted": "The EHR did not grant access to",
    "absent": "The EHR did not send",
}


class Prefetched(NamedTuple):
    """``answered``: the resource types of which an absent entry means that there is none."""

    resources: tuple[Resource, ...]
    answered: frozenset[str]
    gaps: tuple[Gap, ...]


def read_prefetch(
    prefetch: Mapping[str, Answer], needed: Sequence[Need], patient_id: str, failed: Mapping[str, State] | None = None
) -> Prefetched:
    """``failed`` tells by key what became of asking for it. Raises ``DataMissing`` (412) without laboratory results."""
    answers = answers_of(prefetch, needed, patient_id, failed)
    if not answers.other_results and not any(gap.need.laboratory and gap.state in READABLE for gap in answers.needs):
        raise DataMissing(_what_is_missing(answers.needs))
    return _prefetched(prefetch, answers)


def read_any_prefetch(
    prefetch: Mapping[str, Answer], needed: Sequence[Need], patient_id: str, failed: Mapping[str, State] | None = None
) -> Prefetched:
    """The same, where it depends on more than this whether enough was read: for orders the lists may do."""
    return _prefetched(prefetch, answers_of(prefetch, needed, patient_id, failed))


def _prefetched(prefetch: Mapping[str, Answer], answers: Answers) -> Prefetched:
    values = tuple(value for value in prefetch.values() if isinstance(value, Resource))
    gaps = tuple(gap for gap in answers.needs if gap.state != "answered")
    return Prefetched(values, answers.types, gaps)


def open_needs(prefetch: Mapping[str, Answer], needed: Sequence[Need], patient_id: str) -> list[Need]:
    """The needs that the prefetch leaves unanswered."""
    return [gap.need for gap in answers_of(prefetch, needed, patient_id).needs if gap.state in _OPEN]


def gap_sentences(gaps: Iterable[Gap]) -> list[str]:
    """One sentence per kind of gap, naming what is missing."""
    labels: dict[State, list[str]] = {}
    for need, state in gaps:
        labels.setdefault(state, []).append(need.label)
    return [f"{begins}: {', '.join(labels[state])}." for state, begins in SENTENCES.items() if state in labels]


def _what_is_missing(gaps: Sequence[Gap]) -> str:
    laboratory = [gap for gap in gaps if gap.need.laboratory]
    keys = [gap.need.key for gap in laboratory]
    told = gap_sentences(laboratory)
    return (
        f"No laboratory results could be read. {' '.join(told)} Prefetch keys: {', '.join(keys)} "
        f"(or {LABORATORY_KEY}). Where the EHR holds nothing, null or an empty searchset Bundle is an answer."
    )
