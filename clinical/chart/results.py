"""The questions to one value, in the order in which a laboratory physician would ask them.

Is it valid at all, what was measured, in what, how much, in which unit, when? The first "no" ends the reading and is
told as a ``DataQuality``.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import Literal

import msgspec

from clinical.chart.dates import FhirDate, read_date
from clinical.chart.facts import DataQuality, Measurement
from clinical.chart.gathering import Located
from clinical.chart.naming import all_words
from clinical.chart.quantities import Number, Refused, read_quantity, read_text, read_unit
from clinical.chart.specimens import Rack
from clinical.chart.values import Value
from clinical.chart.wire import CodeableConcept, read_concepts
from terminology import CodeUse, Plausibility, Unit, analyte, looks_like_another, plausibility

_REVISIONS = {"preliminary": 0, "final": 1, "amended": 2, "corrected": 3}
USED_STATUSES = frozenset(_REVISIONS)
_HAEMOLYSED = re.compile(r"h(?:a)?emoly[sz]", re.IGNORECASE)
_NOT_HAEMOLYSED = re.compile(
    r"\b(?:no|not|non|without|negative|nil|absent)\b[^.;]{0,20}h(?:a)?emoly[sz]", re.IGNORECASE
)
# A longer interpretation is read each time; keeping such would let a sender fill the memory.
_LONGEST_KEPT_BYTES = 2048


class Result:
    """The questions to one value, in order. Each answers with a refusal or leads on."""

    __slots__ = ("item", "plausibility", "resource", "tube", "use", "value")

    def __init__(self, item: Located, value: Value, use: CodeUse, rack: Rack) -> None:
        self.item, self.value, self.use, self.resource = item, value, use, item.resource
        self.tube = rack.tube_of(item.resource)
        self.plausibility: Plausibility = "plausible"

    def read(self) -> Measurement | DataQuality:
        refusal = self._validity() or (self._specimen() if self.tube.other is not None else None)
        if refusal:
            return self._refuse(refusal)
        number = self._number()
        if isinstance(number, Refused):
            return self._refuse(number)
        unit = read_unit(self.use.analyte, number)
        if isinstance(unit, Refused):
            return self._refuse(unit)
        value = number.value if unit.factor == 1 else number.value * unit.factor
        refusal = self._type(unit, number) or self._size(value, number, unit)
        effective = self._effective()
        if refusal or effective is None:
            return self._refuse(
                refusal or Refused("DQ.DATE_MISSING", "the result has neither a time of collection nor of issue")
            )
        return self._measurement(value, number, unit, effective)

    def _refuse(self, refusal: Refused) -> DataQuality:
        return DataQuality(refusal.id, refusal.reason, self.use.analyte, self.item.reference)

    def _validity(self) -> Refused | None:
        resource = self.resource
        if resource.status in USED_STATUSES and not resource.modifier_extension and self.use.role == "accepted":
            return None
        return self._status() or self._code()

    def _status(self) -> Refused | None:
        status = self.resource.status
        if status not in USED_STATUSES:
            said = f"status is {status}" if status else "it has no readable status"
            return Refused("DQ.STATUS_EXCLUDED", f"{said}: the result is not used")
        if self.resource.modifier_extension:
            return Refused("DQ.MODIFIER", "a modifierExtension changes its meaning in a way that is not known here")
        return None

    def _code(self) -> Refused:
        return Refused(
            self.use.data_quality or "DQ.LOCAL_VALIDATION", self.use.reason or "the code needs local validation"
        )

    def _specimen(self) -> Refused | None:
        if not self.tube.is_wrong_for(self.use.analyte):
            return None
        drawn = analyte(self.use.analyte).specimen
        return Refused("DQ.WRONG_SPECIMEN", f"the specimen is {str(self.tube.other).lower()}, not {drawn}")

    def _number(self) -> Number | Refused:
        value = self.value
        if value.number_of_values > 1:
            return Refused("DQ.TWO_VALUES", "the result has more than one value")
        if value.absent is not None:
            return Refused("DQ.ABSENT", f"no result: {_words(value.absent) or 'a reason for its absence is given'}")
        if value.quantity is not None:
            return read_quantity(value.quantity)
        if value.text is not None:
            return read_text(value.text)
        return self._nothing()

    def _nothing(self) -> Refused:
        if self.value.concept is not None:
            return Refused(
                "DQ.ABSENT", f"no number: the result is told in words ({_words(self.value.concept) or 'a code'})"
            )
        if lost := [path for path in self.resource.unreadable if path.startswith(("value", "component"))]:
            return Refused("DQ.ABSENT", f"the element {lost[0]} is not what FHIR R4 says it should be")
        if self.value.others:
            return Refused("DQ.ABSENT", "the result is of a kind that is not a quantity")
        if read_concepts(self.value.flags) or bytes(self.resource.reference_range):
            return Refused("DQ.RANGE_ONLY", "only a flag or a range was sent, no number; neither is judged here")
        if self.resource.has_member or self.resource.component:
            return Refused("DQ.ABSENT", "a heading without a number of its own; its members are read")
        return Refused("DQ.ABSENT", "the result has no value")

    def _type(self, unit: Unit, number: Number) -> Refused | None:
        """Look-alikes under one code: total and active B12, serum and red-cell folate, eGFR and clearance."""
        name = self.use.analyte
        if name == "vitamin-b12" and self.value.name.says_active_b12:
            return Refused("DQ.B12_TYPE", "the code says total B12, the words say active B12; it cannot be both")
        if name == "folate" and self.value.name.says_red_cells:
            return Refused("DQ.FOLATE_TYPE", "the code says serum folate, the words say red cells; it cannot be both")
        if (
            name == "transferrin-saturation"
            and unit.ucum != "%"
            and self.use.property not in ("ratio", None)
            and not self._says_fraction(number)
        ):
            return Refused("DQ.UNIT_UNKNOWN", "a ratio under the code of a percentage; it is not turned into one")
        if name == "egfr" and unit.ucum == "mL/min" and not self.use.indexed:
            return Refused("DQ.UNIT_UNKNOWN", "mL/min without a body surface is a clearance, not an indexed eGFR")
        return None

    def _says_fraction(self, number: Number) -> bool:
        """A bare "1" may be anything; the word "fraction" beside a mass or molar fraction is what the code promises."""
        return self.use.property == "fraction" and (number.unit or "").strip().lower() == "fraction"

    def _size(self, value: Decimal, number: Number, unit: Unit) -> Refused | None:
        name = self.use.analyte
        if name == "transferrin-saturation" and unit.ucum == "%" and 0 < value <= 1:
            return Refused(
                "DQ.IMPLAUSIBLE", "a saturation of at most 1 % looks like a ratio with the unit of a percentage"
            )
        if suspicion := looks_like_another(name, value, unit.family):
            return Refused("DQ.FOLATE_TYPE", suspicion)
        self.plausibility = plausibility(name, value, unit.family)
        if self.plausibility == "implausible":
            return Refused(
                "DQ.IMPLAUSIBLE", f"{number.written} {unit.ucum} is outside what is possible for {analyte(name).name}"
            )
        return None

    def _effective(self) -> FhirDate | None:
        resource = self.resource
        if resource.effective_date_time and (day := read_date(resource.effective_date_time)):
            return day
        period = resource.effective_period
        texts = (
            resource.effective_instant,
            period and period.start,
            period and period.end,
        )
        return next((day for text in (*texts, resource.issued) if (day := read_date(text))), None)

    def _measurement(self, value: Decimal, number: Number, unit: Unit, effective: FhirDate) -> Measurement:
        resource, use = self.resource, self.use
        reported_unit = number.unit or number.code or unit.ucum
        return Measurement(
            analyte=use.analyte,
            value=value,
            unit=unit.family,
            reported=f"{number.comparator or ''}{number.written} {reported_unit}",
            reported_unit=reported_unit,
            comparator=number.comparator,
            effective=effective,
            source=self.item.reference,
            usable=resource.status != "preliminary",
            preliminary=resource.status == "preliminary",
            part=use.part if use.part != "D3" else self._total_or_d3(),
            method=self._method() if resource.method is not None or resource.device is not None else None,
            specimen=self.tube.reference,
            haemolysed=self._haemolysed(),
            point_of_care=use.point_of_care,
            number_was_text=number.was_text,
            unusual=self.plausibility == "check",
            rank=_REVISIONS.get(resource.status or "", 0),
            issued=resource.issued,
            performer_json=resource.performer_json,
            identifier_json=resource.identifier_json,
            meta_json=resource.meta_json,
        )

    def _total_or_d3(self) -> Literal["total", "D3"]:
        """A code of 25-OH-D3 that laboratories use for the total is the total where their words say so (A.1 note d)."""
        return "total" if self.value.name.says_total_vitamin_d else "D3"

    def _method(self) -> str | None:
        device = self.resource.device
        words = [*all_words(self.resource.method), device.display if device else None]
        return ", ".join(filter(None, words)) or None

    def _haemolysed(self) -> bool:
        notes = self.resource.note
        if notes and any(note.text and _tells_of_haemolysis(note.text) for note in notes):
            return True
        flags = bytes(self.value.flags)
        return _flags_tell(flags) if len(flags) <= _LONGEST_KEPT_BYTES else _flags_tell.__wrapped__(flags)


@lru_cache(maxsize=1024)
def _flags_tell(flags: bytes) -> bool:
    """Of an interpretation's bytes: most are "normal", "low" or "high", in every chart alike."""
    concepts = read_concepts(msgspec.Raw(flags)) if flags else ()
    return any(text and _tells_of_haemolysis(text) for flag in concepts for text in all_words(flag))


def _tells_of_haemolysis(text: str) -> bool:
    return _HAEMOLYSED.search(text) is not None and _NOT_HAEMOLYSED.search(text) is None


def _words(concept: CodeableConcept) -> str | None:
    text = _first(all_words(concept)) or _first([coding.code for coding in concept.coding])
    return text[:60] if text else None


def _first(texts: list[str | None]) -> str | None:
    return next((text for text in texts if text), None)
