"""Compares a measurement, which may be an edge such as ``<3``, with a limit or a band. Exact; three-valued.

A result with a comparator is an interval. A comparison holds if it holds for the whole interval, fails if it fails for
the whole, and is unknown otherwise. Limits are compared in the unit family that was reported (invariant 2).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

import msgspec

from clinical.chart.facts import Measurement
from clinical.knowledge.schema import Band, Range
from terminology import convert

_ZERO = Decimal(0)


class Interval(msgspec.Struct, frozen=True, gc=False):
    """From ``low`` to ``high``; an open edge is not part of it; ``high`` None has no upper end."""

    low: Decimal
    high: Decimal | None
    low_open: bool = False
    high_open: bool = False

    def below(self, limit: Decimal) -> bool | None:
        """Is all of it strictly below ``limit``?"""
        if self.high is not None and (self.high < limit or (self.high == limit and self.high_open)):
            return True
        return False if self.low >= limit else None

    def at_most(self, limit: Decimal) -> bool | None:
        """Is all of it at or below ``limit``?"""
        if self.high is not None and self.high <= limit:
            return True
        return False if self.low > limit or (self.low == limit and self.low_open) else None


def interval_of(measurement: Measurement) -> Interval:
    value, comparator = measurement.value, measurement.comparator
    if measurement.upper is not None:
        return Interval(value, measurement.upper, high_open=True)
    if comparator is None:
        return Interval(value, value)
    if comparator in ("<", "<="):
        return Interval(_ZERO, value, high_open=comparator == "<")
    return Interval(value, None, low_open=comparator == ">")


def in_unit(measurement: Measurement, unit: str) -> Interval:
    """The measurement's interval in another unit of its analyte."""
    interval = interval_of(measurement)
    if unit == measurement.unit:
        return interval
    low = convert(interval.low, measurement.analyte, measurement.unit, unit)
    high = None if interval.high is None else convert(interval.high, measurement.analyte, measurement.unit, unit)
    return Interval(low, high, interval.low_open, interval.high_open)


def compared(measurement: Measurement, limit: Mapping[str, Decimal]) -> tuple[Interval, Decimal]:
    """Interval and limit in one unit: the reported family if the limit is published in it, else its first."""
    unit = measurement.unit if measurement.unit in limit else next(iter(limit))
    return in_unit(measurement, unit), limit[unit]


def is_below(measurement: Measurement, limit: Mapping[str, Decimal]) -> bool | None:
    """Is all of it strictly below the limit?"""
    edge = limit.get(measurement.unit)
    if edge is not None and measurement.is_a_point:
        return measurement.value < edge
    interval, edge = compared(measurement, limit)
    return interval.below(edge)


def is_at_most(measurement: Measurement, limit: Mapping[str, Decimal]) -> bool | None:
    """Is all of it at or below the limit?"""
    edge = limit.get(measurement.unit)
    if edge is not None and measurement.is_a_point:
        return measurement.value <= edge
    interval, edge = compared(measurement, limit)
    return interval.at_most(edge)


def is_above(measurement: Measurement, limit: Mapping[str, Decimal]) -> bool | None:
    """Is all of it strictly above the limit?"""
    at_most = is_at_most(measurement, limit)
    return None if at_most is None else not at_most


def is_at_least(measurement: Measurement, limit: Mapping[str, Decimal]) -> bool | None:
    """Is all of it at or above the limit?"""
    below = is_below(measurement, limit)
    return None if below is None else not below


def band_of(measurement: Measurement, bands: Sequence[Band]) -> Band | None:
    """The band of a number. For an interval that spans several: the mildest statement that is true for all of it,
    which is the band nearest to the middle if all lie on one side, and none otherwise."""
    if measurement.is_a_point:
        for band in bands:
            if _holds(band, measurement):
                return band
        return None
    met = [band for band in bands if _touches(measurement, band)]
    if not met:
        return None
    if len(met) == 1 and _within(measurement, met[0]):
        return met[0]
    sides = {band.side for band in met}
    if sides == {"low"}:
        return met[-1] if _below_end(measurement, met[-1]) else None
    return met[0] if sides == {"high"} else None


def _holds(band: Band, measurement: Measurement) -> bool:
    """Is a point in this band?"""
    edges = _edges(measurement, band)
    value = measurement.value
    if edges.unit != measurement.unit:
        value = convert(value, measurement.analyte, measurement.unit, edges.unit)
    if (edges.from_ is not None and value < edges.from_) or (edges.above is not None and value <= edges.above):
        return False
    return not ((edges.below is not None and value >= edges.below) or (edges.to is not None and value > edges.to))


def _touches(measurement: Measurement, band: Band) -> bool:
    edges = _edges(measurement, band)
    interval = in_unit(measurement, edges.unit)
    return not (_wholly_under(interval, edges) or _wholly_over(interval, edges))


def _wholly_under(interval: Interval, edges: Range) -> bool:
    if edges.from_ is not None:
        return interval.below(edges.from_) is True
    return edges.above is not None and interval.at_most(edges.above) is True


def _wholly_over(interval: Interval, edges: Range) -> bool:
    if edges.to is not None:
        return interval.at_most(edges.to) is False
    return edges.below is not None and interval.below(edges.below) is False


def _below_end(measurement: Measurement, band: Band) -> bool:
    edges = _edges(measurement, band)
    interval = in_unit(measurement, edges.unit)
    if edges.to is not None:
        return interval.at_most(edges.to) is True
    return edges.below is None or interval.below(edges.below) is True


def _within(measurement: Measurement, band: Band) -> bool:
    edges = _edges(measurement, band)
    interval = in_unit(measurement, edges.unit)
    above_start = (edges.from_ is None or interval.below(edges.from_) is False) and (
        edges.above is None or interval.at_most(edges.above) is False
    )
    return above_start and _below_end(measurement, band)


def _edges(measurement: Measurement, band: Band) -> Range:
    for edges in band.ranges:
        if edges.unit == measurement.unit:
            return edges
    return band.ranges[0]
