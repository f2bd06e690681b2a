"""Proposals as the knowledge writes them, to be drafted as orders."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from clinical.knowledge import Proposal

PROVENANCE: dict[str, Any] = {
    "source": "guideline-2025",
    "section": "table 3",
    "strength": "conditional",
    "verified": "verified",
    "reviewed": date(2026, 11, 22),
    "due": date(2027, 11, 22),
}
IRON: dict[str, Any] = {
    "product": "Ferrous sulfate 325 mg tablet",
    "codings": [{"system": "rxnorm", "code": "310325", "display": "ferrous sulfate 325 MG Oral Tablet"}],
    "dose": {"value": "1", "unit": "{tablet}"},
    "dose_text": "1 tablet by mouth once daily",
    "content": {"value": "65", "unit": "mg"},
    "route": "oral",
    "timing": {"frequency": 1, "period": "1", "period_unit": "d"},
    "duration": {"value": "12", "unit": "wk"},
    "instruction": "On an empty stomach",
    "patient_instruction": "Keep out of reach of children.",
    "note": "Conditional recommendation.",
}


def _proposal(kind: str, **content: Any) -> Proposal:
    return Proposal.model_validate({"id": "S.SAMPLE", "kind": kind, "label": "Consider it"} | PROVENANCE | content)


@pytest.fixture
def medication() -> Callable[..., Proposal]:
    """Makes a medication proposal that differs from the iron tablet in some words."""
    return lambda **changes: _proposal("medication", medication=IRON | changes)


@pytest.fixture
def laboratory() -> Callable[..., Proposal]:
    """Makes a laboratory proposal of tests, each a LOINC code with its instruction."""

    def make(**instructions: str) -> Proposal:
        codes = {"ferritin": "2276-4", "crp": "1988-5"}
        orders = [
            {
                "codings": [{"system": "loinc", "code": codes[name], "display": name}],
                "text": name,
                "instruction": instruction,
            }
            for name, instruction in instructions.items()
        ]
        return _proposal("laboratory", laboratory=orders)

    return make


@pytest.fixture
def referral() -> Proposal:
    return _proposal("referral", text="Consider a referral.")
