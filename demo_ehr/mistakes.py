"""What keeps the demo from running, in one sentence for the person who started it."""

from __future__ import annotations


class CannotDemonstrate(Exception):
    """The demo cannot start or go on; the text says why."""
