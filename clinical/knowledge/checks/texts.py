"""Texts as a clinician meets them, and the dates on which somebody last read them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from clinical.knowledge.placing import Placed
from clinical.knowledge.problems import Problem

LONGEST_SENTENCE = 400
LONGEST_LABEL = 120
LABELS = ("label", "title")
NOT_PROSE = ("id", "unit", "because", "jurisdictions")
SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
HTML = re.compile(r"</?[a-zA-Z][^<>]*>|&[a-z]+;|&#\d+;")
UNFINISHED = re.compile(r"\b(TODO|TBD|TBC|FIXME|XXX+)\b|lorem ipsum|\?\?\?", re.IGNORECASE)


def text_problems(placed: Placed) -> Iterator[Problem]:
    """Unfinished, overlong or marked-up texts of one item."""
    for word, text in _texts(placed.item.model_dump(), ""):
        yield from (placed.problem(f"'{word}' {fault}") for fault in _text_faults(word, text))


def _texts(value: Any, word: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield word, value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _texts(inner, name)
    elif isinstance(value, tuple | list):
        for inner in value:
            yield from _texts(inner, word)


def _text_faults(word: str, text: str) -> Iterator[str]:
    markup = HTML.search(text)
    if markup:
        yield f"holds markup ({markup[0]}); texts are plain"
    if UNFINISHED.search(text):
        yield "is not finished"
    if word in LABELS and len(text) > LONGEST_LABEL:
        yield f"has {len(text)} characters; {LONGEST_LABEL} fit on a card"
    if any(len(sentence) > LONGEST_SENTENCE for sentence in SENTENCE_END.split(text)):
        yield f"has a sentence of more than {LONGEST_SENTENCE} characters"
    if word not in NOT_PROSE and "{" in text and " " in text:
        yield "holds a placeholder; only 'because' is filled in"


def date_problems(placed: Placed, today: date) -> Iterator[Problem]:
    """Reviews that are overdue, or dates that cannot be."""
    reviewed, due = placed.item.reviewed, placed.item.due
    if due < today:
        yield placed.problem(f"its review was due on {due}")
    if reviewed > today:
        yield placed.problem(f"it was reviewed on {reviewed}, which is still to come")
    if due <= reviewed:
        yield placed.problem(f"its review is due on {due}, but was done on {reviewed}")
