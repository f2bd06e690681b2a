"""The value part of an Observation, and of each of its components, in one shape."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from clinical.chart.wire import CodeableConcept, Component, Quantity, Resource


class Value(msgspec.Struct, frozen=True, gc=False):
    """The value part of an Observation or of one of its components, in one shape."""

    code: CodeableConcept | None
    quantity: Quantity | None
    text: str | None
    concept: CodeableConcept | None
    absent: CodeableConcept | None
    interpretation: tuple[CodeableConcept, ...]
    others: int = 0


def values_of(resource: Resource) -> Iterator[Value]:
    if resource.component:
        yield from (_value_of_component(component) for component in resource.component)
        if resource.value_quantity is None and resource.value_string is None and _names_same(resource):
            return
    others = (resource.value_boolean is not None) + (resource.value_date_time is not None)
    others += sum(bool(bytes(raw)) for raw in (resource.value_integer, resource.value_range, resource.value_ratio))
    yield Value(
        resource.code, resource.value_quantity, resource.value_string, resource.value_codeable_concept,
        resource.data_absent_reason, resource.interpretation, others,
    )  # fmt: skip


def _value_of_component(component: Component) -> Value:
    return Value(
        component.code, component.value_quantity, component.value_string, component.value_codeable_concept,
        component.data_absent_reason, component.interpretation,
    )  # fmt: skip


def _names_same(resource: Resource) -> bool:
    """Does a component carry the very code of the whole? Then the whole is a heading, not a second result."""
    codes = {(coding.system, coding.code) for coding in resource.code.coding} if resource.code else set()
    return any(
        (coding.system, coding.code) in codes for part in resource.component if part.code for coding in part.code.coding
    )
