"""Which of many results counts: the newest that can be trusted, per analyte. The others stay in the trend.

What is set aside is told. The order in which results came in never matters.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from operator import attrgetter

import msgspec

from clinical.chart.facts import DataQuality, Measurement
from clinical.knowledge.schema import Conflict
from clinical.reasoning.derived import total_vitamin_d
from terminology import convert

_HOURS_A_DAY = 24
_source, _day, _instant = attrgetter("source"), attrgetter("effective.day"), attrgetter("effective.moment")
# A sign that more results share than this tells none from another: a feed that gives every result one id.
_MOST_ALIKE = 50


class Selection(msgspec.Struct):
    """Trusted results per analyte, newest first, and why the others are not among them."""

    usable: dict[str, list[Measurement]] = {}
    excluded: set[int] = set()
    notes: list[DataQuality] = []
    derived: list[Measurement] = []

    def exclude(self, measurement: Measurement, id_: str, reason: str) -> None:
        self.excluded.add(id(measurement))
        self.note(measurement, id_, reason, blocks=True)

    def note(self, measurement: Measurement, id_: str, reason: str, *, blocks: bool) -> None:
        source = measurement.source or ", ".join(measurement.derived_from)
        self.notes.append(DataQuality(id_, reason, measurement.analyte, source, blocks))


def select(
    measurements: Sequence[Measurement], today: date, born: date | None, conflicts: Sequence[Conflict], on_d2: bool
) -> Selection:
    """Sets aside the future, copies and contradictions; sums 25-OH-D2 and -D3 of one specimen."""
    selection = Selection()
    by_analyte: dict[str, list[Measurement]] = {}
    for item in measurements:
        if item.usable and _in_time(item, today, born, selection):
            by_analyte.setdefault(item.analyte, []).append(item)
    for name, found in by_analyte.items():
        found.sort(key=_newest_first)
        selection.usable[name] = _without_copies(found, selection)
    if "vitamin-d" in selection.usable:
        selection.usable["vitamin-d"] = _whole_vitamin_d(selection.usable["vitamin-d"], on_d2, selection)
    if "egfr" in selection.usable:
        selection.usable["egfr"] = _lowest_of_a_day(selection.usable["egfr"])
    for conflict in conflicts:
        for name in conflict.analytes:
            _set_aside_contradiction(name, conflict, selection)
    return selection


def _newest_first(item: Measurement) -> tuple[float, str, str, str]:
    effective = item.effective
    if effective is None:
        return 0.0, "", item.source or "", item.reported
    return -effective.moment, effective.text, item.source or "", item.reported


def _in_time(item: Measurement, today: date, born: date | None, selection: Selection) -> bool:
    effective = item.effective
    if effective is None:
        return False
    if effective.day > today and effective.after(today):
        selection.exclude(item, "DQ.FUTURE", "dated in the future; it is not used")
    elif born is not None and effective.day < born and effective.precision in ("day", "instant"):
        selection.exclude(item, "DQ.FUTURE", "dated before the patient's birth; it is not used")
    else:
        return True
    return False


def _without_copies(found: Sequence[Measurement], selection: Selection) -> list[Measurement]:
    """One of each: the same resource, accession or reading may come more than once; the last revision counts."""
    crowded = _crowded(found) if len(found) > 1 else {}
    shared = _shared_signs(crowded.values())
    if not shared:
        return list(found)
    kept: list[Measurement] = []
    places: dict[object, set[int]] = {}
    for item in found:
        signs = shared.intersection(_signs(item)) if id(item) in crowded else ()
        if not signs:
            kept.append(item)
            continue
        place = _place_of_twin(item, kept, {place for sign in signs for place in places.get(sign, ())})
        if place is None:
            place = len(kept)
            kept.append(item)
        else:
            twin = kept[place]
            older, newer = (twin, item) if item.revision > twin.revision else (item, twin)
            kept[place] = newer
            selection.exclude(older, "DQ.DUPLICATE", f"the same result as {newer.source}")
        for sign in signs:
            alike = places.setdefault(sign, set())
            if len(alike) < _MOST_ALIKE:
                alike.add(place)
    return kept


def _crowded(found: Sequence[Measurement]) -> dict[int, Measurement]:
    """Those of a source, a day or an instant that another has too: the others can share no sign with any."""
    alike: dict[int, Measurement] = {}
    for of in (_source, _day, _instant):
        if again := _repeated(list(map(of, found))):
            alike |= {id(item): item for item in found if of(item) in again}
    return alike


def _repeated(values: Sequence[object]) -> set[object]:
    if len(set(values)) == len(values):
        return set()
    seen: set[object] = set()
    again: set[object] = set()
    for value in values:
        (again if value in seen else seen).add(value)
    return again


def _shared_signs(crowded: Collection[Measurement]) -> set[object]:
    """Most results share none with another; only those that do are compared: a chart may hold years of daily ones."""
    return _repeated([sign for item in crowded for sign in _signs(item)])


def _signs(item: Measurement) -> Iterator[object]:
    """What two readings of one result have in common, at least one of these; others rarely do."""
    effective = item.effective
    yield item.source
    if effective is not None:
        yield effective.order[0], item.value, item.unit, item.comparator
        yield from ((effective.day, identifier) for identifier in item.identifiers)


def _place_of_twin(item: Measurement, kept: Sequence[Measurement], alike: Iterable[int]) -> int | None:
    return next((place for place in sorted(alike) if _same_result(kept[place], item)), None)


def _same_result(one: Measurement, other: Measurement) -> bool:
    if one.part != other.part or one.effective is None or other.effective is None:
        return False
    same_day = one.effective.day == other.effective.day
    revised = one.source == other.source and one.revision != other.revision
    if revised or (same_day and one.identifiers & other.identifiers and one.source != other.source):
        return True
    same_number = (one.value, one.unit, one.comparator) == (other.value, other.unit, other.comparator)
    return same_number and one.effective.order[0] == other.effective.order[0]


def _whole_vitamin_d(found: Sequence[Measurement], on_d2: bool, selection: Selection) -> list[Measurement]:
    """Totals, sums of D2 and D3, and D3 alone where no D2 can be hidden in it (A.1 notes d and e)."""
    totals = [item for item in found if item.part in ("total", None)]
    parts = [item for item in found if item.part in ("D2", "D3")]
    sums = [item for item in total_vitamin_d(parts) if not _stands_beside(item, totals)]
    summed = {fact for item in sums for fact in item.derived_from}
    selection.derived += sums
    alone = [item for item in parts if item.source not in summed and not _stands_beside(item, totals)]
    twos = [item for item in parts if item.part == "D2"]
    threes = [item for item in alone if _stands_for_total(item, twos, on_d2, selection)]
    return sorted([*totals, *sums, *threes], key=_newest_first)


def _stands_for_total(item: Measurement, twos: Sequence[Measurement], on_d2: bool, selection: Selection) -> bool:
    """May this lone part be read as the total? Only D3, with no sign that there is D2 in this patient's blood."""
    if item.part == "D2":
        reason = "25-OH-D2 alone is not the total; no 25-OH-D3 of the same specimen"
    elif on_d2:
        reason = "25-OH-D3 alone, in a patient on ergocalciferol (vitamin D2)"
    elif _stands_beside(item, twos):
        reason = "25-OH-D3 with a 25-OH-D2 of another specimen of that day; they are not added up"
    elif any(_of_one_laboratory(item, two) for two in twos):
        reason = "25-OH-D3 alone, from a laboratory that has reported 25-OH-D2 apart"
    else:
        selection.note(item, "DQ.D2_MISSING", "25-OH-D3 without 25-OH-D2: read as the total", blocks=False)
        return True
    selection.exclude(item, "DQ.D2_MISSING", reason)
    return False


def _of_one_laboratory(one: Measurement, other: Measurement) -> bool:
    """As far as is told: two results without a performer may be of one laboratory."""
    return not (bytes(one.performer_json) and bytes(other.performer_json)) or one.performer_json == other.performer_json


def _stands_beside(item: Measurement, totals: Iterable[Measurement]) -> bool:
    return any(total.effective and item.effective and total.effective.day == item.effective.day for total in totals)


def _lowest_of_a_day(found: Sequence[Measurement]) -> list[Measurement]:
    """Where a report gives eGFR twice (split by race, or by formula), the lower one is the safer for every rule."""
    lowest: dict[date, Measurement] = {}
    for item in found:
        day = item.effective.day if item.effective else date.min
        if day not in lowest or (item.value, item.comparator or "") < (lowest[day].value, lowest[day].comparator or ""):
            lowest[day] = item
    kept = {id(item) for item in lowest.values()}
    return [item for item in found if id(item) in kept]


def _set_aside_contradiction(name: str, conflict: Conflict, selection: Selection) -> None:
    """Two final results that cannot both be right: neither is used while they are the newest."""
    found = selection.usable.get(name, [])
    if len(found) < 2:
        return
    near = list(_near_the_newest(found, conflict.hours))
    if len(near) < 2:
        return
    values = [convert(item.value, name, item.unit, near[0].unit) for item in near if not item.comparator]
    low, high = min(values, default=Decimal(0)), max(values, default=Decimal(0))
    if low > 0 and (high - low) * 100 > low * conflict.percent:
        for item in near:
            reason = f"two results within {conflict.hours} hours differ by more than {conflict.percent} %; repeat"
            selection.exclude(item, "DQ.CONFLICT", reason)
        selection.usable[name] = []


def _near_the_newest(found: Sequence[Measurement], hours: int) -> Iterator[Measurement]:
    """Of results with the newest first; those without a time of day stand at the midnight of their day."""
    newest = found[0].effective
    for item in found:
        if newest and item.effective and newest.moment - item.effective.moment > (hours + 2 * _HOURS_A_DAY) * 3600:
            return
        if _hours_apart(found[0], item) <= hours:
            yield item


def _hours_apart(one: Measurement, other: Measurement) -> float:
    if one.effective is None or other.effective is None:
        return float("inf")
    if one.effective.instant is None or other.effective.instant is None:
        return 0.0 if one.effective.day == other.effective.day else float("inf")
    return abs(one.effective.moment - other.effective.moment) / 3600
