"""Fixtures tell of 22 November 2026; the demo tells the same story as of today.

Every date in a hook call, the birth date too, moves by the same number of days: ages, intervals and trimesters stay.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

FIXTURES_TOLD_ON = date(2026, 11, 22)
_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})(T[\d:.]+(?:Z|[+-]\d{2}:\d{2})?)?", re.ASCII)


def told_today(value: Any, today: date) -> Any:
    """A copy of JSON ``value`` with every full date moved from the fixtures' day to ``today``."""
    if isinstance(value, dict):
        return {name: told_today(member, today) for name, member in value.items()}
    if isinstance(value, list):
        return [told_today(member, today) for member in value]
    return _moved(value, today - FIXTURES_TOLD_ON) if isinstance(value, str) else value


def _moved(text: str, by: timedelta) -> str:
    match = _DATE.fullmatch(text)
    if match is None:
        return text
    return f"{date.fromisoformat(match[1]) + by}{match[2] or ''}"
