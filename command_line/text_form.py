"""The assessment as plain text, to be read in a terminal or pasted into a note. It never holds the patient's name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from command_line.plain_text import COLUMNS, ascii_of, paragraph, section
from terminology import analyte, written

if TYPE_CHECKING:
    from clinical import Assessment, Caution, DataQuality, Finding, Proposal, Seen

WORST_FIRST = {"critical": 0, "warning": 1, "info": 2}
SEVEREST_FIRST = {"contraindicated": 0, "warning": 1, "caution": 2, "info": 3}
STATEMENT = "Supports a clinician's judgement; not validated for clinical use."
WHAT = {
    "yes": {"restless legs": "restless legs", "pregnant": "pregnant", "dialysis": "on dialysis"},
    "no": {"restless legs": "no restless legs", "pregnant": "not pregnant", "dialysis": "not on dialysis"},
    "unknown": {"restless legs": "restless legs not on record"},
}


def text_of(assessment: Assessment) -> str:
    """ASCII lines of at most 100 columns, findings worst first, ending with version and limits of use."""
    return "\n".join(_lines(assessment)) + "\n"


def _lines(assessment: Assessment) -> Iterator[str]:
    yield f"Nutrient results in restless legs syndrome, assessed {assessment.assessed_on.isoformat()}"
    yield from paragraph(_patient(assessment))
    yield from section("FINDINGS", _findings(assessment) or ["  Nothing to act on in the results on file."])
    yield from section("TO CONSIDER (nothing is ordered)", _proposals(assessment))
    yield from section("CAUTIONS", _cautions(assessment))
    yield from section("WITHHELD", _withheld(assessment))
    yield from section("ADVICE", _advice(assessment))
    yield from section("RESULTS", _results(assessment))
    yield from section("USED WITH RESERVE", _with_reserve(assessment))
    yield from section("NOT USED", _not_used(assessment))
    yield from section("NOT KNOWN", _unknown(assessment))
    yield ""
    yield f"Knowledge {ascii_of(assessment.knowledge_version)} ({assessment.jurisdiction})."
    yield STATEMENT


def _patient(assessment: Assessment) -> str:
    patient, context = assessment.patient, assessment.context
    born = f"born {patient.birth_date.iso_day}" if patient.birth_date else "date of birth unknown"
    age = "" if context.age_years is None else f"{context.age_years} years, "
    states = {"restless legs": context.restless_legs, "dialysis": context.dialysis}
    if patient.gender != "male":
        states["pregnant"] = context.pregnant
    told = [WHAT[answer][what] for what, answer in states.items() if what in WHAT[answer]]
    who = patient.reference or "Patient not named"
    line = f"{who}: {patient.gender or 'sex unknown'}, {age}{born}"
    return line + (f"; {', '.join(told)}" if told else "")


def _findings(assessment: Assessment) -> list[str]:
    ranked = sorted(assessment.findings, key=lambda finding: WORST_FIRST[finding.indicator])
    return [line for finding in ranked for line in _finding(finding)]


def _finding(finding: Finding) -> Iterator[str]:
    yield from _titled(finding.title, f"[{finding.indicator}] ", finding.id)
    yield from paragraph(finding.because, "    ")
    if finding.consider:
        yield from paragraph(finding.consider, "    ")
    overdue = "; due for review" if finding.overdue else ""
    grade = f"{', '.join(finding.citations)} ({finding.strength}; {finding.verified}{overdue})"
    yield from paragraph(grade, "    Source: ")


def _titled(title: str, mark: str, id_: str) -> Iterator[str]:
    """The id stands at the right edge: findable, and out of the reader's way."""
    first, *rest = paragraph(title, f"  {mark}", columns=COLUMNS - len(id_) - 2)
    yield first.ljust(COLUMNS - len(id_)) + id_
    yield from rest


def _proposals(assessment: Assessment) -> Iterator[str]:
    for proposal in assessment.proposals:
        yield from _proposal(proposal)


def _proposal(proposal: Proposal) -> Iterator[str]:
    mark = "[x] " if proposal.preselected else "[ ] "
    yield from _titled(proposal.label, mark, proposal.id)
    if proposal.text:
        yield from paragraph(proposal.text, "      ")
    if proposal.cautions:
        yield from paragraph(", ".join(proposal.cautions), "      Mind: ")
    if proposal.unknowns:
        yield from paragraph("; ".join(proposal.unknowns), "      Not known: ")


def _cautions(assessment: Assessment) -> Iterator[str]:
    relevant = [caution for caution in assessment.cautions if caution.relevant]
    for caution in sorted(relevant, key=lambda caution: SEVEREST_FIRST[caution.severity]):
        yield from _caution(caution)


def _caution(caution: Caution) -> Iterator[str]:
    yield from paragraph(caution.text, f"  [{caution.severity}] {caution.id}: ", indent=4)


def _withheld(assessment: Assessment) -> Iterator[str]:
    for withheld in assessment.withheld:
        why = f" because of {', '.join(withheld.cautions)}" if withheld.cautions else ""
        yield from paragraph(f"{withheld.proposal}{why}", "  ")


def _advice(assessment: Assessment) -> Iterator[str]:
    for advice in assessment.advice:
        yield from paragraph(advice.text, "  - ")


def _results(assessment: Assessment) -> Iterator[str]:
    usable = [seen for seen in assessment.measurements if seen.usable]
    width = max((len(_name(seen)) for seen in usable), default=0)
    for seen in usable:
        date = seen.measurement.effective
        columns = (_name(seen).ljust(width), date.iso_day if date else "no date   ", written(seen.measurement.reported))
        band = f" ({seen.band})" if seen.band else ""
        yield from paragraph(columns[2] + band, f"  {columns[0]}  {columns[1]}  ")


def _name(seen: Seen) -> str:
    it = seen.measurement
    part = f" ({it.part})" if it.part in ("D2", "D3") else " (calculated)" if it.derived_from else ""
    return ascii_of(analyte(it.analyte).name + part)


def _with_reserve(assessment: Assessment) -> Iterator[str]:
    for entry in assessment.data_quality:
        if not entry.blocks:
            yield from _reason(entry)


def _reason(entry: DataQuality) -> Iterator[str]:
    name = analyte(entry.analyte).name if entry.analyte else None
    place = ", ".join(part for part in (name, entry.source) if part)
    told = f"{entry.reason} ({entry.id})"
    yield from paragraph(f"{place}: {told}" if place else told, "  ", indent=4)


def _not_used(assessment: Assessment) -> Iterator[str]:
    for entry in assessment.data_quality:
        if entry.blocks:
            yield from _reason(entry)
    if assessment.other_patients:
        yield from paragraph(f"Of another patient: {', '.join(assessment.other_patients)}", "  ", indent=4)


def _unknown(assessment: Assessment) -> Iterator[str]:
    for gap in assessment.gaps:
        yield from paragraph(gap, "  - ")
