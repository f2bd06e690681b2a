"""The words for what may be proposed, as types: its orders, what comes along, and its order in another case."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from clinical.knowledge.order_schema import LaboratoryOrder, MedicationOrder, Words
from clinical.knowledge.provenance import Provenance
from clinical.knowledge.question_schema import Question

ProposalKind = Literal["medication", "laboratory", "referral", "advice"]


class Companion(Words):
    """Another proposal that comes along, and after how many days it is due (0: now)."""

    proposal: str
    after_days: int = Field(ge=0)


class Variant(Words):
    """The order of a proposal in one case, instead of its usual one. Also where the answer is unknown: a variant is the
    more careful order."""

    when: Question
    label: str = Field(min_length=3)
    medication: MedicationOrder


class Proposal(Provenance):
    """Something to consider doing, never done by itself."""

    id: str
    kind: ProposalKind
    label: str = Field(min_length=3)
    text: str = ""
    when: Question | None = None
    preselect: bool = False
    companions: tuple[Companion, ...] = ()
    medication: MedicationOrder | None = None
    laboratory: tuple[LaboratoryOrder, ...] = ()
    variants: tuple[Variant, ...] = Field(default=(), alias="variant")

    def each(self) -> tuple[Proposal, ...]:
        """The proposal with its usual order, then with that of each variant."""
        told = ({"label": one.label, "medication": one.medication, "variants": ()} for one in self.variants)
        return (self, *(self.model_copy(update=words) for words in told))

    @model_validator(mode="after")
    def _content_fits_kind(self) -> Proposal:
        if (self.kind == "medication") != (self.medication is not None):
            raise ValueError("kind 'medication' and a [proposal.medication] table belong together")
        if (self.kind == "laboratory") != bool(self.laboratory):
            raise ValueError("kind 'laboratory' and a [[proposal.laboratory]] table belong together")
        return self
