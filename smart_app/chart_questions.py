"""What an EHR is asked for one patient's chart: derived from the needs of the knowledge, as far as the scopes reach."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from clinical import Need
from ehr_reader import LABORATORY_KEY, Query, Question, Scopes, queries_of
from hosting import Ehr


def granted_questions(needed: Iterable[Need], ehr: Ehr, patient_id: str, scopes: Scopes) -> dict[str, Question]:
    """By the key of each need; what the scopes do not permit is left out, and never asked. Where the EHR is asked by
    category, one search stands under the keys of many needs."""
    needed = tuple(needed)
    queries = queries_of(needed, ehr.prefetch_style, patient_id, ehr.local_codes)
    wished = {need.key: queries.get(need.key) or queries[LABORATORY_KEY] for need in needed}
    permitted = {key: (query, scopes.permitted(query)) for key, query in wished.items()}
    return {key: _whole(query, granted) for key, (query, granted) in permitted.items() if granted is not None}


def _whole(wished: Query, granted: Question) -> Question:
    """A drug that an order names by reference is part of that order: most EHRs send it along under the order's own
    scope, so no scope of its own was asked for. Those that do not are asked again without."""
    return replace(granted, include=wished.include) if isinstance(granted, Query) else granted
