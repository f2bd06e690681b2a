"""What a person sees: a banner, cards with their indicator in words, colours only where they are wanted."""

from __future__ import annotations

from datetime import date
from io import StringIO
from typing import Any, Literal

import pytest
from rich.console import Console

from demo_ehr.patients import SHOWN, HookCall, hook_calls
from demo_ehr.screen import WIDTH, show_chart

CARD = {
    "summary": "Ferritin 22 ng/mL: low for restless legs",
    "indicator": "warning",
    "detail": "**Basis.** Ferritin 22 ng/mL (2026-11-15).\n\n- Consider iron.",
    "source": {"label": "RLS nutrients"},
    "suggestions": [{"label": "Oral iron", "isRecommended": True}, {"label": "Repeat ferritin"}],
}


@pytest.fixture
def call() -> HookCall:
    return hook_calls(date(2026, 11, 22))[0]


def shown(call: HookCall, cards: list[dict[str, Any]], *, terminal: bool = False) -> str:
    written = StringIO()
    colours: Literal["standard"] | None = "standard" if terminal else None
    show_chart(Console(file=written, width=WIDTH, force_terminal=terminal, color_system=colours), call, cards)
    return written.getvalue()


def test_a_chart_with_a_card(call: HookCall) -> None:
    text = shown(call, [CARD])
    card = ("warning", "Ferritin 22 ng/mL: low", "[ Oral iron ]", "(recommended)")
    for words in ("Fictional, Ada", "born 1981-04-12", *card):
        assert words in text
    assert "\x1b" not in text
    assert max(len(line) for line in text.splitlines()) <= WIDTH


def test_colours_on_a_terminal(call: HookCall) -> None:
    assert "\x1b[" in shown(call, [CARD], terminal=True)


def test_no_colours_where_nobody_wants_them(call: HookCall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[33m" not in shown(call, [CARD], terminal=True)


def test_a_chart_without_a_card_says_so(call: HookCall) -> None:
    assert "No card" in shown(call, [])


def test_markup_in_a_card_is_text(call: HookCall) -> None:
    """A label from outside must neither style nor break the screen."""
    assert "[bold]low[/nothing]" in shown(call, [{**CARD, "summary": "[bold]low[/nothing]"}])


def test_three_patients_are_shown() -> None:
    assert [call.story for call in hook_calls(date.today())] == list(SHOWN)
    assert len(SHOWN) == 3
