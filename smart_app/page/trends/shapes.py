"""The shapes of which a trend is drawn, with coordinates in units of the ``viewBox``: about one CSS pixel each."""

from __future__ import annotations

from dataclasses import dataclass

WIDTH, PLOT_HEIGHT = 420.0, 190.0
LEFT, RIGHT, TOP, BOTTOM = 40.0, 44.0, 18.0, 22.0


@dataclass(frozen=True)
class Label:
    x: float
    y: float
    text: str


@dataclass(frozen=True)
class Stripe:
    """A band. ``label`` is left out where the stripe is too thin for a line of text."""

    y: float
    height: float
    side: str
    label: Label | None


@dataclass(frozen=True)
class Line:
    """A limit: its line at ``y``, and its number beside the plot where it does not cover another."""

    y: float
    label: Label


@dataclass(frozen=True)
class Mark:
    """One result. ``kind`` and ``side`` choose the shape; an interval reaches from ``y`` to ``far``."""

    x: float
    y: float
    far: float
    kind: str
    side: str
    part: bool
    stale: bool
    text: str


@dataclass(frozen=True)
class Bar:
    """A therapy. ``open_start``: it may have begun earlier. What lasted for a day is drawn wide enough to be seen."""

    x: float
    y: float
    width: float
    open_start: bool
    text: str


@dataclass(frozen=True)
class Name:
    """What the bars of one lane are, told where there is room: ``before`` the first bar, or behind the last."""

    x: float
    y: float
    before: bool
    text: str


@dataclass(frozen=True)
class Drawing:
    width: float
    height: float
    plot_left: float
    plot_right: float
    plot_top: float
    plot_bottom: float
    stripes: tuple[Stripe, ...]
    lines: tuple[Line, ...]
    values: tuple[Label, ...]
    dates: tuple[Label, ...]
    path: tuple[str, ...]
    marks: tuple[Mark, ...]
    crosses: tuple[Label, ...]
    flags: tuple[Label, ...]
    bars: tuple[Bar, ...]
    bar_names: tuple[Name, ...]
    latest: Label | None
    dense: bool


def shortened(text: str, most: int = 44) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
