"""From candidates to proposals: cautions are asked, what they hold back is withheld, the rest is drafted as orders.

Safety order: a caution that holds back always wins; a warning or an unknown contraindication takes the tick away; a
proposal is made only where its own conditions are answered yes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from clinical.knowledge import schema
from clinical.knowledge.order_schema import LaboratoryOrder
from clinical.orders import draft_medication_request, draft_service_requests
from clinical.reasoning.already_ordered import is_drafted, tests_left
from clinical.reasoning.answers import Answer, distinct
from clinical.reasoning.assessment import Caution, Proposal, Withheld
from clinical.reasoning.compiling import AskedCaution, AskedProposal, CompiledKnowledge
from clinical.reasoning.deciding import Decisions, ask
from clinical.reasoning.evidence import Evidence
from clinical.reasoning.sentences import named
from clinical.reasoning.triggers import surely_not


class Held(msgspec.Struct, frozen=True):
    """A caution that was asked, with its answer."""

    asked: AskedCaution
    answer: Answer


class Offer(msgspec.Struct):
    """What is made of the candidates, with the days after which each is due, and of its tests those not yet ordered."""

    made: dict[str, int] = {}
    left: dict[str, tuple[LaboratoryOrder, ...]] = {}
    held_back: dict[str, list[str]] = {}
    open_points: dict[str, tuple[str, ...]] = {}
    cautions: list[Held] = []


def offer(knowledge: CompiledKnowledge, evidence: Evidence, decisions: Decisions) -> Offer:
    """Which proposals are made, which are held back and by what."""
    result = Offer()
    _keep_fitting(knowledge, evidence, decisions, result)
    for place in knowledge.gated_cautions.open_places(evidence.marks, _left_open(knowledge, evidence)):
        result.cautions.append(ask_caution(knowledge.cautions[place], evidence, decisions))
    _hold_back(evidence, result)
    for name in evidence.candidates:
        if name not in result.held_back and not is_drafted(knowledge.proposals[name].proposal, evidence):
            result.made[name] = 0
    _add_companions(knowledge, decisions, result)
    _add_what_cautions_ask_for(knowledge, evidence, decisions, result)
    leave_out_what_is_ordered(knowledge, evidence, result)
    evidence.candidates = dict.fromkeys(result.made)
    return result


def _left_open(knowledge: CompiledKnowledge, evidence: Evidence) -> Iterator[int]:
    """Places of cautions that matter also where they are unknown: grave ones about something that may be proposed."""
    for place in {place for name in evidence.candidates for place in knowledge.tick_takers[name]}:
        if not surely_not(knowledge.cautions[place].gates, evidence.marks, evidence.definite):
            yield place


def _keep_fitting(knowledge: CompiledKnowledge, evidence: Evidence, decisions: Decisions, result: Offer) -> None:
    for name in tuple(evidence.candidates):
        fits = _fits(name, knowledge, evidence, decisions)
        if fits.yes:
            result.open_points[name] = fits.missing
        else:
            del evidence.candidates[name]


def _fits(name: str, knowledge: CompiledKnowledge, evidence: Evidence, decisions: Decisions) -> Answer:
    question = knowledge.proposals[name].ask
    return Answer(True) if question is None else ask(question, evidence, decisions.faults, name)


def ask_caution(asked: AskedCaution, evidence: Evidence, decisions: Decisions) -> Held:
    """Asks whether a caution holds. To be asked in reading order: later cautions ask about earlier ones."""
    name = asked.caution.id
    answer = ask(asked.ask, evidence, decisions.faults, name)
    earlier = evidence.cautions.get(name)
    if earlier is None or answer.truth or (earlier.truth is False and answer.truth is None):
        evidence.cautions[name] = answer
    return Held(asked, answer)


def _hold_back(evidence: Evidence, result: Offer) -> None:
    for held in result.cautions:
        if held.answer.yes and held.asked.caution.holds_back:
            for name in evidence.candidates:
                if name in held.asked.affects:
                    result.held_back.setdefault(name, []).append(held.asked.caution.id)
    evidence.withheld.update(dict.fromkeys(result.held_back))


def _add_companions(knowledge: CompiledKnowledge, decisions: Decisions, result: Offer) -> None:
    for name in tuple(result.made):
        if name in decisions.alone:
            continue
        for companion in knowledge.proposals[name].proposal.companions:
            if companion.proposal not in result.made and companion.proposal not in result.held_back:
                result.made[companion.proposal] = companion.after_days
                decisions.askers.setdefault(companion.proposal, knowledge.knowledge.nutrient_of.get(name))
                reasons = decisions.reasons.get(companion.proposal, ()) + decisions.reasons.get(name, ())
                decisions.reasons[companion.proposal] = distinct(reasons)


def _add_what_cautions_ask_for(
    knowledge: CompiledKnowledge, evidence: Evidence, decisions: Decisions, result: Offer
) -> None:
    for held in result.cautions:
        if held.asked.caution.proposes and held.answer.yes and is_relevant(held, evidence, decisions, result):
            for name in held.asked.caution.proposes:
                if name not in result.made and _fits(name, knowledge, evidence, decisions).yes:
                    result.made[name] = 0
                    asker = evidence.knowledge.nutrient_of.get(held.asked.caution.id)
                    decisions.askers.setdefault(name, asker)
                    decisions.reasons[name] = distinct((*decisions.reasons.get(name, ()), *held.answer.facts))


def leave_out_what_is_ordered(knowledge: CompiledKnowledge, evidence: Evidence, result: Offer) -> None:
    """A proposal of tests is silent where all of them are ordered already, and otherwise made for the others."""
    for name, after_days in tuple(result.made.items()):
        proposal = knowledge.proposals[name].proposal
        if proposal.laboratory:
            result.left[name] = tests_left(proposal, after_days, evidence)
            if not result.left[name]:
                del result.made[name]


def is_relevant(held: Held, evidence: Evidence, decisions: Decisions, result: Offer) -> bool:
    """Does it affect a proposal made or withheld here, or a finding here (decision 2)?"""
    asked = held.asked
    if any(name in result.made or name in evidence.withheld for name in asked.affects):
        return True
    if any(name in evidence.findings for name in asked.caution.concerns):
        return True
    return asked.relevant is not None and ask(asked.relevant, evidence, decisions.faults, asked.caution.id).yes


def worded_cautions(evidence: Evidence, decisions: Decisions, result: Offer) -> tuple[Caution, ...]:
    """Every caution whose trigger holds on this chart, in reading order."""
    return tuple(
        _caution(held, is_relevant(held, evidence, decisions, result), evidence)
        for held in result.cautions
        if held.answer.yes
    )


def _caution(held: Held, relevant: bool, evidence: Evidence) -> Caution:
    caution = held.asked.caution
    return Caution(
        id=caution.id,
        nutrient=evidence.knowledge.nutrient_of.get(caution.id),
        severity=caution.severity,
        affects=held.asked.affected,
        relevant=relevant,
        holds_back=caution.holds_back,
        text=caution.text,
        facts=held.answer.facts,
        citations=caution.sources,
        section=caution.section,
        strength=caution.strength,
        verified=caution.verified,
    )


def worded_proposals(
    knowledge: CompiledKnowledge, evidence: Evidence, decisions: Decisions, result: Offer
) -> tuple[Proposal, ...]:
    """The proposals with their orders, in the order in which they were considered."""
    return tuple(
        _proposal(
            _in_this_case(knowledge.proposals[name], evidence, decisions), after_days, evidence, decisions, result
        )
        for name, after_days in result.made.items()
    )


def _in_this_case(asked: AskedProposal, evidence: Evidence, decisions: Decisions) -> schema.Proposal:
    """With the first variant that is not answered no: unknown is not no, and a variant is the more careful order."""
    for question, variant in asked.variants:
        if ask(question, evidence, decisions.faults, variant.id).truth is not False:
            return variant
    return asked.proposal


def _proposal(
    proposal: schema.Proposal, after_days: int, evidence: Evidence, decisions: Decisions, result: Offer
) -> Proposal:
    affecting = [held for held in result.cautions if proposal.id in held.asked.affects]
    holding = [held for held in affecting if held.answer.yes]
    grave = [held for held in affecting if held.asked.takes_the_tick]
    unknowns = _unknowns(grave, result.open_points.get(proposal.id, ()), evidence)
    ticked = proposal.preselect and proposal.id not in decisions.unticked and not unknowns
    reasons = decisions.reasons.get(proposal.id, ())
    ticked = ticked and not any(held.answer.yes for held in grave) and evidence.doubtful.isdisjoint(reasons)
    return Proposal(
        id=proposal.id,
        nutrient=decisions.askers.get(proposal.id) or evidence.knowledge.nutrient_of.get(proposal.id),
        kind=proposal.kind,
        preselected=ticked,
        label=proposal.label,
        text=proposal.text,
        resources=tuple(
            _orders(proposal, after_days, reasons, _beware(holding), evidence, result.left.get(proposal.id))
        ),
        cautions=distinct(held.asked.caution.id for held in holding),
        unknowns=unknowns,
        citations=proposal.sources,
    )


def _unknowns(grave: Iterable[Held], open_points: tuple[str, ...], evidence: Evidence) -> tuple[str, ...]:
    missing = [word for held in grave if held.answer.truth is not True for word in held.answer.missing]
    return distinct(named(word, evidence.knowledge) for word in (*open_points, *missing))


def _beware(holding: Iterable[Held]) -> str:
    """The cautions that apply, for the note of the order: they stay with it when the card is gone."""
    texts = distinct(held.asked.caution.text for held in holding if held.asked.caution.severity != "info")
    return f"Beware of: {' '.join(texts)}" if texts else ""


def _orders(
    proposal: schema.Proposal, after_days: int, reasons: tuple[str, ...], beware: str, evidence: Evidence,
    left: tuple[LaboratoryOrder, ...] | None,
) -> list[dict[str, object]]:  # fmt: skip
    patient = evidence.chart.patient.reference
    # R4 lets an order name Observations and Conditions as its reason; what is contained or has no id cannot be named.
    named_facts = tuple(fact for fact in reasons if fact.startswith(("Observation/", "Condition/")) and "#" not in fact)
    if proposal.kind == "medication":
        return [draft_medication_request(proposal, patient, evidence.today, named_facts, beware)]
    if proposal.kind == "laboratory":
        orders = draft_service_requests(proposal, patient, evidence.today, after_days, named_facts)
        if left is None or left is proposal.laboratory:
            return orders
        return [order for order, test in zip(orders, proposal.laboratory, strict=True) if test in left]
    return []


def worded_withheld(evidence: Evidence, result: Offer) -> tuple[Withheld, ...]:
    """What was considered and not made, with what holds it back."""
    return tuple(
        Withheld(
            name,
            evidence.knowledge.nutrient_of.get(name),
            tuple(distinct(result.held_back.get(name, _stops(name, result)))),
        )
        for name in evidence.withheld
        if name not in result.made
    )


def _stops(name: str, result: Offer) -> list[str]:
    """A row that withholds does so on the ground of the cautions about it."""
    return [
        held.asked.caution.id
        for held in result.cautions
        if held.answer.yes and held.asked.caution.holds_back and name in held.asked.affects
    ]
