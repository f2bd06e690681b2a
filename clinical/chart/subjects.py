"""Whose chart this is, and which resources are somebody else's. A patient is never guessed.

Another patient's resource is set aside and named by its reference; its values go nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from clinical.chart.dates import read_date
from clinical.chart.errors import TwoPatients
from clinical.chart.facts import Patient
from clinical.chart.gathering import Gathered, Located, short_reference
from clinical.chart.wire import Identifier, Reference, Resource

_OF_A_PATIENT = (
    "Observation",
    "DiagnosticReport",
    "Condition",
    "MedicationRequest",
    "MedicationStatement",
    "MedicationAdministration",
    "AllergyIntolerance",
    "ServiceRequest",
    "Procedure",
    "Encounter",
)
# ActReason "test health data", as a security label.
_TEST_DATA = "HTEST"


class Owner:
    """The patient of the chart, and the names by which resources may call them."""

    def __init__(self, patient: Patient, names: frozenset[str], identifiers: Sequence[Identifier] = ()) -> None:
        self.patient = patient
        self._names = names
        self._answers: dict[bytes, bool] = {}
        self._identifiers = {item.system: item.value for item in identifiers if item.system and item.value}

    def is_at(self, reference: str) -> bool:
        return reference == self.patient.reference

    def owns(self, item: Located) -> bool:
        """A resource without a subject is taken as the patient's: the sender was asked for this patient's data."""
        # A chart names its patient thousands of times in the same few ways.
        written = bytes(item.resource.subject_json)
        known = self._answers.get(written)
        if known is not None:
            return known
        subject = _subject(item)
        known = subject is None or self._is(subject)
        if item.resource.subject is not None:
            self._answers[written] = known
        return known

    def _is(self, subject: Reference) -> bool:
        if not subject.reference:
            return self._same_person(subject.identifier)
        names = self._names
        return not names or subject.reference in names or short_reference(subject.reference) in names

    def _same_person(self, identifier: Identifier | None) -> bool:
        if identifier is None or identifier.system not in self._identifiers:
            return True
        return self._identifiers[identifier.system] == identifier.value


def find_owner(gathered: Gathered, patient_id: str | None, refuse_others: bool) -> Owner:
    """Raises ``TwoPatients`` where ``refuse_others`` and the input holds two Patients, a Patient who is not
    ``patient_id``, or no Patient and resources of two subjects."""
    patients = _distinct(item for item in gathered.of("Patient") if item.holder is None)
    if refuse_others:
        _refuse_two(patients, patient_id)
    own = next((item for item in patients if patient_id is None or item.resource.id == patient_id), None)
    if own is not None:
        return _owner_of(own)
    name = f"Patient/{patient_id}" if patient_id else _only_subject(gathered)
    return Owner(Patient(reference=name), frozenset({name}) if name else frozenset())


def _distinct(patients: Iterable[Located]) -> list[Located]:
    return list({item.reference: item for item in patients}.values())


def _refuse_two(patients: Sequence[Located], patient_id: str | None) -> None:
    if len(patients) > 1:
        raise TwoPatients(f"the input holds {len(patients)} Patient resources; hand in one patient at a time")
    if patient_id and patients and patients[0].resource.id != patient_id:
        raise TwoPatients("context.patientId of the hook is not the Patient in the prefetch; nothing was assessed")


def _owner_of(item: Located) -> Owner:
    resource = item.resource
    patient = Patient(
        reference=item.reference,
        birth_date=read_date(resource.birth_date),
        gender=resource.gender,
        deceased=bool(resource.deceased_boolean or resource.deceased_date_time),
        is_test=any(label.code == _TEST_DATA for label in (resource.meta.security if resource.meta else ())),
    )
    names = {item.reference, item.full_url, short_reference(item.full_url)}
    identifiers = resource.identifier if isinstance(resource.identifier, tuple) else (resource.identifier,)
    return Owner(patient, frozenset(name for name in names if name), identifiers)


def _only_subject(gathered: Gathered) -> str | None:
    found = [subject for item in gathered.of(*_OF_A_PATIENT) if (subject := _subject(item))]
    subjects = {short_reference(subject.reference) for subject in found if subject.reference}
    if len(subjects) > 1:
        raise TwoPatients(f"the input holds no Patient and resources of {len(subjects)} subjects; hand in one patient")
    return next(iter(subjects), None)


def _subject(item: Located) -> Reference | None:
    resource = item.resource
    own: Reference | None = resource.subject or resource.patient
    if own is None and item.holder is not None:
        return _holder_subject(item.holder)
    return own


def _holder_subject(holder: Resource) -> Reference | None:
    return holder.subject or holder.patient
