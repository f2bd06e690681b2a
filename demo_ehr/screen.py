"""What the demo shows in the terminal: a chart's banner and its cards, as an EHR might."""

from __future__ import annotations

import sys
from io import TextIOWrapper
from typing import Any

from rich.console import Console, Group
from rich.markdown import Markdown
from rich.padding import Padding
from rich.panel import Panel
from rich.text import Text

from demo_ehr.patients import HookCall
from demo_ehr.ports import Ports, address

COLOURS = {"critical": "red", "warning": "yellow", "info": "cyan"}
WIDTH = 100


def console() -> Console:
    """Colours only where a terminal shows them and NO_COLOR does not forbid them (rich asks both)."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal without bullets and boxes still shows the words
    terminal = Console(highlight=False, soft_wrap=False)
    terminal.width = min(terminal.width, WIDTH) if terminal.is_terminal else WIDTH
    return terminal


def show_chart(screen: Console, call: HookCall, cards: list[dict[str, Any]]) -> None:
    screen.print()
    screen.rule(Text(call.banner, style="bold"), align="left", characters="-")
    if not cards:
        screen.print(Padding("No card: nothing to act on in this chart.", (0, 2)))
    for card in cards:
        screen.print(_card(card))


def _card(card: dict[str, Any]) -> Panel:
    indicator = card["indicator"]
    colour = COLOURS.get(indicator, "white")
    parts: list[Any] = [Text(card["summary"], style="bold")]
    if card.get("detail"):
        parts += [Text(), Markdown(card["detail"])]
    buttons = [Text(f"[ {suggestion['label']} ]{_tick(suggestion)}") for suggestion in card.get("suggestions", [])]
    parts += [Text(), *buttons] if buttons else []
    # The word stands beside the colour: colour alone would be lost on some readers and on every printer.
    return Panel(Group(*parts), title=Text(indicator, style=f"bold {colour}"), title_align="left", border_style=colour)


def _tick(suggestion: dict[str, Any]) -> str:
    return "  (recommended)" if suggestion.get("isRecommended") else ""


def show_addresses(screen: Console, ports: Ports) -> None:
    screen.print()
    screen.print(Text(f"CDS service   {address(ports.cds_service)}/cds-services", style="bold"))
    screen.print(f"About         {address(ports.cds_service)}/about")
    screen.print(f"Demo EHR      port {ports.demo_ehr}, comes with a later version")
    screen.print(f"SMART app     port {ports.smart_app}, comes with a later version")
    screen.print("Authentication is off and every patient is invented. Ctrl-C stops it; nothing stays behind.")
