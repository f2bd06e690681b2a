"""What the chart reader found: facts, each with where it stands in the chart, and what could not be used.

Facts carry no opinion. ``Measurement.value`` is exact and in the unit family that was reported.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

import msgspec

from clinical.chart.dates import FhirDate
from clinical.chart.decoding import ABSENT
from clinical.chart.wire import read_identifiers, read_meta, read_references

Comparator = Literal["<", "<=", ">=", ">"]


class Fact(msgspec.Struct, frozen=True, gc=False):
    """Immutable and cheap: a chart may hold twenty thousand."""


class DataQuality(Fact, frozen=True):
    """One Observation and one reason why it was not used, or used with reserve (``blocks`` is false)."""

    id: str
    reason: str
    analyte: str | None = None
    source: str | None = None
    blocks: bool = True


class Measurement(Fact, frozen=True, kw_only=True):
    """One result of one analyte.

    ``value`` stands in ``unit`` (UCUM, the family in which limits are published), ``reported`` is the text as sent.
    With a ``comparator`` the value is an edge, not a point; ``upper`` closes the interval of a sum (D3 + D2 "<4").
    ``rank`` grows from preliminary over final and amended to corrected. ``…_json`` holds as it was
    sent, until somebody asks: who performed it, which no rule does, identifiers and versions, which only copies of one
    result do.
    """

    analyte: str
    value: Decimal
    unit: str
    reported: str
    reported_unit: str
    comparator: Comparator | None = None
    upper: Decimal | None = None
    effective: FhirDate | None = None
    source: str | None = None
    derived_from: tuple[str, ...] = ()
    usable: bool = True
    preliminary: bool = False
    part: Literal["total", "D2", "D3"] | None = None
    method: str | None = None
    specimen: str | None = None
    haemolysed: bool = False
    point_of_care: bool = False
    number_was_text: bool = False
    unusual: bool = False
    rank: int = 0
    issued: str | None = None
    performer_json: msgspec.Raw = ABSENT
    identifier_json: msgspec.Raw = ABSENT
    meta_json: msgspec.Raw = ABSENT

    @property
    def facts(self) -> tuple[str, ...]:
        return (self.source,) if self.source else self.derived_from

    @property
    def laboratory(self) -> str | None:
        """The first performer that has a name."""
        return next((one.display for one in read_references(self.performer_json) if one.display), None)

    @property
    def identifiers(self) -> frozenset[str]:
        """``system|value`` of each: two readings with a common one are of one result."""
        listed = read_identifiers(self.identifier_json)
        every = listed if isinstance(listed, tuple) else (listed,)
        return frozenset([f"{item.system or ''}|{item.value}" for item in every if item.value])

    @property
    def revision(self) -> tuple[int, str, str]:
        """By rank, then by date and version: the last of a result counts."""
        meta = read_meta(self.meta_json)
        updated = (meta.last_updated if meta else None) or self.issued or ""
        return self.rank, updated, (meta.version_id if meta else None) or ""

    @property
    def is_a_point(self) -> bool:
        """Not an edge such as "<3", nor an interval."""
        return self.comparator is None and self.upper is None


class Condition(Fact, frozen=True):
    """A problem or diagnosis. ``groups`` are the value sets its codes belong to, ``possible`` those that only its words
    name: they are not asserted, and not absent either."""

    source: str
    groups: frozenset[str]
    state: Literal["active", "past", "refuted", "unconfirmed"]
    text: str
    recorded: FhirDate | None = None
    possible: frozenset[str] = frozenset()


class Medication(Fact, frozen=True, kw_only=True):
    """A drug that the chart says is (or was) taken, ordered or given. ``unsigned``: it waits to be ordered.

    ``doubtful``: the chart itself does not know whether it is taken. One that is neither ``active`` nor has ``ended``
    is over since nobody knows when, at the latest since ``over_by``.
    ``rxnorm`` are its own codes there, by which the content of one piece is known.
    """

    source: str
    groups: frozenset[str]
    text: str
    active: bool
    planned: bool = False
    unsigned: bool = False
    doubtful: bool = False
    started: FhirDate | None = None
    start_is_prescription: bool = True
    ended: FhirDate | None = None
    over_by: FhirDate | None = None
    route: Literal["oral", "parenteral", "other"] | None = None
    daily_dose: Decimal | None = None
    dose_unit: str | None = None
    by_name: bool = False
    rxnorm: frozenset[str] = frozenset()


class Allergy(Fact, frozen=True):
    source: str
    groups: frozenset[str]
    kind: Literal["allergy", "intolerance"] | None
    text: str


class Procedure(Fact, frozen=True):
    source: str
    groups: frozenset[str]
    text: str
    performed: FhirDate | None = None


class OpenOrder(Fact, frozen=True, kw_only=True):
    """A laboratory test that is ordered and not known to be done. ``due`` where the order says when."""

    source: str
    codings: frozenset[tuple[str, str]]
    analytes: frozenset[str] = frozenset()
    ordered: FhirDate | None = None
    due: FhirDate | None = None


class Patient(Fact, frozen=True):
    reference: str | None = None
    birth_date: FhirDate | None = None
    gender: str | None = None
    deceased: bool = False
    is_test: bool = False

    @property
    def is_judged(self) -> bool:
        """Of the deceased and of test patients the results are shown, and nothing is said (DQ.ID)."""
        return not (self.deceased or self.is_test)


class PregnancyStatus(Fact, frozen=True):
    """What an Observation says of pregnancy: a status (82810-3) or an estimated date of delivery (11779-6)."""

    source: str
    pregnant: bool | None = None
    due: FhirDate | None = None
    effective: FhirDate | None = None


class Chart(Fact, frozen=True, kw_only=True):
    """Everything known about one patient. ``answered`` holds the resource types that the sender was asked for and sent,
    be it nothing: only for those does an absent entry mean that there is none. ``partly_read`` holds those among the
    lists of which an entry could not be read: they are not answered in full. ``unread`` holds the analytes of which
    results may be on file that did not come: an absent one is unknown."""

    patient: Patient
    measurements: tuple[Measurement, ...] = ()
    conditions: tuple[Condition, ...] = ()
    medications: tuple[Medication, ...] = ()
    allergies: tuple[Allergy, ...] = ()
    procedures: tuple[Procedure, ...] = ()
    pregnancy: tuple[PregnancyStatus, ...] = ()
    open_orders: tuple[OpenOrder, ...] = ()
    data_quality: tuple[DataQuality, ...] = ()
    other_patients: tuple[str, ...] = ()
    answered: frozenset[str] = frozenset()
    partly_read: frozenset[str] = frozenset()
    unread: frozenset[str] = frozenset()
    not_read: int = 0
