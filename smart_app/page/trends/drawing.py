"""The picture of a trend, as shapes with coordinates. It knows numbers and places, nothing of medicine and no HTML.

Colours are classes; nothing is told by colour alone: a mark's shape says on which side its band lies, and every limit
bears its number.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from smart_app.page.limits import BandShown, LimitShown
from smart_app.page.trends.lanes import LANE, bars_of, names_of
from smart_app.page.trends.points import Inflammation, Point, SetAside
from smart_app.page.trends.scales import Scale, date_marks, day_range, mark_in_words, round_marks, value_range
from smart_app.page.trends.shapes import (
    BOTTOM,
    LEFT,
    PLOT_HEIGHT,
    RIGHT,
    TOP,
    WIDTH,
    Drawing,
    Label,
    Line,
    Mark,
    Stripe,
    shortened,
)  # fmt: skip
from smart_app.page.trends.therapies import Therapy

_LETTER = 12.0
# Beyond so many results marks are dots, and those of one day lie on each other.
_MOST_SPREAD = 60
_SHORTEST_ARROW = 11.0


@dataclass(frozen=True)
class Sketch:
    """What is to be drawn. ``wanted``: limits that must be in the picture, since a finding names them."""

    points: Sequence[Point]
    set_aside: Sequence[SetAside]
    bands: Sequence[BandShown]
    limits: Sequence[LimitShown]
    wanted: frozenset[str]
    therapies: Sequence[Therapy]
    inflammation: Sequence[Inflammation]
    today: date


def draw(sketch: Sketch) -> Drawing:
    """Needs at least one point."""
    days = day_range([*(one.day for one in sketch.points), *(one.day for one in sketch.set_aside)], sketch.today)
    across = Scale(*days, LEFT, WIDTH - RIGHT)
    upwards = Scale(*_values(sketch), PLOT_HEIGHT, TOP)
    bars = bars_of(sketch.therapies, across)
    names = tuple(names_of(bars))
    floor = PLOT_HEIGHT + len(names) * LANE + (4 if names else 0)
    marks = _spread([_mark(point, across, upwards) for point in sketch.points])
    return Drawing(
        width=WIDTH,
        height=floor + BOTTOM,
        plot_left=LEFT,
        plot_right=WIDTH - RIGHT,
        plot_top=TOP,
        plot_bottom=PLOT_HEIGHT,
        stripes=tuple(_stripes(sketch.bands, upwards)),
        lines=tuple(_lines(sketch, upwards)),
        values=tuple(_value_labels(upwards)),
        dates=tuple(Label(across.at(day), floor + 15, text) for day, text in date_marks(across.low, across.high)),
        path=tuple(_path(sketch.points, marks)),
        marks=tuple(marks),
        crosses=tuple(Label(across.at(one.day), PLOT_HEIGHT - 8, one.date) for one in sketch.set_aside),
        flags=tuple(_flags(sketch.inflammation, across)),
        bars=bars,
        bar_names=names,
        latest=_latest(sketch.points, marks),
        dense=len(marks) > _MOST_SPREAD,
    )


def _flags(inflammation: Iterable[Inflammation], across: Scale) -> Iterable[Label]:
    for one in inflammation:
        if across.holds(one.day):
            yield Label(across.at(one.day), TOP - 6, f"{one.date}: CRP {one.amount}")


def _values(sketch: Sketch) -> tuple[float, float]:
    values = [end for point in sketch.points for end in (point.low, point.high)]
    # ">1500" needs room above it for its arrow.
    values += [point.high * 1.15 for point in sketch.points if point.kind == "above"]
    edges = [float(edge) for band in sketch.bands for edge in (band.start, band.end) if edge is not None]
    edges += [float(limit.value) for limit in sketch.limits]
    return value_range(values, [float(limit.value) for limit in sketch.limits if limit.id in sketch.wanted], edges)


def _stripes(bands: Iterable[BandShown], upwards: Scale) -> Iterable[Stripe]:
    for band in bands:
        start = upwards.low if band.start is None else float(band.start)
        end = upwards.high if band.end is None else float(band.end)
        if end <= upwards.low or start >= upwards.high:
            continue
        top, bottom = upwards.within(end), upwards.within(start)
        height = round(bottom - top, 1)
        label = Label(LEFT + 5, round(top + height / 2 + 3.5, 1), shortened(band.title)) if height > _LETTER else None
        yield Stripe(top, height, band.side, label)


def _lines(sketch: Sketch, upwards: Scale) -> list[Line]:
    """Band edges and limits, each number once; numbers that would cover each other are moved apart."""
    numbers: dict[float, str] = {}
    for limit in sketch.limits:
        numbers.setdefault(float(limit.value), limit.amount.value)
    for band in sketch.bands:
        for edge in (band.start, band.end):
            if edge is not None:
                numbers.setdefault(float(edge), mark_in_words(float(f"{edge:.3g}")))
    seen = sorted((value, text) for value, text in numbers.items() if upwards.low < value < upwards.high)
    places = apart([upwards.at(value) for value, _ in seen], _LETTER)
    return [
        Line(upwards.at(value), Label(WIDTH - RIGHT + 4, round(place + 4, 1), text))
        for (value, text), place in zip(seen, places, strict=True)
    ]


def apart(places: Sequence[float], least: float) -> list[float]:
    """Places in falling order, moved upwards so far that each is ``least`` above the one before."""
    moved: list[float] = []
    for place in places:
        moved.append(min(place, moved[-1] - least) if moved else place)
    return moved


def _value_labels(upwards: Scale) -> Iterable[Label]:
    for value in round_marks(upwards.low, upwards.high):
        yield Label(LEFT - 5, upwards.at(value), mark_in_words(value))


def _mark(point: Point, across: Scale, upwards: Scale) -> Mark:
    near, far = {
        "point": (point.low, point.low),
        "below": (point.high, point.low),
        "above": (point.low, upwards.high),
        "between": (point.low, point.high),
    }[point.kind]
    y, end = upwards.within(near), upwards.within(far)
    return Mark(
        x=across.at(point.day),
        y=y,
        far=_reaching(point.kind, y, end),
        kind=point.kind,
        side=point.side,
        part=point.part,
        stale=point.stale,
        text=f"{point.date}: {point.amount}",
    )


def _reaching(kind: str, y: float, end: float) -> float:
    """An arrow is long enough to be seen as one, be there hardly any room between a "<3" and zero."""
    if kind == "below":
        return max(end, y + _SHORTEST_ARROW)
    return min(end, y - _SHORTEST_ARROW) if kind == "above" else end


def _spread(marks: list[Mark]) -> list[Mark]:
    """Results of one day beside each other, as far as there are few enough to see."""
    if len(marks) > _MOST_SPREAD:
        return marks
    placed: list[Mark] = []
    for mark in marks:
        free = mark
        while any(abs(free.x - other.x) < 6 and abs(free.y - other.y) < 6 for other in placed):
            free = replace(free, x=round(free.x + 6.5, 1))
        placed.append(free)
    return placed


def _path(points: Sequence[Point], marks: Sequence[Mark]) -> Iterable[str]:
    """Lines through exact results; an interval breaks them, since nobody knows where it lies."""
    run: list[str] = []
    for point, mark in zip(points, marks, strict=True):
        if point.part:
            continue
        if point.kind == "point":
            run.append(f"{mark.x:g},{mark.y:g}")
            continue
        if len(run) > 1:
            yield " ".join(run)
        run = []
    if len(run) > 1:
        yield " ".join(run)


def _latest(points: Sequence[Point], marks: Sequence[Mark]) -> Label | None:
    """The newest number stands beside its mark."""
    whole = [(point, mark) for point, mark in zip(points, marks, strict=True) if not point.part]
    if not whole:
        return None
    point, mark = whole[-1]
    above = mark.y + 15 if mark.kind == "above" else max(min(mark.y, mark.far) - 9, TOP + 9)
    return Label(mark.x, round(above, 1), point.amount.value)
