"""The words of orders.toml, as types: what an order that somebody else writes is to us, and what follows from it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from clinical.knowledge.order_schema import Amount, Words
from clinical.knowledge.provenance import Nutrient, Provenance
from clinical.knowledge.question_schema import Question


class Orderable(Provenance):
    """An order of a drug class, or of a laboratory test, and the proposals that it ``stands_for``.

    The order meets the cautions about these proposals, except those that are ``silent`` (they are about our proposal
    and not about somebody's order), those of ``also`` beside them, and ``meets`` whatever the chart says. Rows of one
    class are read from the top, and the first that fits counts: not one of ``unless``, by this ``route``, a day's dose
    above or below a limit, one dose of at least another, and ``when`` answered yes. A dose that is not told fits no
    row that asks for one. ``salts``: milligrams are those of the salt, and count only for a product that is listed.
    ``as_service``: also where a ServiceRequest names it, as infusions are ordered. ``keeps``: cautions that are told
    and never advise to remove such an order, because it protects from another drug.
    """

    id: str
    nutrient: Nutrient | None = None
    medication: str | None = None
    analytes: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    route: Literal["oral", "parenteral"] | None = None
    daily_above: str | None = None
    daily_below: str | None = None
    single_dose_at_least: str | None = None
    when: Question | None = None
    stands_for: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    meets: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()
    keeps: tuple[str, ...] = ()
    salts: bool = False
    as_service: bool = False

    @model_validator(mode="after")
    def _one_subject(self) -> Orderable:
        if (self.medication is None) == (not self.analytes):
            raise ValueError("an orderable is either a 'medication' or 'analytes'")
        return self


class OrderAnswer(Provenance):
    """What an order that meets one of these cautions is answered with.

    ``separate``: the ``instruction`` may be added to it. ``remove``: it may be removed. ``tell``: it is told, no more.
    ``beside``: it is told where something else speaks, never by itself. A caution that is not listed is told if it is
    more than ``info``; whatever would hold back our own proposal lets the order be removed.
    """

    id: str
    cautions: tuple[str, ...] = Field(min_length=1)
    does: Literal["separate", "remove", "tell", "beside"]
    instruction: str = ""

    @model_validator(mode="after")
    def _instruction_where_needed(self) -> OrderAnswer:
        if (self.does == "separate") != bool(self.instruction):
            raise ValueError("an instruction belongs to 'separate', and 'separate' needs one")
        return self


class Content(Words):
    """What one tablet or capsule of a coded product holds, as upper limits count it."""

    code: str
    display: str
    holds: Amount


class Products(Provenance):
    """Products of one drug class with known content, by RxNorm code: "1 tablet" becomes an amount."""

    id: str
    medication: str
    contents: tuple[Content, ...] = Field(min_length=1)
