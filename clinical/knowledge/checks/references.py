"""Names that lead nowhere: analytes, limits, bands, findings, cautions, proposals, sources and value sets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import get_args

import terminology
from clinical.knowledge import question_schema as asked
from clinical.knowledge.loading import Knowledge
from clinical.knowledge.placing import Placed, placed_items
from clinical.knowledge.problems import Problem
from clinical.knowledge.question_schema import Question
from clinical.knowledge.schema import SpanId
from clinical.knowledge.visiting import all_parts_of

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
SIGNS = "!?"  # "S.FE.PO!": without companions and never ticked; "S.FE.PO?": never ticked


def reference_problems(knowledge: Knowledge) -> Iterator[Problem]:
    """Every name in the knowledge of one jurisdiction that stands for nothing."""
    names = Names(knowledge)
    yield from _missing_spans(knowledge)
    for placed in placed_items(knowledge.files):
        told = [*_item_faults(placed, names)]
        for question in all_parts_of(placed.item):
            told += _question_faults(question, names)
        yield from (placed.problem(sentence) for sentence in dict.fromkeys(told))


def _missing_spans(knowledge: Knowledge) -> Iterator[Problem]:
    for name in get_args(SpanId):
        if name not in knowledge.days:
            yield Problem(knowledge.files[0].name, f"span {name}", "is missing: it is asked for by this name")


class Names:
    """What can be named in one jurisdiction."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.analytes = frozenset(terminology.ANALYTES)
        self.limits = frozenset(knowledge.limits)
        self.bands = frozenset(knowledge.bands_by_id)
        flagged = {name for name, bands in knowledge.bands_by_id.items() if any(band.indicator for band in bands)}
        self.findings = frozenset(knowledge.findings) | flagged
        self.cautions = frozenset(caution.id for caution in knowledge.cautions)
        self.order_cautions = frozenset(one.id for file in knowledge.files for one in file.content.order_caution)
        self.proposals = frozenset(knowledge.proposals)
        self.sources = frozenset(knowledge.sources)
        self.value_sets = {name: terminology.value_set(name).kind for name in terminology.value_set_ids()}


def _item_faults(placed: Placed, names: Names) -> Iterator[str]:
    item = placed.item
    yield from unknown("source", item.sources, names.sources)
    yield from _analyte_faults(placed, names)
    proposed = (*getattr(item, "proposes", ()), *getattr(item, "retest", ()))
    yield from unknown("proposal", (name.rstrip(SIGNS) for name in proposed), names.proposals)
    yield from unknown("proposal", (one.proposal for one in getattr(item, "companions", ())), names.proposals)
    yield from _unmatched("proposal", _patterns(item, "affects", "withholds"), names.proposals)
    yield from _unmatched("finding", _patterns(item, "concerns"), names.findings)
    yield from unknown("finding", (one.finding for one in getattr(item, "findings", ())), names.findings)
    yield from unknown("limit", filter(None, [getattr(item, "up_to", None)]), names.limits)
    for because in (getattr(item, "because", ""), *(one.because or "" for one in getattr(item, "findings", ()))):
        yield from _placeholder_faults(because, names)


def _analyte_faults(placed: Placed, names: Names) -> Iterator[str]:
    item = placed.item
    one: str | None = getattr(item, "analyte", None)
    if placed.kind == "limit" and is_daily_dose(item.values[0].unit):
        # A daily dose belongs to a nutrient, whether or not a laboratory measures it.
        yield from unknown("analyte or nutrient", (one or "",), names.analytes | set(names.knowledge.nutrients))
        return
    several = (*getattr(item, "analytes", ()), *getattr(item, "of", ()))
    yield from unknown("analyte", (*([one] if one else []), *several), names.analytes)


def is_daily_dose(unit: str) -> bool:
    """Whether a limit counts what is taken rather than what is measured."""
    return unit.endswith("/d") or "[IU]" in unit


def _patterns(item: object, *words: str) -> list[str]:
    """The names under ``words``. A caution's ``withholds`` is a yes or no, and names nothing."""
    lists = [getattr(item, word, ()) for word in words]
    return [pattern for patterns in lists if isinstance(patterns, tuple) for pattern in patterns]


def _question_faults(question: Question, names: Names) -> Iterator[str]:
    match question:
        case asked.AskAnalyte():
            yield from _asked_analyte_faults(question, names)
        case asked.AskBand():
            yield from unknown("band", question.band, names.bands)
        case asked.AskFinding():
            yield from unknown("finding", question.finding, names.findings)
        case asked.AskProposed():
            yield from _unmatched("proposal", question.proposed, names.proposals)
        case asked.AskCaution():
            yield from unknown("caution", question.caution, names.cautions)
        case asked.AskCondition():
            yield from value_set_faults(("condition",), question.condition, names)
        case asked.AskMedication():
            yield from value_set_faults(("drug",), question.medication, names)
            yield from unknown("limit", filter(None, (question.daily_above, question.daily_at_least)), names.limits)
        case asked.AskAllergy():
            yield from value_set_faults(("drug", "allergy"), question.allergy, names)
        case asked.AskProcedure():
            yield from value_set_faults(("procedure",), question.procedure, names)


def _asked_analyte_faults(question: asked.AskAnalyte, names: Names) -> Iterator[str]:
    paired = [question.paired_with] if question.paired_with else []
    yield from unknown("analyte", [question.analyte, *paired], names.analytes)
    for name in (question.below, question.at_most, question.above, question.at_least, question.of):
        if name is None:
            continue
        yield from unknown("limit", [name], names.limits)
        limit = names.knowledge.limits.get(name)
        if limit and limit.analyte != question.analyte:
            yield f"limit '{name}' is one of {limit.analyte}, but {question.analyte} is compared with it"
    if (question.within_percent is None) != (question.of is None):
        yield "'within_percent' and 'of' belong together"


def value_set_faults(kinds: tuple[str, ...], given: str | tuple[str, ...], names: Names) -> Iterator[str]:
    """A sentence for each name that is no value set of these kinds."""
    known = frozenset(name for name, kind in names.value_sets.items() if kind in kinds)
    for name in (given,) if isinstance(given, str) else given:
        yield from unknown(f"{kinds[0]} value set", [name], known)


def _placeholder_faults(because: str, names: Names) -> Iterator[str]:
    for inside in PLACEHOLDER.findall(because):
        kind, _, name = inside.rpartition(":")
        if kind == "limit":
            yield from unknown("limit", [name], names.limits)
        elif inside not in names.analytes:
            yield f"unknown placeholder '{{{inside}}}'{_did_you_mean(inside, names.analytes)}"


def unknown(kind: str, given: Iterable[str], known: frozenset[str]) -> Iterator[str]:
    """A sentence for each name that stands for nothing, with the one that may have been meant."""
    for name in given:
        if name not in known:
            yield f"unknown {kind} '{name}'{_did_you_mean(name, known)}"


def _unmatched(kind: str, patterns: Iterable[str], known: frozenset[str]) -> Iterator[str]:
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in known):
            yield f"no {kind} matches '{pattern}'{_did_you_mean(pattern, known)}"


def _did_you_mean(name: str, known: frozenset[str]) -> str:
    close = get_close_matches(name, sorted(known), n=1, cutoff=0.8)
    return f" (did you mean '{close[0]}'?)" if close else ""
