"""Which cautions concern one order at hand, on this chart.

The order is held against the chart twice. Once as one of our proposals, on a chart that does not hold it yet: whatever
would speak against proposing it speaks against ordering it. Once as taken already: whatever then rests on it, and is
about a supplement that the patient takes, a finding, or restless legs, concerns it too. The other draft orders count
as taken both times.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

import msgspec

from clinical.chart.dates import read_date
from clinical.chart.drafts import DraftOrder
from clinical.chart.facts import Chart, Medication, OpenOrder
from clinical.reasoning.answers import Answer, distinct
from clinical.reasoning.assessing import gather_evidence
from clinical.reasoning.compiling import AskedCaution, CompiledKnowledge
from clinical.reasoning.deciding import Decisions, ask, decide
from clinical.reasoning.evidence import Evidence
from clinical.reasoning.orderables import CompiledOrders, Standing
from clinical.reasoning.proposing import Held, ask_caution


class Concern(NamedTuple):
    """A caution that concerns the order. ``as_proposal``: it speaks against the order itself, not against what it
    meets on the chart. ``about``: the supplements that it is about, ordered or taken. ``softened``: this nutrient is
    being treated, so that going beyond a limit is told only. ``may_stay``: it is told, and no reason to remove the
    order."""

    held: Held
    as_proposal: bool
    about: tuple[Standing, ...] = ()
    softened: bool = False
    may_stay: bool = False


class HeldAgainst(NamedTuple):
    """One order, what it is, and what concerns it. ``ordered`` are the proposals that the other drafts are, ``taken``
    the medicines on the chart that the patient takes now."""

    standing: Standing
    concerns: tuple[Concern, ...]
    evidence: Evidence
    decisions: Decisions
    asked: tuple[Held, ...]
    ordered: frozenset[str]
    taken: frozenset[str]


class Desk(NamedTuple):
    """Everything that the orders of one hook call share."""

    chart: Chart
    drafts: Sequence[DraftOrder]
    rules: CompiledKnowledge
    orders: CompiledOrders
    today: date

    def besides(self, order: DraftOrder) -> list[DraftOrder]:
        return [other for other in self.drafts if other is not order]


def concerns_of(order: DraftOrder, desk: Desk) -> HeldAgainst:
    """What concerns one of the drafts on the desk."""
    before = _chart_without(order, desk)
    evidence, decisions = _decided(before, desk)
    treated = frozenset(evidence.candidates)
    standing = desk.orders.standing(order, evidence)
    evidence.candidates = dict.fromkeys(standing.proposals)
    asked = tuple(ask_caution(one, evidence, decisions) for one in desk.rules.cautions)
    concerns = [*_as_proposal(asked, standing, order, before, desk)]
    if order.taken:
        softened = not treated.isdisjoint(standing.proposals)
        concerns += _as_taken(order, standing, before, desk, softened=softened)
    ordered = frozenset(
        name for other in desk.besides(order) for name in desk.orders.standing(other, evidence).proposals
    )
    taken = frozenset(item.source for item in desk.chart.medications if _is_taken(item, desk.today))
    return HeldAgainst(standing, tuple(_distinct(concerns)), evidence, decisions, asked, ordered, taken)


def _chart_without(order: DraftOrder, desk: Desk) -> Chart:
    """A prescription that is renewed or signed anew is not taken twice. A test in any draft is ordered already."""
    drafts = [item for other in desk.besides(order) for item in _taken(other, desk)]
    replaced = {order.reference, order.replaces} | {item.source for item in drafts}
    kept = (item for item in desk.chart.medications if item.source not in replaced)
    open_orders = (*desk.chart.open_orders, *(_as_open(draft) for draft in desk.drafts if draft.kind == "service"))
    return msgspec.structs.replace(desk.chart, medications=(*kept, *drafts), open_orders=open_orders)


def _as_open(draft: DraftOrder) -> OpenOrder:
    return OpenOrder(source=draft.reference, codings=draft.codings, analytes=draft.analytes)


def _taken(order: DraftOrder, desk: Desk) -> list[Medication]:
    """What the order would have the patient take, as if it were begun today."""
    begun = read_date(desk.today.isoformat())
    return [
        msgspec.structs.replace(
            item, active=True, planned=False, started=begun, start_is_prescription=False, ended=None
        )
        for item in desk.orders.as_patient_would_take(order)
    ]


def _decided(chart: Chart, desk: Desk) -> tuple[Evidence, Decisions]:
    evidence = gather_evidence(chart, desk.rules, desk.today, evaluate_restless_legs=False)
    return evidence, decide(desk.rules, evidence)


def applies(asked: AskedCaution, standing: Standing) -> bool:
    """Is it about what the order is?"""
    name = asked.caution.id
    if name in standing.silent:
        return False
    return name in standing.also or not asked.affects.isdisjoint(standing.proposals)


def _as_proposal(
    asked: Iterable[Held], standing: Standing, order: DraftOrder, before: Chart, desk: Desk
) -> Iterator[Concern]:
    taken = [*((item, order) for item in order.taken), *_beside(order, before, desk)]
    for held in asked:
        caution = held.asked.caution
        if caution.id in standing.meets:
            yield Concern(_resting_on(held, order.reference), as_proposal=True, about=(standing,))
        elif held.answer.yes and applies(held.asked, standing):
            within = desk.orders.stays_within(caution.up_to, taken) if caution.up_to else False
            if within is not True:
                resting = _resting_on(held, *held.answer.facts, order.reference)
                may_stay = within is None or caution.id in standing.keeps
                yield Concern(resting, as_proposal=True, about=(standing,), may_stay=may_stay)


def _beside(order: DraftOrder, before: Chart, desk: Desk) -> list[tuple[Medication, DraftOrder | None]]:
    """What else the patient takes, each with the draft that it comes from."""
    drafts = {other.reference: other for other in desk.besides(order)}
    return [(item, drafts.get(item.source)) for item in before.medications if _is_taken(item, desk.today)]


def _resting_on(held: Held, *facts: str) -> Held:
    return Held(held.asked, Answer(True, distinct(facts)))


def _as_taken(order: DraftOrder, standing: Standing, before: Chart, desk: Desk, *, softened: bool) -> Iterator[Concern]:
    beside = _beside(order, before, desk)
    counted = [desk.orders.together(item, order, beside) for item in _taken(order, desk)]
    added = [source for _, sources in counted for source in sources]
    chart = msgspec.structs.replace(before, medications=(*before.medications, *(item for item, _ in counted)))
    evidence, decisions = _decided(chart, desk)
    taken = _supplements(before, evidence, desk.orders)
    evidence.candidates = {name: None for supplement in taken.values() for name in supplement.proposals}
    for asked in (*desk.rules.cautions, *desk.rules.order_cautions):
        held = ask_caution(asked, evidence, decisions)
        relevant = _relevant(held.asked, evidence, decisions)
        if not held.answer.yes or order.reference not in (*held.answer.facts, *relevant.facts):
            continue
        if _is_about_its_dose(held.asked, standing, desk):
            mild = softened and not _is_grave_for_all(held.asked, desk)
            resting = _resting_on(held, *held.answer.facts, *added)
            yield Concern(resting, as_proposal=True, about=(standing,), softened=mild)
        elif (met := _met(held, taken, relevant, standing, evidence)) is not None:
            about = tuple(taken[source] for source in met if source in taken)
            yield Concern(_resting_on(held, *held.answer.facts, *met), as_proposal=False, about=about)


def _is_grave_for_all(asked: AskedCaution, desk: Desk) -> bool:
    """Also where the nutrient is being treated: no treatment goes so far knowingly."""
    answer = desk.orders.answers.get(asked.caution.id)
    return asked.caution.severity == "contraindicated" or (answer is not None and answer.does == "remove")


def _is_about_its_dose(asked: AskedCaution, standing: Standing, desk: Desk) -> bool:
    own = not asked.affects.isdisjoint(standing.proposals) or asked in desk.rules.order_cautions
    return own and asked.caution.id in desk.orders.about_dose and asked.caution.id not in standing.silent


def _relevant(asked: AskedCaution, evidence: Evidence, decisions: Decisions) -> Answer:
    if asked.relevant is None:
        return Answer(False)
    return ask(asked.relevant, evidence, decisions.faults, asked.caution.id)


def _met(
    held: Held, taken: dict[str, Standing], relevant: Answer, standing: Standing, evidence: Evidence
) -> tuple[str, ...] | None:
    """The facts that the order meets: supplements taken, restless legs, findings; ``None`` where it meets nothing.

    What is about the order itself was asked before it was counted: nothing is its own duplicate.
    """
    if not held.asked.affects.isdisjoint(standing.proposals):
        return None
    supplements = tuple(source for source, supplement in taken.items() if applies(held.asked, supplement))
    if supplements:
        return supplements
    if relevant.yes and not held.asked.affects:
        return relevant.facts
    findings = [name for name in held.asked.caution.concerns if name in evidence.findings]
    if findings and not standing.proposals:
        return tuple(fact for name in findings for fact in evidence.findings[name])
    return None


def _supplements(chart: Chart, evidence: Evidence, orders: CompiledOrders) -> dict[str, Standing]:
    """What the patient takes now that is one of our proposals, by its reference."""
    found = {
        item.source: orders.of_medication(item, evidence, Standing())
        for item in chart.medications
        if _is_taken(item, evidence.today)
    }
    return {source: standing for source, standing in found.items() if standing.proposals}


def _is_taken(item: Medication, today: date) -> bool:
    """Now; what ended lately still counts for other questions, but is not to be kept apart from anything."""
    return item.active and not item.planned and (item.ended is None or item.ended.after(today))


def _distinct(concerns: Iterable[Concern]) -> Iterator[Concern]:
    """A caution that holds both ways is told once: as speaking against the order itself."""
    told: set[str] = set()
    for concern in sorted(concerns, key=lambda one: not one.as_proposal):
        if concern.held.asked.caution.text not in told:
            told.add(concern.held.asked.caution.text)
            yield concern
