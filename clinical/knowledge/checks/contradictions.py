"""Words of one item that cannot both be meant."""

from __future__ import annotations

from collections.abc import Iterator

from clinical.knowledge.placing import Placed
from clinical.knowledge.problems import Problem
from clinical.knowledge.schema import Caution, Freshness


def contradiction_problems(placed: Placed) -> Iterator[Problem]:
    """A contraindication that holds nothing back; a result that may be acted on but not shown."""
    match placed.item:
        case Caution(severity="contraindicated", holds_back=False):
            yield placed.problem("is contraindicated, so 'withholds' cannot be false")
        case Freshness(act_days=act_days, show_days=show_days) if act_days > show_days:
            yield placed.problem(f"may be acted on for {act_days} days, but is shown for {show_days} only")
