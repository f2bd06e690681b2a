"""FHIR R4 as it comes over the wire: only the elements that some question here will ask for.

One wide ``Resource`` serves every resource type, so that a Bundle of mixed types is decoded in one pass, straight from
bytes, and an unknown type costs nothing. An absent element is ``None``, ``()`` or ``ABSENT``; nothing ever gets a
default meaning. Numbers stay the bytes the sender wrote (``msgspec.Raw``): only those that a rule will read become
``Decimal``, with the reported precision. So do the parts of which a chart is full and rules read few (``…_json``):
four of five results are about something else, and nobody asks who performed those. The property of the same name
takes such a part apart, element by element where the sender did not keep to the types.
Source: FHIR R4 (4.0.1), the resource pages of the types named below.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from clinical.chart.decoding import ABSENT, lost_in, part_reader

T = TypeVar("T")


class Wire(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """Unknown elements are skipped without being looked at."""


class Extension(Wire, frozen=True):
    url: str = ""


class Coding(Wire, frozen=True):
    system: str | None = None
    code: str | None = None
    display: str | None = None


class CodeableConcept(Wire, frozen=True):
    coding: tuple[Coding, ...] = ()
    text: str | None = None


class Quantity(Wire, frozen=True):
    value: msgspec.Raw = ABSENT
    comparator: str | None = None
    unit: str | None = None
    system: str | None = None
    code: str | None = None


class Identifier(Wire, frozen=True):
    use: str | None = None
    type: CodeableConcept | None = None
    system: str | None = None
    value: str | None = None


class Reference(Wire, frozen=True):
    reference: str | None = None
    display: str | None = None
    identifier: Identifier | None = None


class Period(Wire, frozen=True):
    start: str | None = None
    end: str | None = None


class Annotation(Wire, frozen=True):
    text: str | None = None


class Meta(Wire, frozen=True):
    version_id: str | None = None
    last_updated: str | None = None
    security: tuple[Coding, ...] = ()


class Component(Wire, frozen=True):
    code: CodeableConcept | None = None
    value_quantity: Quantity | None = None
    value_string: str | None = None
    value_codeable_concept: CodeableConcept | None = None
    data_absent_reason: CodeableConcept | None = None
    interpretation_json: msgspec.Raw = msgspec.field(default=ABSENT, name="interpretation")


class TimingRepeat(Wire, frozen=True):
    frequency: msgspec.Raw = ABSENT
    period: msgspec.Raw = ABSENT
    period_unit: str | None = None
    bounds_period: Period | None = None


class Timing(Wire, frozen=True):
    repeat: TimingRepeat | None = None
    code: CodeableConcept | None = None


class DoseAndRate(Wire, frozen=True):
    dose_quantity: Quantity | None = None


class Dosage(Wire, frozen=True):
    text: str | None = None
    timing: Timing | None = None
    route: CodeableConcept | None = None
    dose_and_rate: tuple[DoseAndRate, ...] = ()


class AdministeredDosage(Wire, frozen=True):
    """MedicationAdministration.dosage is one object, with ``dose`` instead of ``doseAndRate``."""

    text: str | None = None
    route: CodeableConcept | None = None
    dose: Quantity | None = None


class DispenseRequest(Wire, frozen=True):
    """MedicationRequest.dispenseRequest: for how long what is dispensed lasts."""

    validity_period: Period | None = None
    expected_supply_duration: Quantity | None = None
    number_of_repeats_allowed: msgspec.Raw = ABSENT


class Ingredient(Wire, frozen=True):
    """Medication.ingredient. Its strength is not read: a dose counts for products whose content the knowledge lists."""

    item_codeable_concept: CodeableConcept | None = None
    item_reference: Reference | None = None
    is_active: bool | None = None


class EncounterDiagnosis(Wire, frozen=True):
    condition: Reference | None = None


class Link(Wire, frozen=True):
    relation: str | None = None
    url: str | None = None


class Issue(Wire, frozen=True):
    severity: str | None = None
    code: str | None = None
    diagnostics: str | None = None


_PARTS: dict[str, Any] = {
    "meta": Meta, "identifier": tuple[Identifier, ...] | Identifier, "code": CodeableConcept, "subject": Reference,
    "performer": tuple[Reference, ...], "interpretation": tuple[CodeableConcept, ...], "specimen": Reference,
}  # fmt: skip
_Part = Callable[[msgspec.Raw], T]
read_meta: _Part[Meta | None] = part_reader(Meta, None)
read_identifiers: _Part[tuple[Identifier, ...] | Identifier] = part_reader(_PARTS["identifier"], ())
read_concept: _Part[CodeableConcept | None] = part_reader(CodeableConcept, None)
read_concepts: _Part[tuple[CodeableConcept, ...]] = part_reader(tuple[CodeableConcept, ...], ())
_read_reference: _Part[Reference | None] = part_reader(Reference, None)
read_references: _Part[tuple[Reference, ...]] = part_reader(tuple[Reference, ...], ())


class Resource(Wire, frozen=True, kw_only=True):
    """Any resource. Which elements mean something depends on ``resource_type``."""

    resource_type: str = ""
    id: str | None = None
    meta_json: msgspec.Raw = msgspec.field(default=ABSENT, name="meta")
    modifier_extension: tuple[Extension, ...] = ()
    identifier_json: msgspec.Raw = msgspec.field(default=ABSENT, name="identifier")
    status: str | None = None
    code_json: msgspec.Raw = msgspec.field(default=ABSENT, name="code")
    subject_json: msgspec.Raw = msgspec.field(default=ABSENT, name="subject")
    contained: tuple[Resource, ...] = ()
    patient: Reference | None = None
    note: tuple[Annotation, ...] = ()
    # Observation
    effective_date_time: str | None = None
    issued: str | None = None
    performer_json: msgspec.Raw = msgspec.field(default=ABSENT, name="performer")
    value_quantity: Quantity | None = None
    interpretation_json: msgspec.Raw = msgspec.field(default=ABSENT, name="interpretation")
    specimen_json: msgspec.Raw = msgspec.field(default=ABSENT, name="specimen")
    reference_range: msgspec.Raw = ABSENT
    value_string: str | None = None
    value_codeable_concept: CodeableConcept | None = None
    value_boolean: bool | None = None
    value_integer: msgspec.Raw = ABSENT
    value_date_time: str | None = None
    value_range: msgspec.Raw = ABSENT
    value_ratio: msgspec.Raw = ABSENT
    data_absent_reason: CodeableConcept | None = None
    component: tuple[Component, ...] = ()
    has_member: tuple[Reference, ...] = ()
    effective_instant: str | None = None
    effective_period: Period | None = None
    method: CodeableConcept | None = None
    device: Reference | None = None
    # DiagnosticReport
    result: tuple[Reference, ...] = ()
    # Condition, AllergyIntolerance (STU3 sent clinicalStatus as a plain code)
    clinical_status: CodeableConcept | str | None = None
    verification_status: CodeableConcept | str | None = None
    onset_date_time: str | None = None
    abatement_date_time: str | None = None
    recorded_date: str | None = None
    type: str | tuple[CodeableConcept, ...] | CodeableConcept | None = None
    # MedicationRequest, MedicationStatement, MedicationAdministration
    intent: str | None = None
    do_not_perform: bool | None = None
    medication_codeable_concept: CodeableConcept | None = None
    medication_reference: Reference | None = None
    authored_on: str | None = None
    date_asserted: str | None = None
    dosage_instruction: tuple[Dosage, ...] = ()
    dispense_request: DispenseRequest | None = None
    dosage: tuple[Dosage, ...] | AdministeredDosage = ()
    reason_code: tuple[CodeableConcept, ...] = ()
    # Medication
    ingredient: tuple[Ingredient, ...] = ()
    # ServiceRequest
    occurrence_date_time: str | None = None
    occurrence_period: Period | None = None
    # Procedure, Encounter
    performed_date_time: str | None = None
    performed_period: Period | None = None
    period: Period | None = None
    diagnosis: tuple[EncounterDiagnosis, ...] = ()
    context: Reference | None = None
    # Patient
    birth_date: str | None = None
    gender: str | None = None
    deceased_boolean: bool | None = None
    deceased_date_time: str | None = None
    active: bool | None = None
    # Bundle, OperationOutcome
    entry: tuple[Entry, ...] = ()
    link: tuple[Link, ...] = ()
    issue: tuple[Issue, ...] = ()
    # What the decoder had to leave out: filled by decoding.py, under a name that no FHIR element has.
    lost: tuple[str, ...] = msgspec.field(default=(), name="\uffff")

    @property
    def unreadable(self) -> tuple[str, ...]:
        """What had to be left out, as element paths, also in the parts that are bytes still."""
        parts = ((name, getattr(self, f"{name}_json"), kind) for name, kind in _PARTS.items())
        within = [f"{name}.{path}".rstrip(".") for name, json, kind in parts for path in lost_in(json, kind)]
        return (*self.lost, *within)

    @property
    def meta(self) -> Meta | None:
        return read_meta(self.meta_json)

    @property
    def identifier(self) -> tuple[Identifier, ...] | Identifier:
        return read_identifiers(self.identifier_json)

    @property
    def code(self) -> CodeableConcept | None:
        return read_concept(self.code_json)

    @property
    def subject(self) -> Reference | None:
        return _read_reference(self.subject_json)

    @property
    def specimen(self) -> Reference | None:
        return _read_reference(self.specimen_json)


class Entry(Wire, frozen=True):
    full_url: str | None = None
    resource: Resource | None = None
