"""The charts of the demo EHR, kept in memory, and how they are searched."""

from __future__ import annotations

from demo_ehr.charts.kept import Charts, Resource, subject_of
from demo_ehr.charts.search import (
    INCLUDE_MEDICATION,
    SEARCHABLE,
    CannotSearch,
    Parameters,
    SearchResult,
    included_by,
)
from demo_ehr.charts.tokens import has_token

__all__ = [
    "INCLUDE_MEDICATION",
    "SEARCHABLE",
    "CannotSearch",
    "Charts",
    "Parameters",
    "Resource",
    "SearchResult",
    "has_token",
    "included_by",
    "subject_of",
]
