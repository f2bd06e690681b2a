"""Rows that are never reached, ids that stand twice, proposals nobody makes, companions that call each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations

from clinical.knowledge import question_schema as asked
from clinical.knowledge.checks.references import SIGNS
from clinical.knowledge.loading import Knowledge
from clinical.knowledge.placing import Placed, placed_items
from clinical.knowledge.problems import Problem
from clinical.knowledge.reading import KnowledgeFile
from clinical.knowledge.schema import Rule
from clinical.knowledge.visiting import all_parts_of

Position = tuple[int, int]


def table_problems(knowledge: Knowledge) -> Iterator[Problem]:
    """Faults in how the items of one jurisdiction hang together."""
    yield from _unreachable(knowledge.files)
    yield from _asked_too_early(knowledge.files)
    yield from _cautions_asked_too_early(knowledge)
    yield from _never_made(knowledge)
    yield from _cycles(knowledge)


def _unreachable(files: Iterable[KnowledgeFile]) -> Iterator[Problem]:
    for name, content in files:
        ended_by = ""
        for rule in content.rule:
            if ended_by:
                yield Problem(name, f"rule {rule.id}", f"is never reached: {ended_by} always ends the table before it")
            elif rule.terminal and isinstance(rule.when, asked.AskAlways):
                ended_by = rule.id


def _asked_too_early(files: tuple[KnowledgeFile, ...]) -> Iterator[Problem]:
    """A row can only ask for findings that an earlier row, or a band read by then, makes."""
    made = _first_made(files)
    for number, (name, content) in enumerate(files):
        for row, rule in enumerate(content.rule):
            for finding in _findings_asked(rule):
                if finding in made and made[finding] >= (number, row):
                    sentence = f"asks for finding '{finding}', which no earlier row makes"
                    yield Problem(name, f"rule {rule.id}", sentence)


def _first_made(files: Iterable[KnowledgeFile]) -> dict[str, Position]:
    made: dict[str, Position] = {}
    for number, (_, content) in enumerate(files):
        for band in content.band:
            if band.indicator:
                made.setdefault(band.id, (number, -1))
        for row, rule in enumerate(content.rule):
            for raised in rule.findings:
                made.setdefault(raised.finding, (number, row))
    return made


def _findings_asked(rule: Rule) -> Iterator[str]:
    for question in all_parts_of(rule):
        if isinstance(question, asked.AskFinding):
            yield from question.finding


def _cautions_asked_too_early(knowledge: Knowledge) -> Iterator[Problem]:
    """Cautions are read in order too: one can only build on those above it."""
    cautions = [placed for placed in placed_items(knowledge.files) if placed.kind == "caution"]
    read: set[str] = set()
    for placed in cautions:
        for question in all_parts_of(placed.item):
            below = set(question.caution) - read if isinstance(question, asked.AskCaution) else set()
            for name in sorted(below & {one.item.id for one in cautions}):
                yield placed.problem(f"asks for caution '{name}', which does not stand above it")
        read.add(placed.item.id)


def _never_made(knowledge: Knowledge) -> Iterator[Problem]:
    items = list(placed_items(knowledge.files))
    proposed = {name for placed in items for name in _proposals_of(placed)}
    raised = {one.finding for placed in items if placed.kind == "rule" for one in placed.item.findings}
    for placed in items:
        if placed.kind == "proposal" and placed.item.id not in proposed:
            yield placed.problem("nothing ever proposes it")
        if placed.kind == "finding" and placed.item.id not in raised:
            yield placed.problem("no rule ever makes it")
        if placed.kind == "finding" and _band_makes(placed.item.id, knowledge):
            yield placed.problem("a band with an indicator makes a finding of this id already")


def _band_makes(finding: str, knowledge: Knowledge) -> bool:
    return any(band.indicator for band in knowledge.bands_by_id.get(finding, ()))


def _proposals_of(placed: Placed) -> Iterator[str]:
    # "stands_for": an order may be what nobody here proposes, so that cautions speak of it.
    for word in ("proposes", "retest", "stands_for"):
        for name in getattr(placed.item, word, ()):
            yield name.rstrip(SIGNS)
    for companion in getattr(placed.item, "companions", ()):
        yield companion.proposal


def _cycles(knowledge: Knowledge) -> Iterator[Problem]:
    for placed in placed_items(knowledge.files):
        if placed.kind == "proposal" and placed.item.id in _companions_of(placed.item.id, knowledge):
            yield placed.problem("comes along with itself: its companions lead back to it")


def _companions_of(proposal_id: str, knowledge: Knowledge) -> set[str]:
    """Everything that comes along with a proposal, directly or through another companion."""
    found: set[str] = set()
    waiting = [proposal_id]
    while waiting:
        proposal = knowledge.proposals.get(waiting.pop())
        new = {one.proposal for one in proposal.companions} - found if proposal else set()
        found |= new
        waiting.extend(new)
    return found


def duplicate_problems(files: Iterable[KnowledgeFile]) -> Iterator[Problem]:
    """The same id twice where both would hold. Cautions and reserves may: one entry per case."""
    groups: dict[tuple[str, ...], list[Placed]] = {}
    for placed in placed_items(files):
        for key in _keys(placed):
            groups.setdefault(key, []).append(placed)
    for group in groups.values():
        for first, second in combinations(group, 2):
            both = [name for name in first.item.jurisdictions if name in second.item.jurisdictions]
            if both:
                yield second.problem(f"stands twice for {', '.join(both)}: also as {first.name} of {first.file}")


def _keys(placed: Placed) -> Iterator[tuple[str, ...]]:
    item, kind = placed.item, placed.kind
    if kind == "band":
        yield (kind, item.id, item.analyte)
    elif kind == "freshness":
        yield (kind, item.analyte)
    elif kind not in ("caution", "conflict", "reserve"):
        yield (kind, item.id)
