"""order-select and order-sign, from the chart on: what the orders at hand meet, said once, or what is missing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date

import msgspec

from cds_hooks.occasion import Occasion
from cds_hooks.order_cards import OrderCardWriter
from cds_hooks.order_codes import NO_ORDER_CODES, OrderCodes
from cds_hooks.order_context import OrdersAtHand
from cds_hooks.order_memory import OrderMemory, Remark
from cds_hooks.prefetch import READABLE, Gap, Prefetched, gap_sentences
from cds_hooks.refusals import DataMissing
from cds_hooks.response import HookResponse
from cds_hooks.services import SUPPLEMENT_SELECT, SUPPLEMENT_SIGN
from cds_hooks.showing import Showing
from cds_hooks.topics import INCOMPLETE
from clinical import (
    Chart,
    Knowledge,
    Need,
    OrderReview,
    OrdersReviewed,
    needs,
    order_instructions,
    orders_matter,
    review_orders,
)
from hosting import Database, Settings


class OrderCalls:
    """Prepared once from the knowledge. ``today`` is asked at each call."""

    def __init__(
        self, settings: Settings, knowledge: Knowledge, database: Callable[[], Database], today: Callable[[], date]
    ) -> None:
        self._knowledge = knowledge
        self._needs = needs(knowledge)
        self._own = order_instructions(knowledge)
        self._writer = OrderCardWriter(knowledge, settings.public_url, settings.app_url)
        self._memory = OrderMemory(settings, database)
        self._today = today

    def matter(self, orders: OrdersAtHand) -> bool:
        """Of most orders nothing is ever said: then nothing is asked of the EHR either."""
        return orders_matter(orders.at_hand, self._knowledge)

    def answer(
        self, orders: OrdersAtHand, chart: Chart, prefetched: Prefetched, occasion: Occasion, showing: Showing,
        codes: OrderCodes = NO_ORDER_CODES,
    ) -> HookResponse:  # fmt: skip
        """Raises ``DataMissing`` (412) where nothing is found and nothing could be read that the orders depend on."""
        orders = orders._replace(own=self._own)
        hidden = {name for gap in prefetched.gaps if gap.may_hide_results for name in gap.need.analytes}
        chart = msgspec.structs.replace(chart, unread=frozenset(hidden))
        reviewed = review_orders(chart, orders.drafts.orders, orders.selected, self._knowledge, self._today())
        reviewed = _without(reviewed, lambda review: _followed(review, orders))
        asked = [need for need in self._needs if _is_asked(need, reviewed)]
        gaps = [gap for gap in prefetched.gaps if gap.need in asked]
        if not reviewed.reviews:
            _expect_something_readable(asked, gaps)
            return self._incomplete(reviewed, orders, gaps, occasion, showing)
        if occasion.service == SUPPLEMENT_SIGN.id:
            reviewed = _without(reviewed, lambda review: self._said(review, orders, occasion))
        response, told = self._writer.write(reviewed, orders, gap_sentences(gaps), showing, codes)
        if occasion.service == SUPPLEMENT_SELECT.id:
            self._memory.remember(occasion, [remark for review in told for remark in _remarks(review, orders)])
        return response

    def _incomplete(
        self, reviewed: OrdersReviewed, orders: OrdersAtHand, gaps: Sequence[Gap], occasion: Occasion, showing: Showing
    ) -> HookResponse:
        """What went wrong, and what a grave caution waits for; once for each order, as everything else."""
        grave = [gap for gap in gaps if gap.faulty or _is_unchecked(gap, reviewed)]
        about = " ".join((INCOMPLETE, *(gap.need.key for gap in grave)))
        concerned = [order for order in orders.at_hand if orders_matter([order], self._knowledge)]
        meant = [orders.as_meant(order.reference) for order in concerned]
        remarks = [Remark(about, one) for one in meant if one]
        if not grave or (occasion.service == SUPPLEMENT_SIGN.id and self._all_said(occasion, remarks, len(meant))):
            return HookResponse(cards=())
        response = self._writer.write_incomplete(reviewed, gap_sentences(grave), showing)
        if response.cards and occasion.service == SUPPLEMENT_SELECT.id:
            self._memory.remember(occasion, remarks)
        return response

    def _all_said(self, occasion: Occasion, remarks: Sequence[Remark], orders: int) -> bool:
        return len(self._memory.said_before(occasion, remarks)) == orders

    def _said(self, review: OrderReview, orders: OrdersAtHand, occasion: Occasion) -> set[str]:
        """What order-select said of an order that did not change since is not said again."""
        meant = orders.as_meant(review.order.reference)
        remarks = [Remark(one.caution.id, meant) for one in review.spoken] if meant else []
        return {remarks[place].rule for place in self._memory.said_before(occasion, remarks)}


def _without(reviewed: OrdersReviewed, silent: Callable[[OrderReview], Collection[str]]) -> OrdersReviewed:
    left = (review.without(silent(review)) for review in reviewed.reviews)
    return msgspec.structs.replace(reviewed, reviews=tuple(review for review in left if review))


def _followed(review: OrderReview, orders: OrdersAtHand) -> set[str]:
    """What is asked for stands in the order already, or in every other one that is concerned: nothing is left to do."""
    found = set()
    for one in review.spoken:
        others = [fact for fact in one.caution.facts if fact != review.order.reference]
        holding = [one.instruction and orders.hold(name, one.instruction) for name in (review.order.reference, *others)]
        if holding[0] or (others and all(holding[1:])):
            found.add(one.caution.id)
    return found


def _remarks(review: OrderReview, orders: OrdersAtHand) -> Iterator[Remark]:
    """Of the order itself, and of other drafts that it is to be kept apart from: they were named on the same card."""
    for one in review.spoken:
        for reference in dict.fromkeys((review.order.reference, *one.caution.facts)):
            if meant := orders.as_meant(reference):
                yield Remark(one.caution.id, meant)


def _is_asked(need: Need, reviewed: OrdersReviewed) -> bool:
    """Whether the orders at hand were held against what this need holds."""
    if need.resource_type != "Observation":
        return need.resource_type in reviewed.asked_lists
    return not reviewed.asked_analytes.isdisjoint(need.analytes)


def _is_unchecked(gap: Gap, reviewed: OrdersReviewed) -> bool:
    """Whether a grave caution about one of the orders waits for what this need holds."""
    return not reviewed.unchecked.isdisjoint(gap.need.analytes)


def _expect_something_readable(asked: Sequence[Need], gaps: Sequence[Gap]) -> None:
    """Results, where the orders depend on any; else the lists of the chart."""
    unread = {gap.need.key for gap in gaps if gap.state not in READABLE}
    needed = [need for need in asked if need.laboratory] or list(asked)
    if needed and unread.issuperset(need.key for need in needed):
        keys = ", ".join(need.key for need in needed)
        told = " ".join(gap_sentences(gap for gap in gaps if gap.need in needed))
        raise DataMissing(
            f"Nothing could be read that these orders have to be held against. {told} Prefetch keys: {keys}. "
            "Where the EHR holds nothing, null or an empty searchset Bundle is an answer."
        )
