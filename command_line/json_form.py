"""The assessment as JSON: the shape that the project's contract promises to scripts, plus keys that explain it."""

from __future__ import annotations

from decimal import Context, Decimal
from typing import TYPE_CHECKING, Any

import msgspec

from terminology import analyte, convert

if TYPE_CHECKING:
    from clinical import Advice, Assessment, Caution, DataQuality, FhirDate, Finding, Proposal, Seen, Withheld

# A conversion multiplies by a measured constant: digits beyond these six say nothing.
CONVERTED_DIGITS = Context(prec=6)


def json_of(assessment: Assessment) -> dict[str, Any]:
    """Numbers are exact: as reported where the unit is the canonical one, six significant figures where converted."""
    return {
        "patient": _patient(assessment),
        "assessedOn": assessment.assessed_on.isoformat(),
        "knowledgeVersion": assessment.knowledge_version,
        "jurisdiction": assessment.jurisdiction,
        "context": _context(assessment),
        "measurements": [_measurement(seen) for seen in assessment.measurements],
        "findings": [_finding(finding) for finding in assessment.findings],
        "dataQuality": [_data_quality(entry) for entry in assessment.data_quality],
        "cautions": [_caution(caution) for caution in assessment.cautions],
        "proposals": [_proposal(proposal) for proposal in assessment.proposals],
        "withheld": [_withheld(withheld) for withheld in assessment.withheld],
        "advice": [_advice(advice) for advice in assessment.advice],
        "gaps": list(assessment.gaps),
        "otherPatients": list(assessment.other_patients),
    }


def written(form: Any) -> bytes:
    """UTF-8, indented for people, with the digits of every ``Decimal`` as they are and a newline at the end."""
    encoder = msgspec.json.Encoder(decimal_format="number")
    return msgspec.json.format(encoder.encode(form), indent=1) + b"\n"


def canonical(name: str, value: Decimal, unit: str) -> Decimal:
    """``value`` of the analyte ``name`` in its canonical unit, which is for display and sorting only."""
    converted = convert(value, name, unit, analyte(name).canonical_unit)
    return _plain(value if converted == value else CONVERTED_DIGITS.plus(converted).normalize())


def _plain(value: Decimal) -> Decimal:
    # 1E+2 is legal JSON, but not what anybody's laboratory wrote.
    exponent = value.as_tuple().exponent
    return value.quantize(Decimal(1)) if isinstance(exponent, int) and exponent > 0 else value


def _patient(assessment: Assessment) -> dict[str, Any]:
    patient = assessment.patient
    return {"reference": patient.reference, "birthDate": _day(patient.birth_date), "gender": patient.gender}


def _context(assessment: Assessment) -> dict[str, Any]:
    context = assessment.context
    return {
        "restlessLegs": context.restless_legs,
        "pregnant": context.pregnant,
        "dialysis": context.dialysis,
        "ageYears": context.age_years,
    }


def _measurement(seen: Seen) -> dict[str, Any]:
    it = seen.measurement
    entry = {
        "analyte": it.analyte,
        "value": canonical(it.analyte, it.value, it.unit),
        "unit": analyte(it.analyte).canonical_unit,
        "comparator": it.comparator,
        "band": seen.band,
        "reported": it.reported,
        "effective": _day(it.effective),
        "source": it.source,
        "derivedFrom": list(it.derived_from),
        "usable": seen.usable,
    }
    return entry if it.upper is None else {**entry, "upper": canonical(it.analyte, it.upper, it.unit)}


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.id,
        "nutrient": finding.nutrient,
        "analyte": finding.analyte,
        "indicator": finding.indicator,
        "title": finding.title,
        "because": finding.because,
        "consider": finding.consider,
        "facts": list(finding.facts),
        "citations": list(finding.citations),
        "strength": finding.strength,
        "verified": finding.verified,
    }


def _data_quality(entry: DataQuality) -> dict[str, Any]:
    return {"id": entry.id, "analyte": entry.analyte, "source": entry.source, "reason": entry.reason}


def _caution(caution: Caution) -> dict[str, Any]:
    return {
        "id": caution.id,
        "nutrient": caution.nutrient,
        "severity": caution.severity,
        "affects": list(caution.affects),
        "relevant": caution.relevant,
        "withholds": caution.holds_back,
        "text": caution.text,
        "facts": list(caution.facts),
        "citations": list(caution.citations),
        "strength": caution.strength,
        "verified": caution.verified,
    }


def _proposal(proposal: Proposal) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "id": proposal.id,
        "nutrient": proposal.nutrient,
        "kind": proposal.kind,
        "preselected": proposal.preselected,
        "label": proposal.label,
        "text": proposal.text,
        "cautions": list(proposal.cautions),
        "unknowns": list(proposal.unknowns),
        "citations": list(proposal.citations),
    }
    if proposal.resources:
        entry["resource"] = proposal.resources[0]
    if proposal.resources[1:]:
        entry["alsoOrders"] = list(proposal.resources[1:])
    return entry


def _withheld(withheld: Withheld) -> dict[str, Any]:
    return {"id": withheld.proposal, "nutrient": withheld.nutrient, "cautions": list(withheld.cautions)}


def _advice(advice: Advice) -> dict[str, Any]:
    return {
        "id": advice.id,
        "nutrient": advice.nutrient,
        "topic": advice.topic,
        "text": advice.text,
        "citations": list(advice.citations),
    }


def _day(date: FhirDate | None) -> str | None:
    return date.iso_day if date else None
