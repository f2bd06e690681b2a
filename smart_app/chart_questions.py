"""What an EHR is asked for one patient's chart: derived from the needs of the knowledge, as far as the scopes reach."""

from __future__ import annotations

from collections.abc import Iterable

from clinical import Need
from ehr_reader import Question, Scopes, queries_of
from hosting import Ehr


def granted_questions(needed: Iterable[Need], ehr: Ehr, patient_id: str, scopes: Scopes) -> dict[str, Question]:
    """By the key of each need; what the scopes do not permit is left out, and never asked."""
    wished = queries_of(needed, "codes", patient_id, ehr.local_codes)
    permitted = {key: scopes.permitted(question) for key, question in wished.items()}
    return {key: question for key, question in permitted.items() if question is not None}
