"""How long ago, in words: a number without its age is not a number."""

from __future__ import annotations

from datetime import date

from clinical import FhirDate


def days_old(day: FhirDate, today: date) -> int:
    """By the earliest day that a partial date can mean: rather too old than too fresh."""
    return day.days_before(today)


def age_in_words(day: FhirDate, today: date) -> str:
    """Such as "today", "7 days ago", "5 weeks ago", "14 months ago"."""
    days = days_old(day, today)
    if days < 0:
        return "dated ahead of today"
    told = _told(days)
    return f"up to {told}" if day.precision in ("year", "month") and days > 0 else told


def _told(days: int) -> str:
    if days < 2:
        return "yesterday" if days else "today"
    if days < 21:
        return f"{days} days ago"
    if days < 91:
        return f"{days // 7} weeks ago"
    months = days * 12 // 365
    return f"{months} months ago" if months < 24 else f"{months // 12} years ago"
