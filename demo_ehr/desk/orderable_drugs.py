"""The drugs of the order desk, and the draft order that choosing one of them makes."""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

LIST = Path(__file__).with_name("orderable_drugs.toml")
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"


class OrderableDrug(NamedTuple):
    """``codes`` are RxNorm codes with their display, the most exact first."""

    key: str
    group: str
    name: str
    dose: str
    codes: dict[str, str]

    def draft(self, today: date) -> dict[str, Any]:
        """A MedicationRequest without id and subject: the tray gives it both."""
        codings = [{"system": RXNORM, "code": code, "display": display} for code, display in self.codes.items()]
        return {
            "resourceType": "MedicationRequest",
            "status": "draft",
            "intent": "order",
            "medicationCodeableConcept": {"coding": codings, "text": self.name},
            "authoredOn": today.isoformat(),
            "dosageInstruction": [{"text": self.dose}],
        }


@cache
def orderable_drugs() -> dict[str, OrderableDrug]:
    return {drug["key"]: OrderableDrug(**drug) for drug in tomllib.loads(LIST.read_text("utf-8"))["drug"]}


def by_group() -> list[tuple[str, list[OrderableDrug]]]:
    """In the order of the list, as a choice with groups wants it."""
    return [(group, list(drugs)) for group, drugs in groupby(orderable_drugs().values(), lambda drug: drug.group)]
