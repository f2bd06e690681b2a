"""What a dialect is."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from cds_hooks.response import Card
from hosting import Ehr


class Dialect(NamedTuple):
    """``hooks`` are those that EHRs of this dialect call; ``say`` makes one of our cards one of theirs."""

    hooks: frozenset[str]
    say: Callable[[Card, Ehr], Card]
