"""What is said of the orders at hand, as cards: one per order, the gravest first, with a way to change the order.

Source: CDS Hooks 2.0.1 section CDS Service Response; the actions ``update`` and ``delete`` name orders of
``context.draftOrders`` only. Nothing is recommended beforehand, and nothing done by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cds_hooks.basis import Basis
from cds_hooks.cards import MOST_CARDS, links_of, source_of
from cds_hooks.detail import cautions_told, incomplete, read_from, set_aside, signature
from cds_hooks.headline import first_sentence, in_running_text
from cds_hooks.markdown import escape, plain, section
from cds_hooks.matters import Matter, results_told
from cds_hooks.order_codes import NO_ORDER_CODES, OrderCodes
from cds_hooks.order_context import OrdersAtHand
from cds_hooks.order_memory import content_of
from cds_hooks.override_reasons import OVERRIDE_REASONS
from cds_hooks.response import Action, Card, HookResponse, Suggestion
from cds_hooks.showing import Showing
from cds_hooks.suggestions import suggestions_of
from cds_hooks.summary import shorten
from cds_hooks.topics import INCOMPLETE, MEDICINES, TOPICS
from clinical import Knowledge, OrderReview, OrdersReviewed, told
from hosting import new_uuid

_LONGEST_NAME = 50
_BY_NAME = "Recognised by its name: the order carries no code that is known here."


class OrderCardWriter:
    """Writes the cards of any review made with ``knowledge``, for EHRs that reach us at ``public_url`` and the app at
    ``app_url``, if that is elsewhere."""

    def __init__(self, knowledge: Knowledge, public_url: str, app_url: str | None = None) -> None:
        self._basis = Basis(knowledge)
        self._sources = {topic: source_of(topic, public_url) for topic in TOPICS}
        self._links = {topic: links_of(topic, app_url or public_url) for topic in TOPICS}

    def write(
        self, reviewed: OrdersReviewed, orders: OrdersAtHand, gaps: Sequence[str], showing: Showing,
        codes: OrderCodes = NO_ORDER_CODES,
    ) -> tuple[HookResponse, list[OrderReview]]:  # fmt: skip
        """At most three cards, and the reviews that they tell; ``gaps`` are sentences about what was not read."""
        matters = [(review, _matter(review, orders)) for review in reviewed.reviews]
        told = [(review, matter) for review, matter in matters if showing.let_through([matter])]
        shown, further = told[:MOST_CARDS], told[MOST_CARDS:]
        cards = []
        for review, matter in shown:
            also = [escape(_headline(one)) for one, _ in further] if review is shown[-1][0] else []
            suggestions = (*_suggestions(review, orders), *suggestions_of(review.proposals, codes))
            cards.append(self._card(review, matter, suggestions, self._detail(review, reviewed, orders, gaps, also)))
            showing.shown(matter, cards[-1].uuid)
        for _, matter in further:
            showing.listed(matter)
        return HookResponse(cards=tuple(cards)), [review for review, _ in told]

    def write_incomplete(self, reviewed: OrdersReviewed, gaps: Sequence[str], showing: Showing) -> HookResponse:
        """For results that went wrong where nothing else is said: silence would be misread as "nothing against it"."""
        if not showing.lets_incomplete_through():
            return HookResponse(cards=())
        card = Card(
            uuid=new_uuid(),
            summary=shorten(f"Check of this order incomplete: {in_running_text(gaps[0]).rstrip('.')}"),
            indicator="info",
            detail=incomplete(gaps, reviewed),
            source=self._sources[INCOMPLETE],
            override_reasons=OVERRIDE_REASONS,
            links=self._links[INCOMPLETE],
        )
        showing.incomplete(card.uuid)
        return HookResponse(cards=(card,))

    def _card(self, review: OrderReview, matter: Matter, suggestions: tuple[Suggestion, ...], detail: str) -> Card:
        return Card(
            uuid=new_uuid(),
            summary=_headline(review),
            indicator=matter.indicator,
            detail=detail,
            source=self._sources[matter.topic],
            suggestions=suggestions,
            selection_behavior="any" if suggestions else None,
            override_reasons=OVERRIDE_REASONS,
            links=self._links[matter.topic],
        )

    def _detail(
        self, review: OrderReview, reviewed: OrdersReviewed, orders: OrdersAtHand, gaps: Sequence[str], also: list[str]
    ) -> str:
        rules, sources = self._basis.of(review.cautions, reviewed.assessed_on)
        sections = (
            section("Order", [escape(_name(review))]),
            section("Found", (escape(told(result)) for result in review.results)),
            section("Beware of", cautions_told(review.cautions)),
            section("To consider", (escape(f"Add to the order: {one}") for one in review.instructions)),
            section("Not known or not used", _not_known(review, reviewed, orders, gaps)),
            section("Also found", also),
            section("Basis", (*read_from(review.cautions), *rules)),
            sources,
            signature(reviewed),
        )
        return "\n\n".join(part for part in sections if part)


def _matter(review: OrderReview, orders: OrdersAtHand) -> Matter:
    concerned = {review.order.reference, *(fact for one in review.cautions for fact in one.facts)}
    drafts = [order.reference for order in orders.drafts.orders if order.reference in concerned]
    return Matter(
        topic=review.nutrient or MEDICINES,
        cautions=review.cautions,
        proposals=review.proposals,
        contents=results_told(review.results, review.cautions) | {one: _content(one, orders) for one in drafts},
    )


def _content(reference: str, orders: OrdersAtHand) -> str:
    """One that cannot be named is a new one each time: nobody knows whether it was shown before."""
    meant = orders.as_meant(reference)
    return content_of(meant) if meant else new_uuid()


def _name(review: OrderReview) -> str:
    """Its words; else a code, since several orders may have none."""
    code = next((code for _, code in sorted(review.order.codings)), None)
    return review.order.text.strip() or (f"This order ({code})" if code else "This order")


def _headline(review: OrderReview) -> str:
    """The order, the result behind the gravest caution where there is one, and what that caution says."""
    caution = review.spoken[0].caution
    result = next((one for one in review.results if set(one.facts) & set(caution.facts)), None)
    sentence = first_sentence(caution.text)
    reason = f"{told(result)}; {in_running_text(sentence)}" if result else sentence
    return shorten(f"{shorten(_name(review), _LONGEST_NAME)}: {reason}")


def _not_known(
    review: OrderReview, reviewed: OrdersReviewed, orders: OrdersAtHand, gaps: Sequence[str]
) -> Iterator[str]:
    yield from (escape(gap) for gap in (*gaps, *reviewed.gaps))
    if review.unknowns:
        yield escape(f"Not on file, and would be asked before such an order: {', '.join(review.unknowns)}.")
    if review.order.by_name:
        yield _BY_NAME
    yield from set_aside(orders.drafts.other_patients)


def _suggestions(review: OrderReview, orders: OrdersAtHand) -> Iterator[Suggestion]:
    """To remove the order, or to add to it what is to be kept apart; neither for one that cannot be named."""
    order = review.order
    if review.removable and order.reference in orders.sent:
        label = f"Remove the order: {shorten(_name(review), _LONGEST_NAME)}"
        yield _suggestion(label, Action(type="delete", description=plain(label), resource_id=order.reference))
    elif review.instructions:
        amended = orders.with_instruction(order, " ".join(review.instructions))
        if amended is not None:
            label = f"Add to the order: {' '.join(review.instructions)}"
            yield _suggestion(label, Action(type="update", description=plain(label), resource=amended))


def _suggestion(label: str, action: Action) -> Suggestion:
    return Suggestion(label=plain(label), uuid=new_uuid(), actions=(action,))
