"""Cards come from outside: nothing in them may run, load or lead where the EHR does not know."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from demo_ehr.desk.exchanges import DeskVisit, Exchange
from demo_ehr.desk.shown_cards import card_links, rendered, shown_cards

APP = "https://app.example"


def visit(*cards: dict[str, Any]) -> DeskVisit:
    now = datetime.now(UTC)
    exchange = Exchange("patient-view", "one", "https://cds.example", {}, {}, {}, now, 1, 200, {"cards": list(cards)})
    return DeskVisit("p1", "patient-view", [exchange])


def test_markdown_is_shown() -> None:
    html = rendered("**Found**\n\n- Ferritin 22 ng/mL\n\n1. A source\n\n|a|b|\n|-|-|\n|1|2|")
    for part in ("<strong>Found</strong>", "<li>Ferritin 22 ng/mL</li>", "<ol>", "<table>"):
        assert part in html


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "![picture](https://elsewhere.example/x.png)",
        "[click](javascript:alert(1))",
        "[click](data:text/html,<script>alert(1)</script>)",
        "# Heading of its own",
        "Heading\n=======",
    ],
)
def test_what_is_hostile_is_text(hostile: str) -> None:
    html = rendered(hostile)
    for tag in ("<script", "<img", "<h1", 'href="javascript', 'href="data'):
        assert tag not in html


def test_links_in_markdown_tell_nobody_where_they_come_from() -> None:
    assert 'rel="noopener noreferrer" target="_blank"' in rendered("[source](https://source.example)")


def test_the_most_serious_card_comes_first() -> None:
    cards = [{"uuid": word, "summary": word, "indicator": word} for word in ("info", "critical", "warning", "loud")]
    shown = shown_cards(visit(*cards), {APP})
    assert [card.summary for card in shown] == ["critical", "warning", "info", "loud"]
    assert shown[-1].indicator == "info"


def test_an_smart_link_leads_to_a_known_app_only() -> None:
    links = [
        {"label": "ours", "url": f"{APP}/launch", "type": "smart", "appContext": "{}"},
        {"label": "theirs", "url": "https://app.example.elsewhere.example/launch", "type": "smart"},
        {"label": "web", "url": "https://source.example", "type": "absolute"},
        {"label": "script", "url": "javascript:alert(1)", "type": "absolute"},
    ]
    found = card_links({"links": links}, {APP})
    assert [(link.label, link.place, link.app_context) for link in found] == [("ours", 0, "{}"), ("web", 2, None)]


def test_what_was_done_with_a_card_stays_with_it() -> None:
    seen = visit({"uuid": "c1", "summary": "one", "indicator": "info"})
    seen.outcomes["c1"] = "Accepted: iron"
    assert shown_cards(seen, ())[0].outcome == "Accepted: iron"
