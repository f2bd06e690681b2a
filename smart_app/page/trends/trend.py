"""One trend: the picture, the same results as a table, and what its limits and marks mean."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from clinical import Chart, Knowledge
from smart_app.page.basis import Bases
from smart_app.page.limits import BandShown, Limits, LimitShown
from smart_app.page.reading import Reading
from smart_app.page.trends.drawing import Sketch, draw
from smart_app.page.trends.points import Gathering, Inflammation, Point, SetAside
from smart_app.page.trends.shapes import Drawing
from smart_app.page.trends.therapies import Therapy, therapies
from smart_app.page.units import Units
from smart_app.page.words import count
from terminology import analyte, written

# Ferritin and saturation are read beside the CRP: inflammation lifts the one and lowers the other.
_WITH_INFLAMMATION = ("ferritin", "transferrin-saturation")
# An analyte without bands shows all its limits, unless they are so many that only a finding can choose.
_MOST_LIMITS = 4


@dataclass(frozen=True)
class Trend:
    """``points`` and ``set_aside`` are the table twin, newest first."""

    analyte: str
    name: str
    unit: str
    of_a_nutrient: bool
    told: str
    factor: str | None
    drawing: Drawing
    points: tuple[Point, ...]
    set_aside: tuple[SetAside, ...]
    limits: tuple[LimitShown, ...]
    bands: tuple[BandShown, ...]
    therapies: tuple[Therapy, ...]
    inflammation: tuple[Inflammation, ...]


class Trends:
    """Prepared once from the knowledge."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._limits = Limits(knowledge)
        self._bases = Bases(knowledge)
        self._gathering = Gathering(knowledge)

    def of(self, chart: Chart, reading: Reading, units: Units) -> tuple[Trend, ...]:
        """One for each analyte with a dated result that may be shown."""
        wanted = self._wanted(reading, units)
        trends = (self._trend(name, chart, reading, units, wanted) for name in reading.analytes)
        return tuple(trend for trend in trends if trend is not None)

    def _wanted(self, reading: Reading, units: Units) -> dict[str, LimitShown]:
        """The limits that the findings of this assessment name."""
        items = (item for finding in reading.assessment.findings for item in self._bases.items_behind(finding))
        return {limit.id: limit for item in items for limit in self._limits.named_in(item, units)}

    def _trend(
        self, name: str, chart: Chart, reading: Reading, units: Units, wanted: dict[str, LimitShown]
    ) -> Trend | None:
        points = self._gathering.points(name, reading, units)
        if not points:
            return None
        one = analyte(name)
        aside = self._gathering.set_aside(name, reading)
        bands = self._limits.bands(name, units)
        limits = tuple(self._limits_of(name, bands, units, wanted))
        taken = therapies(chart, one.nutrient, reading.today)
        raised = self._gathering.inflammation(reading, units) if name in _WITH_INFLAMMATION else []
        sketch = Sketch(points, aside, bands, limits, frozenset(wanted), taken, raised, reading.today)
        return Trend(
            analyte=name,
            name=one.name,
            unit=written(units.unit(name)),
            of_a_nutrient=one.nutrient is not None,
            told=_told(one.name, points),
            factor=units.factor(name),
            drawing=draw(sketch),
            points=tuple(reversed(points)),
            set_aside=tuple(aside),
            limits=limits,
            bands=bands,
            therapies=tuple(taken),
            inflammation=tuple(raised),
        )

    def _limits_of(
        self, name: str, bands: Iterable[BandShown], units: Units, wanted: dict[str, LimitShown]
    ) -> Iterator[LimitShown]:
        own = {limit.id: limit for limit in wanted.values() if limit.analyte == name}
        published = [limit for limit in self._knowledge.limits.values() if limit.analyte == name]
        published = [limit for limit in published if not limit.values[0].unit.endswith("/d")]
        if not tuple(bands) and len(published) <= _MOST_LIMITS:
            own = {limit.id: self._limits.shown(limit.id, units) for limit in published} | own
        yield from sorted(own.values(), key=lambda limit: limit.value)


def _told(name: str, points: list[Point]) -> str:
    """The picture's name for those who cannot see it; the table beside it tells the rest."""
    whole = [point for point in points if not point.part] or points
    latest = f"latest {whole[-1].amount} on {whole[-1].date}"
    if len(points) == 1:
        return f"{name}: {latest}"
    return f"{name}: {count(len(points), 'result')} from {points[0].date} to {points[-1].date}, {latest}"
