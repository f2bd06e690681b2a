"""What the service reads of a chart, as the knowledge needs it."""

from __future__ import annotations

from typing import NamedTuple

from clinical import Knowledge, needs
from terminology import analyte


class Input(NamedTuple):
    """One thing that is read: its name, the kind of FHIR resource, and the laboratory results in it."""

    label: str
    resource_type: str
    results: tuple[str, ...]


def inputs_of(knowledge: Knowledge) -> list[Input]:
    return [
        Input(
            need.label[0].upper() + need.label[1:],
            need.resource_type,
            tuple(analyte(name).name for name in need.analytes),
        )
        for need in needs(knowledge, with_open_orders=True)
    ]
