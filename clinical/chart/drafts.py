"""Orders that are not signed yet, as a hook sends them: what each would have the patient take, or have tested.

Sources: FHIR R4 MedicationRequest, NutritionOrder (supplements) and ServiceRequest; CDS Hooks Library, ``draftOrders``
of order-select and order-sign ("details may be missing"). A drug is known by its codes, and by its name as last resort.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Literal

import msgspec

from clinical.chart.facts import Fact, Medication
from clinical.chart.gathering import Located, Shelf, gather, short_reference
from clinical.chart.medications import drug_of, read_medication
from clinical.chart.open_orders import analytes_of, codings_of
from clinical.chart.problems import groups_of_concept, words_of
from clinical.chart.quantities import Number, read_quantity
from clinical.chart.versions import refuse_other_versions
from clinical.chart.wire import CodeableConcept, Entry, Quantity, Reference, Resource, Wire
from terminology import drug_groups_by_name

# An order that is being stopped, or was, orders nothing.
_ENDED = frozenset({"stopped", "completed", "ended", "revoked", "cancelled", "entered-in-error", "unknown"})


class Supplement(Wire, frozen=True):
    """One supplement of a NutritionOrder."""

    type: CodeableConcept | None = None
    product_name: str | None = None
    quantity: Quantity | None = None


class OrderResource(Resource, frozen=True, kw_only=True):
    """A resource with what only orders have."""

    prior_prescription: Reference | None = None
    supplement: tuple[Supplement, ...] = ()
    entry: tuple[OrderEntry, ...] = ()


class OrderEntry(Entry, frozen=True):
    resource: OrderResource | None = None


class Dose(Fact, frozen=True):
    """One dose, as told: 2 {tablet}, 50000 [IU]."""

    value: Decimal
    unit: str


class DraftOrder(Fact, frozen=True, kw_only=True):
    """One order. ``names`` are the references by which it may be selected; ``replaces`` is the prescription it renews.

    ``id`` is absent where the sender gave none: such an order can be told of, but neither changed nor removed.
    """

    reference: str
    kind: Literal["medication", "nutrition", "service"]
    text: str
    id: str | None = None
    names: frozenset[str] = frozenset()
    taken: tuple[Medication, ...] = ()
    codings: frozenset[tuple[str, str]] = frozenset()
    analytes: frozenset[str] = frozenset()
    single_dose: Dose | None = None
    replaces: str | None = None

    @property
    def by_name(self) -> bool:
        """Whether some drug was known by its name only."""
        return any(item.by_name and item.groups for item in self.taken)


class DraftOrders(Fact, frozen=True):
    """The orders of one patient; ``other_patients`` names those that were set aside."""

    orders: tuple[DraftOrder, ...]
    other_patients: tuple[str, ...] = ()


def read_draft_orders(bundle: OrderResource, patient_id: str) -> DraftOrders:
    """Raises ``WrongFhirVersion``. Other resources of the Bundle, such as a Medication, are what orders refer to."""
    gathered = gather([bundle])
    refuse_other_versions(gathered)
    shelf = Shelf(gathered.of("Medication"))
    own: list[DraftOrder] = []
    strangers: list[str] = []
    for item in sorted(gathered.of(*_READERS), key=lambda one: one.position):
        if item.holder is not None:
            continue
        if _of_another(item.resource, patient_id):
            strangers.append(item.reference)
        elif order := _read(item, shelf):
            own.append(order)
    return DraftOrders(tuple(own), tuple(strangers))


def _of_another(resource: Resource, patient_id: str) -> bool:
    subject = resource.subject or resource.patient
    named = short_reference(subject.reference) if subject else None
    return named is not None and named.startswith("Patient/") and named != f"Patient/{patient_id}"


def _read(item: Located, shelf: Shelf) -> DraftOrder | None:
    """``None`` for what orders nothing."""
    resource = item.resource
    if resource.status in _ENDED or resource.do_not_perform or not isinstance(resource, OrderResource):
        return None
    parts = _READERS[resource.resource_type](item, resource, shelf)
    prior = resource.prior_prescription
    return msgspec.structs.replace(
        parts,
        id=resource.id,
        names=frozenset(_names(item)),
        replaces=short_reference(prior.reference) if prior else None,
    )


def _names(item: Located) -> Iterator[str]:
    yield item.reference
    if item.resource.id:
        yield item.resource.id
    for name in (item.full_url, short_reference(item.full_url)):
        if name:
            yield name


def _medication_request(item: Located, resource: OrderResource, shelf: Shelf) -> DraftOrder:
    drug = drug_of(resource, shelf)
    told = msgspec.structs.replace(resource, status=resource.status or "draft", dosage=())
    medication = read_medication(msgspec.structs.replace(item, resource=told), shelf, drug)
    doses = (rate.dose_quantity for one in resource.dosage_instruction for rate in one.dose_and_rate)
    return DraftOrder(
        reference=item.reference,
        kind="medication",
        text=medication.text if medication else "",
        taken=(medication,) if medication else (),
        codings=codings_of(drug.concept),
        single_dose=_largest(doses),
    )


def _nutrition_order(item: Located, resource: OrderResource, _: Shelf) -> DraftOrder:
    taken = tuple(_supplement(item, one) for one in resource.supplement)
    return DraftOrder(
        reference=item.reference,
        kind="nutrition",
        text=", ".join(one.text for one in taken if one.text),
        taken=taken,
        codings=frozenset[tuple[str, str]]().union(*(codings_of(one.type) for one in resource.supplement)),
        single_dose=_largest(one.quantity for one in resource.supplement) if len(taken) == 1 else None,
    )


def _supplement(item: Located, supplement: Supplement) -> Medication:
    words = words_of(supplement.type) or supplement.product_name or ""
    return _by_concept(item, supplement.type, f"{words} {supplement.product_name or ''}", words, "oral")


def _service_request(item: Located, resource: OrderResource, _: Shelf) -> DraftOrder:
    """A laboratory test, or something given as a service such as an infusion."""
    codings, words = codings_of(resource.code), words_of(resource.code)
    analytes = analytes_of(codings)
    given = () if analytes else (_by_concept(item, resource.code, words, words, None),)
    return DraftOrder(
        reference=item.reference, kind="service", text=words, taken=given, codings=codings, analytes=analytes
    )


def _by_concept(
    item: Located, concept: CodeableConcept | None, names: str, text: str, route: Literal["oral"] | None
) -> Medication:
    groups = groups_of_concept(concept)
    return Medication(
        source=item.reference,
        groups=groups or drug_groups_by_name(names),
        text=text,
        active=False,
        planned=True,
        route=route,
        by_name=not groups,
    )


def _largest(quantities: Iterable[Quantity | None]) -> Dose | None:
    """The largest single dose, where all are told in one unit."""
    doses = [dose for one in quantities if one is not None and (dose := _dose(one))]
    if not doses or len({dose.unit for dose in doses}) > 1:
        return None
    return max(doses, key=lambda dose: dose.value)


def _dose(quantity: Quantity) -> Dose | None:
    number = read_quantity(quantity)
    if not isinstance(number, Number) or number.comparator or not (number.code or number.unit):
        return None
    return Dose(number.value, str(number.code or number.unit))


_READERS = {
    "MedicationRequest": _medication_request,
    "NutritionOrder": _nutrition_order,
    "ServiceRequest": _service_request,
}
