"""Published limits and bands of one analyte: as they stand in the source, and in the unit that is shown.

A limit that is published in the shown unit family is told as published there; otherwise it is converted, and says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from clinical import Knowledge
from smart_app.page.units import Amount, Units, figures, is_exact, plain
from terminology import convert, unit_of, written


@dataclass(frozen=True)
class LimitShown:
    """One limit. ``value`` is its place on the axis in the shown unit; ``published`` is told beside it always."""

    id: str
    analyte: str
    value: Decimal
    amount: Amount
    published: str
    meaning: str
    verified: str


@dataclass(frozen=True)
class BandShown:
    """One labelled range of an analyte, in the shown unit; ``None`` is an open end."""

    id: str
    title: str
    side: str
    start: Decimal | None
    end: Decimal | None
    words: str
    verified: str


class Limits:
    """Prepared once from the knowledge."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge

    def named_in(self, item: Any, units: Units) -> Iterator[LimitShown]:
        """Every limit that an item of the knowledge names, in reading order; without those of a daily dose."""
        for name in dict.fromkeys(_words_in(item.model_dump())):
            limit = self._knowledge.limits.get(name.removeprefix("limit:"))
            if limit is not None and not limit.values[0].unit.endswith("/d"):
                yield self.shown(limit.id, units)

    def shown(self, name: str, units: Units) -> LimitShown:
        limit = self._knowledge.limits[name]
        published = {amount.unit: amount.value for amount in limit.values}
        value, amount = in_shown_unit(published, limit.analyte, units)
        told = " = ".join(f"{plain(number)} {written(unit)}" for unit, number in published.items())
        return LimitShown(limit.id, limit.analyte, value, amount, told, limit.meaning, limit.verified)

    def bands(self, analyte: str, units: Units) -> tuple[BandShown, ...]:
        return tuple(_band(band, analyte, units) for band in self._knowledge.bands_by_analyte.get(analyte, ()))


def in_shown_unit(published: Mapping[str, Decimal], analyte: str, units: Units) -> tuple[Decimal, Amount]:
    """The limit on the axis, and as it is told."""
    shown = units.unit(analyte)
    unit = _best_published(published, analyte, shown)
    value = convert(published[unit], analyte, unit, shown)
    if is_exact(analyte, unit, shown):
        return value, Amount(_short(value), written(shown))
    return value, Amount(_short(Decimal(figures(value))), written(shown), converted=True)


def _best_published(published: Mapping[str, Decimal], analyte: str, shown: str) -> str:
    """The unit of the same family as the one shown, if the source gives one; else the source's first."""
    family = unit_of(analyte, shown)
    same = (unit for unit in published if family is not None and unit == family.family)
    return next(same, next(iter(published)))


def _short(value: Decimal) -> str:
    """A limit has no measured digits: 2.60 reads 2.6."""
    return plain(value.normalize())


def _band(band: Any, analyte: str, units: Units) -> BandShown:
    edges = {one.unit: one for one in band.ranges}
    unit = _best_published(dict.fromkeys(edges, Decimal(0)), analyte, units.unit(analyte))
    one = edges[unit]
    start, end = one.from_ if one.from_ is not None else one.above, one.to if one.to is not None else one.below
    first = None if start is None else in_shown_unit({unit: start}, analyte, units)
    last = None if end is None else in_shown_unit({unit: end}, analyte, units)
    return BandShown(
        band.id, band.title, band.side, first[0] if first else None, last[0] if last else None,
        _span(first and first[1], last and last[1], one), band.verified,
    )  # fmt: skip


def _span(first: Amount | None, last: Amount | None, edges: Any) -> str:
    """Which edge belongs to the band is said, since patients sit on edges."""
    parts = []
    if first is not None:
        parts.append(f"{'from' if edges.from_ is not None else 'above'} {first}")
    if last is not None:
        parts.append(f"{'up to' if edges.to is not None else 'below'} {last}")
    return " and ".join(parts)


def _words_in(value: Any) -> Iterator[str]:
    """Every text in a knowledge item, and every {placeholder} in one."""
    if isinstance(value, str):
        yield value
        yield from (part.split("}")[0] for part in value.split("{")[1:])
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _words_in(inner)
    elif isinstance(value, tuple | list):
        for inner in value:
            yield from _words_in(inner)
