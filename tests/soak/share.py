"""How much of the long tests is run: all of it, or ``SOAK_SHARE=0.01`` of it for a short look."""

from __future__ import annotations

import os


def share_of(number: int) -> int:
    return max(1, int(number * float(os.environ.get("SOAK_SHARE", "1"))))
