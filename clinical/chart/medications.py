"""MedicationRequest, -Statement and -Administration as one kind of fact: a drug, since when, how much.

A prescription's date says that the drug was taken at least since then: prescriptions are renewed, so it is never read
as the beginning of the therapy (``start_is_prescription``).
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Literal, NamedTuple

from clinical.chart.courses import RUNNING, course_of
from clinical.chart.facts import Medication
from clinical.chart.gathering import Located, Shelf
from clinical.chart.how_often import times_a_day
from clinical.chart.problems import groups_of_concept, words_of
from clinical.chart.quantities import Number, read_quantity
from clinical.chart.wire import AdministeredDosage, CodeableConcept, Dosage, Quantity, Resource
from terminology import RXNORM, SNOMED_CT, canonical, drug_groups_by_name

_NEVER = frozenset({"entered-in-error", "cancelled", "not-taken", "not-done"})
_TO_SIGN = frozenset({"active", "in-progress", "intended"})
_PLANS = frozenset({"proposal", "plan"})
# SNOMED CT routes that EHRs send most; everything else is read from the words beside it.
_ROUTES: dict[str, Literal["oral", "parenteral"]] = {
    "26643006": "oral", "78421000": "parenteral", "47625008": "parenteral", "34206005": "parenteral",
}  # fmt: skip
_ROUTE_WORDS: tuple[tuple[str, Literal["oral", "parenteral", "other"]], ...] = (
    ("ophthalmic", "other"), ("eye drop", "other"), ("otic", "other"), ("ear drop", "other"), ("topical", "other"),
    ("cream", "other"), ("ointment", "other"), ("vaginal", "other"), ("intravenous", "parenteral"),
    ("injection", "parenteral"), ("injectable", "parenteral"), ("intramuscular", "parenteral"),
    ("subcutaneous", "parenteral"), ("infusion", "parenteral"), ("oral", "oral"), ("by mouth", "oral"),
    ("tablet", "oral"), ("capsule", "oral"),
)  # fmt: skip


class Drug(NamedTuple):
    """What a medication is: its concept, and the concepts of its ingredients where a Medication lists them."""

    concept: CodeableConcept | None
    ingredients: tuple[CodeableConcept, ...] = ()

    @property
    def concepts(self) -> tuple[CodeableConcept, ...]:
        return (self.concept, *self.ingredients) if self.concept is not None else self.ingredients

    @property
    def groups(self) -> frozenset[str]:
        """Those of the product and of all that is in it: a combination may have a code that nobody knows."""
        return groups_of_concept(self.concept).union(*map(groups_of_concept, self.ingredients))

    @property
    def rxnorm(self) -> frozenset[str]:
        coded = self.concept.coding if self.concept else ()
        return frozenset(one.code for one in coded if one.code and canonical(one.system or "") == RXNORM)

    @property
    def words(self) -> str:
        return words_of(self.concept) or " + ".join(filter(None, map(words_of, self.ingredients)))

    @property
    def names(self) -> str:
        """All words, for a drug that no code tells."""
        return " ".join(filter(None, (words_of(self.concept), *map(words_of, self.ingredients))))


def read_medication(item: Located, shelf: Shelf, drug: Drug | None = None) -> Medication | None:
    """``None`` for what was never given: cancelled, not taken, entered in error, or an order *not* to give.

    ``drug`` where it is known already what the resource is about.
    """
    resource = item.resource
    if resource.status in _NEVER or resource.status is None or resource.do_not_perform:
        return None
    drug = drug_of(resource, shelf) if drug is None else drug
    shown = resource.medication_reference.display if resource.medication_reference else None
    words = drug.words or shown or ""
    groups = drug.groups
    by_name = not groups
    course = course_of(resource)
    dose, unit = _daily_dose(resource)
    return Medication(
        source=item.reference,
        groups=groups or drug_groups_by_name(drug.names or words),
        text=words,
        active=resource.status in RUNNING,
        planned=resource.status == "draft" or resource.intent in _PLANS,
        unsigned=resource.status == "draft" or (resource.status in _TO_SIGN and resource.intent in _PLANS),
        doubtful=resource.status == "unknown",
        started=course.started,
        start_is_prescription=course.start_is_prescription,
        ended=course.ended,
        over_by=course.over_by,
        route=_route(resource, words),
        daily_dose=dose,
        dose_unit=unit,
        by_name=by_name,
        rxnorm=drug.rxnorm,
    )


def drug_of(resource: Resource, shelf: Shelf) -> Drug:
    """The concept that the resource names, or the Medication that it refers to."""
    if resource.medication_codeable_concept is not None:
        return Drug(resource.medication_codeable_concept)
    medication = shelf.find(resource.medication_reference, resource)
    return Drug(medication.code, tuple(_ingredients(medication, shelf))) if medication else Drug(None)


def _ingredients(medication: Resource, shelf: Shelf) -> Iterator[CodeableConcept]:
    """As concepts, or as further Medications; of those the code alone."""
    for one in medication.ingredient:
        if one.is_active is False:
            continue
        found = shelf.find(one.item_reference, medication)
        if concept := one.item_codeable_concept or (found.code if found else None):
            yield concept


def _route(resource: Resource, words: str) -> Literal["oral", "parenteral", "other"] | None:
    for dosage in _dosages(resource):
        for coding in dosage.route.coding if dosage.route else ():
            if coding.code in _ROUTES and canonical(coding.system or "") == SNOMED_CT:
                return _ROUTES[coding.code]
        if found := _route_in(f"{words_of(dosage.route)} {dosage.text or ''}"):
            return found
    return _route_in(words)


def _route_in(words: str) -> Literal["oral", "parenteral", "other"] | None:
    lower = words.lower()
    return next((route for word, route in _ROUTE_WORDS if word in lower), None)


def _dosages(resource: Resource) -> tuple[Dosage | AdministeredDosage, ...]:
    if isinstance(resource.dosage, AdministeredDosage):
        return (resource.dosage,)
    return (*resource.dosage_instruction, *resource.dosage)


def _daily_dose(resource: Resource) -> tuple[Decimal | None, str | None]:
    """Sum of dose times frequency, where every dosage tells both in one unit; otherwise unknown."""
    total, unit = Decimal(0), None
    dosages = [dosage for dosage in _dosages(resource) if isinstance(dosage, Dosage)]
    for dosage in dosages:
        quantity = next((rate.dose_quantity for rate in dosage.dose_and_rate if rate.dose_quantity), None)
        per_day = times_a_day(dosage)
        amount = _amount(quantity)
        if amount is None or per_day is None or unit not in (None, amount[1]):
            return None, None
        total, unit = total + amount[0] * per_day, amount[1]
    return (total, unit) if unit else (None, None)


def _amount(quantity: Quantity | None) -> tuple[Decimal, str] | None:
    number = read_quantity(quantity) if quantity else None
    if not isinstance(number, Number) or number.comparator or not (number.code or number.unit):
        return None
    return number.value, str(number.code or number.unit)
