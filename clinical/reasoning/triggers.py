"""What must be on the chart for a rule to hold at all: found out of its question once, so that most need not be asked.

A *gate* is a set of marks of which at least one must be there. A question has as many gates as it has necessary parts,
none where its answer can be yes on any chart (age, sex, "not on file"). Gates only spare work: a question whose gates
are open is still asked, and one with a shut gate could not be answered yes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from fnmatch import fnmatchcase
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from clinical.knowledge import Knowledge
from clinical.knowledge import question_schema as asked


class Gate(NamedTuple):
    """Marks such as ``medication:ppi``, and the kinds that they are of."""

    marks: frozenset[str]
    kinds: frozenset[str]


Gates = tuple[Gate, ...]


def gates_of(question: Any, knowledge: Knowledge) -> Gates:
    """The gates of a question; those about common things, measured analytes, last."""
    return tuple(sorted(_gates(question, knowledge), key=lambda gate: ("analyte" in gate.kinds, len(gate.marks))))


def open_to(gates: Gates, marks: Set[str]) -> bool:
    """Can a question with these gates be answered yes where ``marks`` are what the chart holds?"""
    for gate in gates:  # noqa: SIM110  asked some three hundred times a call: a loop costs half of all()
        if gate.marks.isdisjoint(marks):
            return False
    return True


class Gated(Protocol):
    """A compiled rule."""

    @property
    def gates(self) -> Gates: ...


Rule = TypeVar("Rule", bound=Gated)


class Gatehouse(Generic[Rule]):
    """Many rules in reading order, found by what is on the chart: a chart holds few of the marks that rules ask for."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = rules
        self._ungated = [place for place, rule in enumerate(rules) if not rule.gates]
        # What opens the first gate of a rule, with the other gates of that rule.
        self._by_mark: dict[str, list[tuple[int, Gates]]] = {}
        for place, rule in enumerate(rules):
            for mark in rule.gates[0].marks if rule.gates else ():
                self._by_mark.setdefault(mark, []).append((place, rule.gates[1:]))

    def __iter__(self) -> Iterator[Rule]:
        return iter(self._rules)

    def open(self, marks: Set[str]) -> list[Rule]:
        """The rules whose gates are open to these marks, in reading order."""
        return [self._rules[place] for place in self.open_places(marks)]

    def open_places(self, marks: Set[str], besides: Iterable[int] = ()) -> list[int]:
        """Their places, and those of ``besides`` that others found worth asking."""
        found = {*self._ungated, *besides}
        for mark in marks:
            for place, others in self._by_mark.get(mark, ()):
                if not others or open_to(others, marks):
                    found.add(place)
        return sorted(found)


def surely_not(gates: Gates, marks: Set[str], definite: Set[str]) -> bool:
    """Is the answer a plain no, with nothing missing: is a gate shut whose kinds the chart answers in full?"""
    for gate in gates:  # noqa: SIM110  as above
        if gate.kinds <= definite and gate.marks.isdisjoint(marks):
            return True
    return False


def _gates(question: Any, knowledge: Knowledge) -> Iterable[Gate]:
    if isinstance(question, asked.AskAll):
        return [gate for part in question.all for gate in _gates(part, knowledge)]
    if isinstance(question, asked.AskAny):
        return _either([tuple(_gates(part, knowledge)) for part in question.any])
    if isinstance(question, asked.AskAnalyte):
        return [] if question.measured is False else [_gate("analyte", [question.analyte])]
    if isinstance(question, asked.AskProposed):
        names = knowledge.proposals
        return [_gate("proposal", (name for name in names for glob in question.proposed if fnmatchcase(name, glob)))]
    return _simple(question)


_WORDS: dict[type, str] = {
    asked.AskBand: "band",
    asked.AskFinding: "finding",
    asked.AskCondition: "condition",
    asked.AskMedication: "medication",
    asked.AskAllergy: "allergy",
    asked.AskProcedure: "procedure",
}


def _simple(question: object) -> Iterable[Gate]:
    word = _WORDS.get(type(question))
    if word is None:
        return []
    named = getattr(question, word)
    return [_gate(word, (named,) if isinstance(named, str) else named)]


def _gate(kind: str, names: Iterable[str]) -> Gate:
    return Gate(frozenset(f"{kind}:{name}" for name in names), frozenset({kind}))


def _either(branches: list[Gates]) -> Iterable[Gate]:
    """One gate that is open if the narrowest gate of some branch is; none if some branch has none."""
    if not all(branches):
        return []
    narrowest = [min(gates, key=lambda gate: len(gate.marks)) for gates in branches]
    none: frozenset[str] = frozenset()
    return [Gate(none.union(*(gate.marks for gate in narrowest)), none.union(*(gate.kinds for gate in narrowest)))]
