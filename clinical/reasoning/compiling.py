"""The knowledge made ready to be asked: every question a function, every pattern resolved. Once per knowledge."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import NamedTuple

from clinical.knowledge import Knowledge, schema
from clinical.knowledge.once import once_per_item
from clinical.knowledge.schema import Band, Caution, Escalation, Finding, Indicator, Proposal, Reserve, Rule
from clinical.reasoning.assessment import Advice
from clinical.reasoning.questions import Ask, compile_condition, compile_question
from clinical.reasoning.triggers import Gatehouse, Gates, gates_of


class AskedRule(NamedTuple):
    rule: Rule
    ask: Ask
    gates: Gates


class AskedBand(NamedTuple):
    band: Band
    ask: Ask | None


class AskedCaution(NamedTuple):
    """``affected`` are the proposals that it ``affects``, in reading order."""

    caution: Caution
    ask: Ask
    relevant: Ask | None
    affects: frozenset[str]
    gates: Gates
    affected: tuple[str, ...]
    takes_the_tick: bool


class AskedProposal(NamedTuple):
    """``variants``: when the proposal is made with another order, and with which."""

    proposal: Proposal
    ask: Ask | None
    variants: tuple[tuple[Ask, Proposal], ...] = ()


class AskedAdvice(NamedTuple):
    """``advice`` as it is told where it applies."""

    advice: Advice
    ask: Ask
    gates: Gates


class AskedReserve(NamedTuple):
    reserve: Reserve
    ask: Ask
    gates: Gates


class Part(NamedTuple):
    """One file: its bands that are findings, then its decision table."""

    nutrient: str | None
    bands: tuple[AskedBand, ...]
    rules: tuple[AskedRule, ...]


class CompiledKnowledge:
    """What ``assess`` works with. Holds the knowledge it was made of."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.parts = tuple(
            Part(
                file.content.nutrient,
                tuple(AskedBand(band, self._condition(band.when)) for band in file.content.band if band.indicator),
                tuple(AskedRule(rule, *self._gated(rule.when)) for rule in file.content.rule),
            )
            for file in knowledge.files
        )
        self.proposals = {
            name: AskedProposal(proposal, self._ask(proposal.when), tuple(self._variants(proposal)))
            for name, proposal in knowledge.proposals.items()
        }
        self.cautions = tuple(self._caution(caution) for caution in knowledge.cautions)
        self.gated_cautions = Gatehouse(self.cautions)
        self.tick_takers = {
            name: [place for place, one in enumerate(self.cautions) if one.takes_the_tick and name in one.affects]
            for name in knowledge.proposals
        }
        self.order_cautions = tuple(
            self._caution(caution) for file in knowledge.files for caution in file.content.order_caution
        )
        self.advice = Gatehouse([AskedAdvice(self._worded(item), *self._gated(item.when)) for item in knowledge.advice])
        self.escalations = {
            statement.id: tuple(self._escalations(statement.escalates)) for statement in self._statements()
        }
        self.speaking = {
            statement.id: compile_condition(statement.speaks_when, knowledge)
            for statement in self._statements()
            if statement.speaks_when is not None
        }
        self.shorter = {
            name: tuple((shorter.days, compile_condition(shorter.when, knowledge)) for shorter in freshness.shorter)
            for name, freshness in knowledge.freshness.items()
        }
        self.reserves = Gatehouse(
            [AskedReserve(item, *self._gated(item.when)) for file in knowledge.files for item in file.content.reserve]
        )
        self.derivations = tuple(item for file in knowledge.files for item in file.content.derivation)

    def _worded(self, item: schema.Advice) -> Advice:
        return Advice(item.id, self.knowledge.nutrient_of.get(item.id), item.topic, item.text, item.sources)

    def _ask(self, question: object) -> Ask | None:
        return None if question is None else compile_question(question, self.knowledge)

    def _condition(self, question: object) -> Ask | None:
        return None if question is None else compile_condition(question, self.knowledge)

    def _gated(self, question: object) -> tuple[Ask, Gates]:
        return compile_condition(question, self.knowledge), gates_of(question, self.knowledge)

    def _caution(self, caution: Caution) -> AskedCaution:
        affected = tuple(
            name for name in self.knowledge.proposals if any(fnmatchcase(name, pattern) for pattern in caution.affects)
        )
        ask, gates = compile_question(caution.when, self.knowledge), gates_of(caution.when, self.knowledge)
        return AskedCaution(
            caution, ask, self._ask(caution.relevant_when), frozenset(affected), gates, affected, caution.takes_the_tick
        )

    def _variants(self, proposal: Proposal) -> Iterable[tuple[Ask, Proposal]]:
        for variant, proposed in zip(proposal.variants, proposal.each()[1:], strict=True):
            yield compile_question(variant.when, self.knowledge), proposed

    def _statements(self) -> Iterable[Finding | Band]:
        yield from self.knowledge.findings.values()
        for bands in self.knowledge.bands_by_id.values():
            yield from bands

    def _escalations(self, escalations: Iterable[Escalation]) -> Iterable[tuple[Indicator, Ask]]:
        for escalation in escalations:
            yield escalation.to, compile_condition(escalation.when, self.knowledge)


@once_per_item(at_most=12)
def compiled(knowledge: Knowledge) -> CompiledKnowledge:
    """Compiled once per knowledge object; the few in use (one per jurisdiction) are kept."""
    return CompiledKnowledge(knowledge)
