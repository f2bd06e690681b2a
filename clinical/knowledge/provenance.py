"""Where a statement comes from, how strong its source calls it, and how far we have checked it."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from clinical.knowledge.order_schema import Words

Jurisdiction = Literal["international", "us", "uk"]
JURISDICTIONS: tuple[Jurisdiction, ...] = ("international", "us", "uk")
Verified = Literal["verified", "second-hand", "from-memory", "policy"]
Nutrient = Literal["iron", "vitamin-d", "vitamin-b12", "folate", "magnesium", "vitamin-b6", "vitamin-c", "vitamin-e"]


class Provenance(Words):
    """What every item of knowledge carries. ``reviewed`` and ``due`` are those of the file where it has none."""

    source: str | tuple[str, ...]
    section: str = Field(min_length=1)
    strength: str = Field(min_length=1)
    verified: Verified
    reviewed: date
    due: date
    jurisdictions: tuple[Jurisdiction, ...] = JURISDICTIONS

    @property
    def sources(self) -> tuple[str, ...]:
        return (self.source,) if isinstance(self.source, str) else self.source
