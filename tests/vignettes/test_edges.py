"""Both sides of every age, day, hour and daily dose, and of every label that no limit table shows."""

from __future__ import annotations

import pytest

from tests.vignettes.assessed import assessed, marks_of
from tests.vignettes.stories import Edge, read_edges

EDGES = list(read_edges("edges.yaml"))


@pytest.mark.parametrize("edge", EDGES, ids=lambda edge: edge.id)
def test_edge(edge: Edge) -> None:
    assert (edge.says in marks_of(assessed(edge.story))) is edge.told


def test_names_are_unique() -> None:
    assert len({edge.id for edge in EDGES}) == len(EDGES)
