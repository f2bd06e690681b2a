"""The words for what may be ordered: amounts with UCUM units, codes, and how often, as types."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

import terminology

# The knowledge's short words for code systems, and their addresses.
SYSTEMS = {
    "loinc": terminology.LOINC,
    "rxnorm": terminology.RXNORM,
    "snomed": terminology.SNOMED_CT,
    "atc": terminology.ATC,
}


class Words(BaseModel):
    """Closed vocabulary: an unknown word is refused, numbers stay exact."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Amount(Words):
    """A number with its UCUM unit."""

    value: Decimal
    unit: str = Field(min_length=1)


class OrderCoding(Words):
    system: Literal["loinc", "rxnorm", "snomed", "atc"]
    code: str
    display: str


class Timing(Words):
    """How often: ``frequency`` times per ``period`` ``period_unit`` (UCUM: d, wk, mo)."""

    frequency: int = Field(gt=0)
    period: Decimal = Field(gt=0)
    period_unit: Literal["d", "wk", "mo"]


class MedicationOrder(Words):
    """One supplement as it would be ordered. ``content`` is what the upper limits count (elemental iron, IU …)."""

    product: str
    codings: tuple[OrderCoding, ...] = ()
    dose: Amount
    dose_text: str
    content: Amount
    route: Literal["oral", "intramuscular"]
    timing: Timing
    duration: Amount
    instruction: str
    patient_instruction: str = ""
    note: str


class LaboratoryOrder(Words):
    codings: tuple[OrderCoding, ...] = Field(min_length=1)
    text: str
    instruction: str = ""
