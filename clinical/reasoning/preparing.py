"""What is compiled of the knowledge, compiled ahead of the first question."""

from __future__ import annotations

from clinical.knowledge import Knowledge
from clinical.reasoning.compiling import compiled
from clinical.reasoning.orderables import compiled_orders


def prepare(knowledge: Knowledge) -> None:
    """For a service before it starts its workers: they share what is compiled, and nobody's call waits for it."""
    compiled(knowledge)
    compiled_orders(knowledge)
