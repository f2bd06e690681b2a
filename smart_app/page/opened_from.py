"""The card that the page was opened from: where on this page its nutrient is told, in the order of reading.

The page opens at its beginning all the same: who the patient is and what to beware of are never scrolled away.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from smart_app.page.results import RowGroup
from smart_app.page.statements import FindingShown
from smart_app.page.trends import Trend
from smart_app.page.words import NUTRIENTS, inside
from terminology import analyte


@dataclass(frozen=True)
class Place:
    """A part of this page."""

    word: str
    anchor: str


@dataclass(frozen=True)
class OpenedFrom:
    """``topic`` as in the middle of a sentence."""

    topic: str
    places: tuple[Place, ...]


def opened_from(
    view: str | None, findings: Iterable[FindingShown], groups: Iterable[RowGroup], trends: Iterable[Trend]
) -> OpenedFrom | None:
    """None where no card led here, or the page tells nothing of its nutrient."""
    places = tuple(_places(view, findings, groups, trends)) if view in NUTRIENTS else ()
    return OpenedFrom(inside(NUTRIENTS[view]), places) if view and places else None


def _places(
    view: str | None, findings: Iterable[FindingShown], groups: Iterable[RowGroup], trends: Iterable[Trend]
) -> Iterator[Place]:
    """The first of each kind."""
    finding = next((one for one in findings if one.finding.nutrient == view), None)
    trend = next((one for one in trends if analyte(one.analyte).nutrient == view), None)
    if finding is not None:
        yield Place("what is found", finding.anchor)
    if any(group.nutrient == view for group in groups):
        yield Place("results", f"results-{view}")
    if trend is not None:
        yield Place("trend", f"trend-{trend.analyte}")
