"""The value part of an Observation, and of each of its components, in one shape."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from clinical.chart.decoding import ABSENT
from clinical.chart.naming import Name, name_in, name_of
from clinical.chart.wire import CodeableConcept, Component, Quantity, Resource


class Value(msgspec.Struct, frozen=True, gc=False):
    """The value part of an Observation or of one of its components, in one shape. ``flags`` is its interpretation."""

    name: Name
    quantity: Quantity | None
    text: str | None
    concept: CodeableConcept | None
    absent: CodeableConcept | None
    flags: msgspec.Raw
    others: int = 0

    @property
    def number_of_values(self) -> int:
        return (self.quantity is not None) + (self.text is not None) + (self.concept is not None) + self.others


def values_of(resource: Resource, local_codes: Mapping[str, str]) -> Iterator[Value]:
    if resource.component:
        yield from (_value_of_component(component, local_codes) for component in resource.component)
        if resource.value_quantity is None and resource.value_string is None and _names_same(resource):
            return
    yield whole_value(resource, name_in(resource.code_json, local_codes))


def whole_value(resource: Resource, name: Name) -> Value:
    """What the Observation itself says, under this name."""
    others = (resource.value_boolean is not None) + (resource.value_date_time is not None)
    others += (resource.value_integer is not ABSENT) + (resource.value_range is not ABSENT)
    others += resource.value_ratio is not ABSENT
    return Value(
        name, resource.value_quantity, resource.value_string, resource.value_codeable_concept,
        resource.data_absent_reason, resource.interpretation_json, others,
    )  # fmt: skip


def _value_of_component(component: Component, local_codes: Mapping[str, str]) -> Value:
    return Value(
        name_of(component.code, local_codes), component.value_quantity, component.value_string,
        component.value_codeable_concept, component.data_absent_reason, component.interpretation_json,
    )  # fmt: skip


def _names_same(resource: Resource) -> bool:
    """Does a component carry the very code of the whole? Then the whole is a heading, not a second result."""
    code = resource.code
    codes = {(coding.system, coding.code) for coding in code.coding} if code else set()
    return any(
        (coding.system, coding.code) in codes for part in resource.component if part.code for coding in part.code.coding
    )
