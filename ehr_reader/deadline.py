"""When an answer must be there, by a clock that nobody can turn back."""

from __future__ import annotations

import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Deadline:
    """``ends`` is a reading of ``time.monotonic``."""

    ends: float

    @classmethod
    def in_seconds(cls, seconds: float) -> Deadline:
        return cls(time.monotonic() + seconds)

    @property
    def remaining(self) -> float:
        """Seconds; never below 0."""
        return max(0.0, self.ends - time.monotonic())
