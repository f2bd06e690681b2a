"""Breaks one number on purpose and looks for a case that turns red. The likeliest cases are asked first."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import cache
from typing import Any, Literal

from clinical.knowledge.schema import Band, Conflict, Derivation, Freshness, Limit, Provenance, Reserve, Span
from clinical.knowledge.visiting import all_parts_of
from tests.vignettes.assessed import marks_of
from tests.vignettes.cases import Case, DoseCase, cases
from tests.vignettes.numbers import Changed, Number, items
from tests.vignettes.stories import Story

Direction = Literal["up", "down"]
DIRECTIONS: tuple[Direction, ...] = ("up", "down")
# So many cases are asked about a number that nothing is known to guard, and so many about any other.
FEW, MANY = 30, 300
_NAMED = ("analyte", "medication", "condition", "procedure", "allergy", "band", "finding", "proposed")
_LIMITS = ("below", "at_most", "above", "at_least", "of", "daily_above", "daily_at_least")
# What the edges of each span ask for: a span names no analyte and no drug.
_SPANS = {
    "dialysis-session": "IRON.CKD_HD",
    "drug-ended": "FE09",
    "drug-supply": "S.FOL.TREAT ticked",
    "order-open": "S.LAB.TSAT",
    "order-soon": "S.LAB.TSAT",
}
_FIGURE = re.compile(r"\d+(?:\.\d+)?")


def guard(number: Number, direction: Direction, thoroughly: bool = True) -> str | None:
    """The first case that turns red when the number is moved one step; ``None`` where none does."""
    value = number.value + (number.step if direction == "up" else -number.step)
    if value < 0:
        return "no number can be below zero"
    changed = Changed(number, value)
    if number.path[0] in ("medication", "variants"):
        return _first_red_dose(number.item, changed)
    for case in _likeliest(number, MANY if thoroughly else FEW):
        if not case.holds(changed.in_jurisdiction(case.story.jurisdiction)):
            return case.id
    return None


def _first_red_dose(item: Provenance, changed: Changed) -> str | None:
    named = getattr(item, "id", "")
    doses = (case for case in all_cases() if isinstance(case, DoseCase) and case.asks == named)
    for case in doses:
        jurisdiction = case.story.jurisdiction
        if jurisdiction in item.jurisdictions and not case.holds_for_the_order(changed.in_jurisdiction(jurisdiction)):
            return case.id
    return None


@cache
def all_cases() -> tuple[Case, ...]:
    return tuple(cases())


def _likeliest(number: Number, at_most: int) -> list[Case]:
    """Cases that share words with the number's item, those nearest to the number first."""
    figures = _figures_near(number)
    near = [(-nearness - 20 * bool(figures & _figures_of(place)), place) for nearness, place in _sharing(number.item)]
    return [all_cases()[place] for _, place in sorted(near)[:at_most]]


_SHARING: dict[int, list[tuple[int, int]]] = {}


def _sharing(item: Provenance) -> list[tuple[int, int]]:
    """How many words each case shares with an item, for the cases that share some. What a case asks for weighs most."""
    if id(item) not in _SHARING:
        shared = Counter(place for word in _words_of(item) for place in _places().get(word, ()))
        _SHARING[id(item)] = [
            (count, place)
            for place, count in shared.items()
            if all_cases()[place].story.jurisdiction in item.jurisdictions
        ]
    return _SHARING[id(item)]


@cache
def _places() -> dict[str, list[int]]:
    """Which cases know a word: as often as it weighs."""
    places: dict[str, list[int]] = {}
    for place, case in enumerate(all_cases()):
        for word in (*_words_in(case), *4 * [case.asks.split(" ")[0]], *8 * [case.asks]):
            places.setdefault(word, []).append(place)
    return places


def _words_in(case: Case) -> Iterator[str]:
    """What a case's chart is about, and all that is told of it."""
    chart = case.chart
    yield from case.story.labs
    yield from marks_of(case.before())
    for groups in (
        *(fact.groups for fact in chart.medications),
        *(fact.groups for fact in chart.conditions),
        *(fact.groups for fact in chart.procedures),
    ):
        yield from groups


@cache
def _figures_of(place: int) -> frozenset[str]:
    return frozenset(_figures_in(all_cases()[place].story))


def _figures_in(story: Story) -> Iterator[str]:
    """``days 90``, ``person 18``, ``ferritin 75``, ``dose 12``: a figure and what it is a figure of."""
    told = f"{story.medications} {story.procedures} {story.ordered_tests} {story.labs}"
    yield from (f"person {figure}" for figure in _figures(story.patient))
    yield from (f"days {figure}" for figure in _figures(re.findall(r"_(?:days|ago)': (\d+)", told)))
    yield from (f"dose {figure}" for figure in _figures(re.findall(r"'daily': '([\d.]+)", told)))
    for analyte, results in story.labs.items():
        yield from (f"{analyte} {figure}" for figure in _figures(results))


def _figures(told: Any) -> Iterator[str]:
    return (_plain(Decimal(figure)) for figure in _FIGURE.findall(str(told)))


def _plain(value: Decimal | int) -> str:
    return f"{Decimal(value).normalize():f}"


def _figures_near(number: Number) -> set[str]:
    """The number and its neighbours, with what they are figures of."""
    word, near = str(number.path[-1]), (number.value, number.value + number.step, number.value - number.step)
    of = "person" if "age" in word else "days" if "day" in word else ""
    if isinstance(number.item, Band | Limit) and number.path[0] in ("values", "ranges"):
        of = "dose" if number.holder.unit.endswith("/d") else number.item.analyte
    return {f"{of} {_plain(value)}" for value in near if of}


def _words_of(item: Provenance) -> set[str]:
    """Ids that the item has, makes, proposes or asks for; of a limit also those of the items that compare with it."""
    words = {str(getattr(item, word)) for word in ("id", "analyte") if getattr(item, word, None)}
    words |= {raised.finding for raised in getattr(item, "findings", ())} | set(getattr(item, "analytes", ()))
    words |= {name.rstrip("!?") for name in getattr(item, "proposes", ())} | _notes_of(item)
    words |= {f"{name} withheld" for name in _several(getattr(item, "withholds", ()))}
    for question in all_parts_of(item):
        words |= {name for word in _NAMED for name in _several(getattr(question, word, None))}
    if isinstance(item, Span):
        words.add(_SPANS[item.id])
    if isinstance(item, Limit):
        words |= {word for user in _users_of(item.id) for word in _words_of(user)}
    return words


def _notes_of(item: Provenance) -> set[str]:
    match item:
        case Band():
            return {f"{item.analyte} {item.id}"}
        case Freshness():
            return {f"DQ.STALE {item.analyte}"}
        case Conflict():
            return {f"DQ.CONFLICT {name}" for name in item.analytes}
        case Reserve():
            return {f"{item.id} {name}" for name in item.analytes}
        case Derivation():
            return set(item.of)
        case _:
            return set()


def _several(named: Any) -> Iterable[str]:
    return (named,) if isinstance(named, str) else named if isinstance(named, tuple) else ()


@cache
def _users_of(limit: str) -> tuple[Provenance, ...]:
    return tuple(
        item
        for item in items()
        if any(getattr(question, word, None) == limit for question in all_parts_of(item) for word in _LIMITS)
    )
