"""An assessment as cards: few, short, the worst first, each with its basis, suggestions and a way into the app.

Source: CDS Hooks 2.0.1 section CDS Service Response. All that does not depend on the patient is prepared once.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import msgspec

from cds_hooks.basis import Basis
from cds_hooks.belonging import Belonging
from cds_hooks.detail import Detail, Remarks, incomplete
from cds_hooks.headline import headline, in_running_text
from cds_hooks.markdown import escape
from cds_hooks.matters import Matter, context_of, matters_of, rests_on_absence, untold
from cds_hooks.order_codes import NO_ORDER_CODES, OrderCodes
from cds_hooks.override_reasons import OVERRIDE_REASONS
from cds_hooks.prefetch import Gap, gap_sentences
from cds_hooks.response import Card, HookResponse, Link, Source, as_objects
from cds_hooks.showing import Showing
from cds_hooks.suggestions import suggestions_of
from cds_hooks.summary import shorten
from cds_hooks.topics import INCOMPLETE, TOPICS, topic_coding
from clinical import Assessment, Knowledge, load_knowledge
from hosting import log, new_uuid

MOST_CARDS = 3
_LISTS = frozenset({"Condition", "MedicationRequest", "AllergyIntolerance"})
LABEL = "RLS nutrients"
DEFAULT_PUBLIC_URL = "http://127.0.0.1:8000"
_SHOW_EVERYTHING = Showing()


class CardWriter:
    """Writes the cards of any assessment made with ``knowledge``, for EHRs that reach us at ``public_url`` and the app
    at ``app_url``, if that is elsewhere."""

    def __init__(self, knowledge: Knowledge, public_url: str, app_url: str | None = None) -> None:
        self._belonging = Belonging(knowledge)
        self._detail = Detail(Basis(knowledge), self._belonging, knowledge)
        self._sources = {topic: source_of(topic, public_url) for topic in TOPICS}
        self._links = {topic: links_of(topic, app_url or public_url) for topic in TOPICS}

    def write(
        self, assessment: Assessment, gaps: Sequence[Gap] = (), showing: Showing = _SHOW_EVERYTHING,
        codes: OrderCodes = NO_ORDER_CODES,
    ) -> HookResponse:  # fmt: skip
        """At most three cards; none if there is nothing to act on and nothing went wrong with what was sent.

        ``showing`` decides which matters are told, and learns by which card; ``codes`` are those by which the EHR
        orders what is suggested.
        """
        unread = {gap.need.nutrient for gap in gaps if gap.need.nutrient and gap.may_hide_results}
        matters = matters_of(assessment, self._belonging, unread)
        sentences = tuple(gap_sentences(gap for gap in gaps if not _told_elsewhere(gap)))
        cards, failed = self._cards(matters, assessment, sentences, showing, codes)
        must_speak = failed or (not cards and _incomplete_chart(gaps, assessment))
        if must_speak and showing.lets_incomplete_through():
            cards = [*cards[: MOST_CARDS - 1], self._incomplete((*failed, *sentences), assessment)]
            showing.incomplete(cards[-1].uuid)
        return HookResponse(cards=tuple(cards))

    def _cards(
        self, matters: list[Matter], assessment: Assessment, gaps: tuple[str, ...], showing: Showing, codes: OrderCodes
    ) -> tuple[list[Card], list[str]]:
        """The cards, and a sentence for each that could not be written: one fault must not cost the others."""
        cards: list[Card] = []
        failed: list[str] = []
        told = showing.let_through(matters)
        shown, further = told[:MOST_CARDS], told[MOST_CARDS:]
        for matter in shown:
            try:
                remarks = self._remarks(matters, assessment, first=not cards)
                also = tuple(self._further(one, assessment) for one in further) if matter is shown[-1] else ()
                remarks = msgspec.structs.replace(remarks, gaps=gaps, further=also)
                cards.append(self._card(matter, assessment, remarks, codes))
                showing.shown(matter, cards[-1].uuid)
            except Exception as error:
                log.error("card not written", rule=matter.topic, error=type(error).__name__)
                failed.append(f"A card about {TOPICS[matter.topic][1].lower()} could not be written.")
        for matter in further:
            showing.listed(matter)
        return cards, failed

    def _remarks(self, matters: list[Matter], assessment: Assessment, *, first: bool) -> Remarks:
        """What has no other place stands on the first card that is written."""
        if not first:
            return Remarks()
        told, elsewhere = untold(assessment, matters)
        return Remarks(context=context_of(assessment), cautions=told, elsewhere=elsewhere)

    def _further(self, matter: Matter, assessment: Assessment) -> str:
        return escape(f"{headline(matter, assessment, self._belonging)} (see the patient's page)")

    def _card(self, matter: Matter, assessment: Assessment, remarks: Remarks, codes: OrderCodes) -> Card:
        suggestions = suggestions_of(matter.proposals, codes)
        with_remarks = msgspec.structs.replace(matter, cautions=(*matter.cautions, *remarks.cautions))
        return Card(
            uuid=new_uuid(),
            summary=headline(matter, assessment, self._belonging),
            indicator=with_remarks.indicator,
            detail=self._detail.of(matter, assessment, remarks),
            source=self._sources[matter.topic],
            suggestions=suggestions,
            selection_behavior="any" if suggestions else None,
            override_reasons=OVERRIDE_REASONS,
            links=self._links[matter.topic],
        )

    def _incomplete(self, sentences: Sequence[str], assessment: Assessment) -> Card:
        return Card(
            uuid=new_uuid(),
            summary=shorten(f"Nutrient check incomplete: {in_running_text(sentences[0]).rstrip('.')}"),
            indicator="info",
            detail=incomplete(sentences, assessment),
            source=self._sources[INCOMPLETE],
            override_reasons=OVERRIDE_REASONS,
            links=self._links[INCOMPLETE],
        )


def cards_of(assessment: Assessment, *, public_url: str = DEFAULT_PUBLIC_URL) -> dict[str, Any]:
    """The answer to a hook call as plain dicts and lists: ``{"cards": [...]}``."""
    return as_objects(_writer(assessment.jurisdiction, public_url.rstrip("/")).write(assessment))


@lru_cache(maxsize=8)
def _writer(jurisdiction: str, public_url: str) -> CardWriter:
    return CardWriter(load_knowledge(jurisdiction), public_url)


def _incomplete_chart(gaps: Sequence[Gap], assessment: Assessment) -> bool:
    """Must silence be explained? Where something went wrong, and where restless legs are asserted and nobody sent the
    iron results, or not those that are looked for: silence would look like "iron is fine"."""
    if not assessment.patient.is_judged:
        return False
    iron = {gap.state for gap in gaps if gap.need.nutrient == "iron"}
    not_sent = "absent" in iron or ("partial" in iron and rests_on_absence("iron", assessment))
    asserted = assessment.context.restless_legs == "yes"
    return any(gap.faulty for gap in gaps) or (asserted and not_sent)


def _told_elsewhere(gap: Gap) -> bool:
    """A list of the chart that did not come: the assessment says so itself, in all front doors alike. What can be done
    without is told nowhere."""
    told_by_the_assessment = gap.state in ("absent", "refused", "unreadable") and gap.need.resource_type in _LISTS
    return gap.need.dispensable or told_by_the_assessment


def source_of(topic: str, public_url: str) -> Source:
    """Who says it, and about what."""
    return Source(label=LABEL, url=f"{public_url}/about", topic=topic_coding(topic, public_url))


def links_of(topic: str, app_url: str) -> tuple[Link, ...]:
    """One way into the app. Never beside an absolute link: Inferno takes a card with both for neither."""
    view = msgspec.json.encode({"view": topic}).decode()
    return (Link(label="Open the patient's nutrient page", url=f"{app_url}/launch", type="smart", app_context=view),)
