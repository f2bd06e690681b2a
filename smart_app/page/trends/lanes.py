"""Where the bars of therapies lie, below the plot, and where there is room for their names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from smart_app.page.trends.scales import Scale
from smart_app.page.trends.shapes import LEFT, PLOT_HEIGHT, RIGHT, WIDTH, Bar, Name, shortened
from smart_app.page.trends.therapies import Therapy

LANE = 15.0
MOST_LANES = 4
_NARROWEST = 6.0
# Of the small letters in which products are named.
_LETTER_WIDTH = 5.2


def bars_of(therapies: Sequence[Therapy], across: Scale) -> tuple[Bar, ...]:
    """One lane for each product; renewals of it stand in the same lane."""
    shown = [one for one in therapies if (one.end or across.high) >= across.low]
    lanes = {text: lane for lane, text in enumerate(list(dict.fromkeys(one.text for one in shown))[:MOST_LANES])}
    return tuple(_bar(one, lanes[one.text], across) for one in shown if one.text in lanes)


def _bar(one: Therapy, lane: int, across: Scale) -> Bar:
    start = across.within(across.low if one.start is None else one.start)
    end = across.within(across.high if one.end is None else one.end)
    begun_earlier = one.since_at_least or (one.start is not None and one.start < across.low)
    return Bar(start, PLOT_HEIGHT + 5 + lane * LANE, round(max(end - start, _NARROWEST), 1), begun_earlier, one.text)


def names_of(bars: Sequence[Bar]) -> Iterable[Name]:
    for y in dict.fromkeys(bar.y for bar in bars):
        lane = [bar for bar in bars if bar.y == y]
        first, last = min(bar.x for bar in lane), max(bar.x + bar.width for bar in lane)
        room_before, room_after = first - LEFT, WIDTH - RIGHT - last
        before = room_before > room_after
        most = max(int((max(room_before, room_after) - 6) / _LETTER_WIDTH), 12)
        inside = most == 12
        x = LEFT + 4 if inside else first - 4 if before else last + 4
        yield Name(round(x, 1), y + 9, before and not inside, shortened(lane[0].text, 40 if inside else most))
