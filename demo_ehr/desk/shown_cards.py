"""Cards as the desk shows them: the most serious first, their Markdown made safe, their links checked.

Source: CDS Hooks 2.0.1 section Card Attributes. Nothing in a card is trusted: HTML is shown as text, pictures are not
loaded, and a link to a host that the EHR does not know is not offered (section Trusting CDS Services).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup

from demo_ehr.desk.exchanges import DeskVisit

INDICATORS = ("critical", "warning", "info")
WORDS = {"critical": "Critical", "warning": "Warning", "info": "For information"}


class CardLink(NamedTuple):
    """``place`` is its number in the card: an address that came with a card is never sent back by the browser."""

    place: int
    label: str
    url: str
    is_smart: bool
    app_context: str | None


class ShownCard(NamedTuple):
    uuid: str
    summary: str
    indicator: str
    word: str
    detail: Markup
    source: Mapping[str, Any]
    suggestions: Sequence[Mapping[str, Any]]
    links: Sequence[CardLink]
    override_reasons: Sequence[Mapping[str, Any]]
    service: str
    outcome: str | None


def shown_cards(visit: DeskVisit, known_origins: Collection[str]) -> list[ShownCard]:
    cards = [
        _shown(card, exchange.service, visit.outcomes, known_origins)
        for exchange in visit.exchanges
        for card in exchange.cards
    ]
    return sorted(cards, key=lambda card: INDICATORS.index(card.indicator))


def _shown(card: Mapping[str, Any], service: str, outcomes: Mapping[str, str], origins: Collection[str]) -> ShownCard:
    indicator = card.get("indicator") if card.get("indicator") in INDICATORS else "info"
    return ShownCard(
        uuid=str(card.get("uuid", "")),
        summary=str(card.get("summary", "")),
        indicator=str(indicator),
        word=WORDS[str(indicator)],
        detail=rendered(str(card.get("detail", ""))),
        source=card.get("source", {}),
        suggestions=card.get("suggestions", ()),
        links=card_links(card, origins),
        override_reasons=card.get("overrideReasons", ()),
        service=service,
        outcome=outcomes.get(str(card.get("uuid"))),
    )


def card_links(card: Mapping[str, Any], known_origins: Collection[str]) -> list[CardLink]:
    """SMART links to known origins only; others may lead anywhere on the web."""
    found = []
    for place, link in enumerate(card.get("links", ())):
        address, is_smart = str(link.get("url", "")), link.get("type") == "smart"
        parts = urlsplit(address)
        known = f"{parts.scheme}://{parts.netloc}" in known_origins
        if known if is_smart else parts.scheme in ("http", "https"):
            context = str(link["appContext"]) if link.get("appContext") else None
            found.append(CardLink(place, str(link.get("label", address)), address, is_smart, context))
    return found


def rendered(markdown: str) -> Markup:
    """Safe HTML: raw HTML is escaped, ``javascript:`` links are refused by the parser, pictures are left out."""
    return Markup(_MARKDOWN.render(markdown))


class _Renderer(RendererHTML):
    def link_open(self, tokens: Sequence[Token], place: int, options: OptionsDict, env: EnvType) -> str:
        tokens[place].attrSet("rel", "noopener noreferrer")
        tokens[place].attrSet("target", "_blank")
        return str(self.renderToken(tokens, place, options, env))


# Headings would break the order of the page's own.
_MARKDOWN = (
    MarkdownIt("commonmark", {"html": False}, renderer_cls=_Renderer)
    .enable(["table", "strikethrough"])
    .disable(["image", "heading", "lheading", "html_block", "html_inline"])
)
