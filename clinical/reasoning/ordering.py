"""``review_orders(chart, drafts, selected, knowledge, today)``: a pure function, the sibling of ``assess``.

What is to be said of the orders at hand, and nothing else: an order of which there is nothing to say has no review.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date

import msgspec

from clinical.chart.drafts import DraftOrder
from clinical.chart.facts import Chart, Measurement
from clinical.knowledge import Knowledge, all_parts_of
from clinical.knowledge.question_schema import AskAnalyte, AskBand
from clinical.reasoning.answers import distinct
from clinical.reasoning.assessment import SEVERITIES, Caution, Part, Proposal
from clinical.reasoning.compiling import CompiledKnowledge, compiled
from clinical.reasoning.concerns import Concern, Desk, HeldAgainst, applies, concerns_of
from clinical.reasoning.orderables import CompiledOrders, compiled_orders
from clinical.reasoning.proposing import Offer, leave_out_what_is_ordered, worded_cautions, worded_proposals
from clinical.reasoning.questions.analytes import analytes_in
from clinical.reasoning.sentences import named


class Spoken(Part, frozen=True):
    """A caution that speaks of an order by itself. ``removes``: the advice may be to remove the order; ``instruction``
    may be added to it."""

    caution: Caution
    removes: bool
    instruction: str


class OrderReview(Part, frozen=True, kw_only=True):
    """What is to be said of one order, the gravest first; ``beside`` is told with it and never by itself.

    ``nutrient`` is what it is about; None for a drug that aggravates restless legs. ``results`` are the measurements
    behind the cautions, ``unknowns`` what a grave caution would have asked for and the chart did not tell.
    """

    order: DraftOrder
    nutrient: str | None
    spoken: tuple[Spoken, ...]
    beside: tuple[Caution, ...]
    proposals: tuple[Proposal, ...]
    results: tuple[Measurement, ...]
    unknowns: tuple[str, ...]

    @property
    def cautions(self) -> tuple[Caution, ...]:
        return (*(one.caution for one in self.spoken), *self.beside)

    @property
    def removable(self) -> bool:
        return any(one.removes for one in self.spoken)

    @property
    def instructions(self) -> tuple[str, ...]:
        """Nothing is added to an order that may better be removed."""
        return () if self.removable else distinct(one.instruction for one in self.spoken if one.instruction)

    def without(self, said: Collection[str]) -> OrderReview | None:
        """What is left when these cautions were told before; ``None`` if nothing speaks any more."""
        left = tuple(one for one in self.spoken if one.caution.id not in said)
        return msgspec.structs.replace(self, spoken=left) if left else None


class OrdersReviewed(Part, frozen=True, kw_only=True):
    """The answer of ``review_orders``. ``asked_analytes`` and ``asked_lists`` are what the orders at hand were held
    against, be it on file or not; ``unchecked`` are those that were not read, and without which a grave caution about
    one of them stays open. ``gaps`` are sentences about rules that failed."""

    assessed_on: date
    knowledge_version: str
    jurisdiction: str
    reviews: tuple[OrderReview, ...]
    asked_analytes: frozenset[str] = frozenset()
    asked_lists: frozenset[str] = frozenset()
    unchecked: frozenset[str] = frozenset()
    gaps: tuple[str, ...] = ()


def orders_matter(orders: Iterable[DraftOrder], knowledge: Knowledge) -> bool:
    """Whether anything could be said of one of these orders, whatever the chart says; else no chart is needed."""
    known = compiled_orders(knowledge)
    return any(known.matters(order) for order in orders)


def order_instructions(knowledge: Knowledge) -> tuple[str, ...]:
    """All sentences that may ever be proposed to be added to an order."""
    return distinct(answer.instruction for answer in compiled_orders(knowledge).answers.values() if answer.instruction)


def review_orders(
    chart: Chart, drafts: Sequence[DraftOrder], selected: Collection[str], knowledge: Knowledge, today: date
) -> OrdersReviewed:
    """What is to be said on ``today`` of the ``selected`` drafts (their references); the others are context.

    Raises nothing for a readable chart. For a deceased patient, and for a test patient, nothing is said.
    """
    rules, orders = compiled(knowledge), compiled_orders(knowledge)
    at_hand = [order for order in drafts if order.reference in selected and orders.matters(order)]
    desk = Desk(chart, drafts, rules, orders, today)
    held = [(order, concerns_of(order, desk)) for order in (at_hand if chart.patient.is_judged else [])]
    # Supplements first: what is to be kept apart from another drug is then told of the supplement, and once.
    held.sort(key=lambda pair: not pair[1].standing.proposals)
    told = _Told()
    reviews = [_review(order, told.anew(order, found), found, rules, orders) for order, found in held]
    return OrdersReviewed(
        assessed_on=today,
        knowledge_version=knowledge.version,
        jurisdiction=knowledge.jurisdiction,
        reviews=tuple(sorted((one for one in reviews if one), key=_gravity)),
        asked_analytes=frozenset(name for _, found in held for name in _analytes(found, rules)),
        asked_lists=frozenset(name for _, found in held for name in _lists(found)),
        unchecked=chart.unread.intersection(name for _, found in held for name in analytes_in(_missing(found))),
        gaps=distinct(fault for _, found in held for fault in found.decisions.faults),
    )


class _Told:
    """Two orders that concern each other are told of once."""

    def __init__(self) -> None:
        self._pairs: set[tuple[str, frozenset[str]]] = set()

    def anew(self, order: DraftOrder, found: HeldAgainst) -> list[Concern]:
        kept = []
        for concern in found.concerns:
            others = (fact for fact in concern.held.answer.facts if fact != order.reference)
            pairs = {(concern.held.asked.caution.text, frozenset({order.reference, other})) for other in others}
            if not pairs or pairs - self._pairs:
                kept.append(concern)
            self._pairs |= pairs
        return kept


def _gravity(review: OrderReview) -> int:
    return -SEVERITIES.index(review.spoken[0].caution.severity)


def _review(
    order: DraftOrder, concerns: list[Concern], found: HeldAgainst, rules: CompiledKnowledge, orders: CompiledOrders
) -> OrderReview | None:
    speaking = [concern for concern in concerns if _speaks(concern, orders)]
    if not speaking:
        return None
    beside = [concern for concern in concerns if concern.as_proposal and concern not in speaking]
    spoken = sorted(_spoken(order, speaking, found, orders), key=lambda one: -SEVERITIES.index(one.caution.severity))
    return OrderReview(
        order=order,
        nutrient=_nutrient(spoken[0].caution, speaking, rules.knowledge),
        spoken=tuple(spoken),
        beside=tuple(msgspec.structs.replace(caution, severity="info") for caution in _worded(beside, found)),
        proposals=_proposals(speaking, found, rules),
        results=tuple(_results(concerns, found)),
        unknowns=_unknowns(found, rules),
    )


def _nutrient(caution: Caution, speaking: Iterable[Concern], knowledge: Knowledge) -> str | None:
    """That of the supplement which is ordered or met, in whichever file the caution stands; of a product that holds
    several, the one whose file it is."""
    standings = [about for one in speaking if one.held.asked.caution.id == caution.id for about in one.about]
    held = {knowledge.nutrient_of.get(name) for standing in standings for name in standing.proposals}
    met = next((standing.nutrient for standing in standings if standing.nutrient), None)
    return caution.nutrient if met is None or caution.nutrient in held else met


def _spoken(
    order: DraftOrder, speaking: Sequence[Concern], found: HeldAgainst, orders: CompiledOrders
) -> Iterator[Spoken]:
    for concern, caution in zip(speaking, _worded(speaking, found), strict=True):
        answer = orders.answers.get(caution.id)
        replaced = answer is not None and answer.does == "remove" and not _goes_on(order, concern, found)
        removes = replaced or (concern.as_proposal and caution.holds_back and not concern.may_stay)
        yield Spoken(caution, removes, answer.instruction if answer else "")


def _goes_on(order: DraftOrder, concern: Concern, found: HeldAgainst) -> bool:
    """Whether the drug is taken already: stopping it is another decision than not to begin it, and not one click."""
    same = {order.reference, order.replaces, *concern.held.answer.facts}
    return not concern.as_proposal and not found.taken.isdisjoint(same)


def _worded(concerns: Sequence[Concern], found: HeldAgainst) -> tuple[Caution, ...]:
    worded = worded_cautions(found.evidence, found.decisions, Offer(cautions=[one.held for one in concerns]))
    return tuple(msgspec.structs.replace(caution, relevant=True) for caution in worded)


def _speaks(concern: Concern, orders: CompiledOrders) -> bool:
    """More than info, or info that somebody who orders wants to hear all the same; unless it is told beside others."""
    caution = concern.held.asked.caution
    answer = orders.answers.get(caution.id)
    if concern.softened or (answer is not None and answer.does == "beside"):
        return False
    return answer is not None or caution.severity != "info"


def _proposals(speaking: Iterable[Concern], found: HeldAgainst, rules: CompiledKnowledge) -> tuple[Proposal, ...]:
    """The tests that the cautions ask for, with what led to them."""
    wanted: dict[str, int] = {}
    for concern in speaking:
        for name in concern.held.asked.caution.proposes if concern.as_proposal else ():
            question = rules.proposals[name].ask
            if name not in found.ordered and (question is None or question(found.evidence).yes):
                wanted[name] = 0
                reasons = (*found.decisions.reasons.get(name, ()), *concern.held.answer.facts)
                found.decisions.reasons[name] = distinct(reasons)
    offer = Offer(made=wanted)
    leave_out_what_is_ordered(rules, found.evidence, offer)
    return worded_proposals(rules, found.evidence, found.decisions, offer)


def _results(concerns: Iterable[Concern], found: HeldAgainst) -> Iterator[Measurement]:
    facts = {fact for concern in concerns for fact in concern.held.answer.facts}
    for measurement in (*found.evidence.current.values(), *found.evidence.stale.values()):
        if facts & set(measurement.facts):
            yield measurement


def _unknowns(found: HeldAgainst, rules: CompiledKnowledge) -> tuple[str, ...]:
    """What is not on file; what was not read may be, and is no unknown of the chart."""
    unread = found.evidence.chart.unread
    missing = (word for word in _missing(found) if unread.isdisjoint(analytes_in([word])))
    return distinct(named(word, rules.knowledge) for word in missing)


def _missing(found: HeldAgainst) -> Iterator[str]:
    """What a grave caution about the order would have asked for."""
    for held in found.asked:
        grave = held.asked.caution.severity in ("warning", "contraindicated")
        if grave and held.answer.truth is None and applies(held.asked, found.standing):
            yield from held.answer.missing


def _analytes(found: HeldAgainst, rules: CompiledKnowledge) -> Iterator[str]:
    """What the cautions about this order compare. A drug that is no proposal of ours needs no result."""
    for asked in rules.cautions:
        if applies(asked, found.standing):
            for question in all_parts_of(asked.caution):
                if isinstance(question, AskAnalyte):
                    yield question.analyte
                if isinstance(question, AskBand):
                    bands = (band for name in question.band for band in rules.knowledge.bands_by_id.get(name, ()))
                    yield from (band.analyte for band in bands)


def _lists(found: HeldAgainst) -> Iterator[str]:
    """The lists that an order is held against: for a drug the medicines it may meet, and whether legs are restless."""
    yield from ("Condition", "MedicationRequest")
    if found.standing.proposals:
        yield "AllergyIntolerance"
