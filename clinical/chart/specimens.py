"""What a result was measured in: the specimen that it names, and whether that is another one than its code says."""

from __future__ import annotations

import re
from typing import NamedTuple

from clinical.chart.decoding import ABSENT
from clinical.chart.gathering import Shelf
from clinical.chart.naming import RED_CELL, all_words
from clinical.chart.wire import CodeableConcept, Reference, Resource

_OTHER_SPECIMEN = re.compile(
    r"\b(?:urine|csf|cerebrospinal|saliva|red blood cells?|erythrocytes?|rbc|stool)\b", re.IGNORECASE
)


class Tube(NamedTuple):
    """The ``reference`` by which results of one specimen are told to be so, and the word that speaks of no serum."""

    reference: str | None = None
    other: str | None = None

    def is_wrong_for(self, analyte: str) -> bool:
        if self.other is None:
            return False
        return analyte != "red-cell-folate" or RED_CELL.search(self.other) is None


_UNTOLD = Tube()


class Rack:
    """The specimens of one chart: eight results or more are of the same, and it is looked at once."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._tubes: dict[bytes, Tube] = {}

    def tube_of(self, resource: Resource) -> Tube:
        if resource.specimen_json is ABSENT:
            return _UNTOLD
        written = bytes(resource.specimen_json)
        tube = self._tubes.get(written)
        if tube is None:
            tube = self._look_at(resource.specimen, resource)
            # What is contained in the result is its own, whatever another calls the same.
            if not (tube.reference or "").startswith("#"):
                self._tubes[written] = tube
        return tube

    def _look_at(self, reference: Reference | None, holder: Resource) -> Tube:
        if reference is None:
            return _UNTOLD
        other = _other_specimen(reference.display)
        specimen = self._shelf.find(reference, holder)
        if other is None and specimen is not None and isinstance(specimen.type, CodeableConcept):
            other = next((found for text in all_words(specimen.type) if (found := _other_specimen(text))), None)
        return Tube(reference.reference, other)


def _other_specimen(text: str | None) -> str | None:
    match = _OTHER_SPECIMEN.search(text) if text else None
    return match.group(0) if match else None
