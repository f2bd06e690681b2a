"""The words a knowledge file may use, as types.

Every TOML file of this folder is read into these models with ``extra="forbid"``: a misspelt word is an error
that names file, rule and word. README.md beside this file explains each word to a clinician.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, model_validator

from clinical.knowledge.order_schema import Amount, Words
from clinical.knowledge.ordering_schema import Orderable, OrderAnswer, Products
from clinical.knowledge.proposal_schema import Companion, Proposal, ProposalKind
from clinical.knowledge.provenance import JURISDICTIONS, Jurisdiction, Nutrient, Provenance, Verified
from clinical.knowledge.question_schema import Question

__all__ = [
    "JURISDICTIONS", "Advice", "Band", "Caution", "Companion", "Conflict", "Derivation", "Escalation", "Finding",
    "Freshness", "Indicator", "Jurisdiction", "KnowledgeManifest", "Limit", "Nutrient", "NutrientFile", "OrderAnswer",
    "Orderable", "Products", "Proposal", "ProposalKind", "Provenance", "Raised", "Range", "Reserve", "Rule", "Severity",
    "Shorter", "Source", "SourceFile", "Span", "SpanId", "Statement", "Verified",
]  # fmt: skip

Indicator = Literal["info", "warning", "critical"]
Severity = Literal["info", "caution", "warning", "contraindicated"]


class Limit(Provenance):
    """A named number to compare a measurement with, as published in each unit family."""

    id: str
    analyte: str
    meaning: str
    values: tuple[Amount, ...] = Field(min_length=1)


class Range(Words):
    """One band in one unit family. ``from`` and ``to`` are inclusive, ``above`` and ``below`` exclusive."""

    unit: str
    from_: Decimal | None = Field(default=None, alias="from")
    above: Decimal | None = None
    to: Decimal | None = None
    below: Decimal | None = None

    @model_validator(mode="after")
    def _one_edge_each(self) -> Range:
        if self.from_ is not None and self.above is not None:
            raise ValueError("a range starts either 'from' (inclusive) or 'above' (exclusive), not both")
        if self.to is not None and self.below is not None:
            raise ValueError("a range ends either 'to' (inclusive) or 'below' (exclusive), not both")
        if self.from_ is self.above is self.to is self.below is None:
            raise ValueError("a range needs at least one edge")
        return self


class Escalation(Words):
    """A finding becomes more serious when something else is true."""

    to: Indicator
    when: Question


class Statement(Provenance):
    """What a clinician reads of a finding, and what follows from it."""

    title: str = Field(min_length=3)
    consider: str = ""
    proposes: tuple[str, ...] = ()
    withholds: tuple[str, ...] = ()
    retest: tuple[str, ...] = ()
    escalates: tuple[Escalation, ...] = ()
    card: bool = True
    speaks_when: Question | None = None


class Band(Statement):
    """A labelled range of one analyte. With an ``indicator`` it is a finding too; without, a label only."""

    id: str
    analyte: str
    side: Literal["low", "middle", "high"]
    ranges: tuple[Range, ...] = Field(min_length=1, alias="range")
    indicator: Indicator | None = None
    when: Question | None = None


class Finding(Statement):
    """The text of a finding that rules (rather than bands) make."""

    id: str
    analyte: str | None = None
    indicator: Indicator
    because: str = Field(min_length=3)


class Raised(Words):
    """A rule raises a finding, if need be with another indicator or sentence than the finding's own."""

    finding: str
    indicator: Indicator | None = None
    because: str | None = None


class Rule(Provenance):
    """One row of a decision table. Rows are read in order; a terminal row that holds ends its table."""

    id: str
    statement: str
    when: Question
    terminal: bool = False
    findings: tuple[Raised, ...] = ()
    proposes: tuple[str, ...] = ()
    withholds: tuple[str, ...] = ()


class Caution(Provenance):
    """What to beware of. The same id may stand several times, one entry per case.

    ``up_to`` names a daily dose: an order that is known to stay within it does not meet the caution, and one of unknown
    dose is not advised to be removed on its account.
    """

    id: str
    affects: tuple[str, ...] = ()
    concerns: tuple[str, ...] = ()
    relevant_when: Question | None = None
    severity: Severity
    withholds: bool | None = None
    unticks: bool | None = None
    proposes: tuple[str, ...] = ()
    up_to: str | None = None
    when: Question
    text: str = Field(min_length=3)

    @property
    def holds_back(self) -> bool:
        """Whether the proposals it affects are withheld altogether."""
        return self.severity == "contraindicated" if self.withholds is None else self.withholds

    @property
    def takes_the_tick(self) -> bool:
        """Whether nobody but the clinician may tick what it affects."""
        return self.severity in ("warning", "contraindicated") if self.unticks is None else self.unticks


class Advice(Provenance):
    """A sentence for the clinician's detail view: how to take it, what to eat, what else it may be."""

    id: str
    topic: Literal[
        "testing", "absorption", "form", "diet", "lifestyle", "time-course", "mimic", "evidence", "pregnancy"
    ]
    text: str = Field(min_length=10)
    when: Question


class Shorter(Words):
    """A narrower limit of freshness for some patients."""

    days: int = Field(gt=0)
    when: Question


class Freshness(Provenance):
    """How old a result may be: to act on (``act_days``), and to be shown as a finding at all (``show_days``)."""

    analyte: str
    act_days: int = Field(gt=0)
    show_days: int = Field(gt=0)
    retest: tuple[str, ...] = ()
    shorter: tuple[Shorter, ...] = ()


SpanId = Literal["dialysis-session", "drug-ended", "drug-supply", "order-open", "order-soon"]


class Span(Provenance):
    """For how many days something on the chart counts. Which spans there are is fixed: each is asked for by name."""

    id: SpanId
    days: int = Field(gt=0)
    meaning: str = Field(min_length=10)


class Conflict(Provenance):
    """Two final results that cannot both be right: within ``hours``, differing by more than ``percent``."""

    analytes: tuple[str, ...]
    percent: Decimal
    hours: int


class Reserve(Provenance):
    """Why a current result is used with reserve: a ``DQ.*`` entry beside it. ``unticks`` what would rest on it.

    ``outside_hours`` additionally asks for a known local time of collection outside these hours of the day.
    """

    id: str = Field(pattern=r"^DQ\.")
    analytes: tuple[str, ...] = Field(min_length=1)
    when: Question
    outside_hours: tuple[int, int] | None = None
    unticks: bool = False
    text: str = Field(min_length=10)


class Derivation(Provenance):
    """How one analyte is worked out of others of the same specimen. The formula is named, its numbers stand here."""

    id: str
    analyte: str
    formula: Literal[
        "albumin-adjusted-calcium", "saturation-from-binding-capacity", "saturation-from-transferrin",
        "binding-capacity-from-unsaturated",
    ]  # fmt: skip
    unit: str
    of: dict[str, str]
    coefficients: dict[str, Decimal] = Field(default_factory=dict)


class NutrientFile(Words):
    """One TOML file of this folder."""

    nutrient: Nutrient | None = None
    title: str
    reviewed: date
    due: date
    limit: tuple[Limit, ...] = ()
    band: tuple[Band, ...] = ()
    finding: tuple[Finding, ...] = ()
    rule: tuple[Rule, ...] = ()
    caution: tuple[Caution, ...] = ()
    proposal: tuple[Proposal, ...] = ()
    advice: tuple[Advice, ...] = ()
    freshness: tuple[Freshness, ...] = ()
    span: tuple[Span, ...] = ()
    conflict: tuple[Conflict, ...] = ()
    derivation: tuple[Derivation, ...] = ()
    reserve: tuple[Reserve, ...] = ()
    orderable: tuple[Orderable, ...] = ()
    order_caution: tuple[Caution, ...] = ()
    order_answer: tuple[OrderAnswer, ...] = ()
    products: tuple[Products, ...] = ()


class Source(Words):
    """One citation. ``seen`` says what was really read when the number was taken over."""

    id: str
    citation: str = Field(min_length=10)
    url: Annotated[str | None, Field(pattern=r"^https://")] = None
    doi: Annotated[str | None, Field(pattern=r"^10\.")] = None
    pmid: Annotated[str | None, Field(pattern=r"^\d+$")] = None
    year: int | None = None
    seen: str = Field(min_length=3)


class SourceFile(Words):
    source: tuple[Source, ...]


class KnowledgeManifest(Words):
    """knowledge.toml: the version of the whole, its files in reading order, its history."""

    version: str
    files: tuple[str, ...]
    changes: tuple[str, ...]
