"""Which data about the person an item of the knowledge uses: by its own questions, or by those that it rests on.

A rule that asks for a finding uses what that finding's rules ask; a proposal uses what its proposers and its
contraindications ask; a row of a decision table is reached only past the terminal rows above it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatchcase
from typing import Any, Literal, NamedTuple

from clinical.knowledge import question_schema as asked
from clinical.knowledge.loading import Knowledge
from clinical.knowledge.placing import Placed, placed_items
from clinical.knowledge.question_schema import Question
from clinical.knowledge.schema import Caution
from clinical.knowledge.visiting import all_parts_of
from clinical.knowledge.wording import in_words

Datum = Literal["age", "sex", "pregnancy"]

_ASKING: dict[Datum, tuple[type, ...]] = {
    "age": (asked.AskAge,),
    "sex": (asked.AskSex,),
    "pregnancy": (asked.AskPregnant, asked.AskTrimester),
}
Test = Callable[[Placed], bool]


class Use(NamedTuple):
    """``asked``: what the item itself asks, in words. ``through``: the items that ask, on which it rests."""

    asked: tuple[str, ...] = ()
    through: tuple[Placed, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.asked or self.through)


class Uses:
    """Worked out once for a knowledge; ``of`` tells about one of its items."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._items = tuple(placed_items(knowledge.files))
        self._rests_on = {id(placed.item): self._supports(placed) for placed in self._items}

    def of(self, item: Any, datum: Datum) -> Use:
        through = (placed for placed in self._all_beneath(item) if any(_clauses(placed.item, datum)))
        clauses = dict.fromkeys(in_words(question, self._knowledge) for question in _clauses(item, datum))
        return Use(tuple(clauses), tuple(through))

    def _all_beneath(self, item: Any) -> list[Placed]:
        """Everything on which an item rests, however deep, in reading order; without itself."""
        found: set[int] = {id(item)}
        waiting = [item]
        while waiting:
            beneath = [one.item for one in self._rests_on[id(waiting.pop())] if id(one.item) not in found]
            found |= {id(one) for one in beneath}
            waiting += beneath
        return [placed for placed in self._items if id(placed.item) in found and placed.item is not item]

    def _supports(self, placed: Placed) -> list[Placed]:
        supports = [test for question in all_parts_of(placed.item) for test in _supports_of_question(question)]
        supports += _supports_of_kind(placed)
        found = [other for other in self._items if any(test(other) for test in supports)]
        return found + (self._terminal_rows_above(placed) if placed.kind == "rule" else [])

    def _terminal_rows_above(self, row: Placed) -> list[Placed]:
        table = [other for other in self._items if other.kind == "rule" and other.file == row.file]
        place = next(place for place, other in enumerate(table) if other.item is row.item)
        return [other for other in table[:place] if other.item.terminal]


def _clauses(item: Any, datum: Datum) -> Iterator[Question]:
    return (question for question in all_parts_of(item) if isinstance(question, _ASKING[datum]))


def _supports_of_question(question: Question) -> Iterator[Test]:
    match question:
        case asked.AskFinding(finding=names):
            yield lambda other: any(_makes(other, name) for name in names)
        case asked.AskCaution(caution=names):
            yield lambda other: other.kind == "caution" and other.item.id in names
        case asked.AskProposed(proposed=patterns):
            yield lambda other: other.kind == "proposal" and _matches(other.item.id, patterns)
        case _:
            return


def _supports_of_kind(placed: Placed) -> Iterator[Test]:
    item = placed.item
    if placed.kind == "finding":
        yield lambda other: _makes(other, item.id)
    if placed.kind == "proposal":
        yield lambda other: _proposes(other.item, item.id) or _holds_back(other.item, item.id)


def _makes(other: Placed, finding: str) -> bool:
    if other.kind == "rule":
        return any(raised.finding == finding for raised in other.item.findings)
    return other.kind == "band" and other.item.indicator is not None and bool(other.item.id == finding)


def _proposes(item: Any, proposal: str) -> bool:
    named = (*getattr(item, "proposes", ()), *getattr(item, "retest", ()))
    companions = (companion.proposal for companion in getattr(item, "companions", ()))
    return proposal in {name.rstrip("!?") for name in named} or proposal in companions


def _holds_back(item: Any, proposal: str) -> bool:
    if isinstance(item, Caution):  # whose ``withholds`` is a yes or no, and names nothing
        return item.holds_back and _matches(proposal, item.affects)
    return _matches(proposal, getattr(item, "withholds", ()))


def _matches(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)
