"""The note: plain text for the patient's record, with values, units, dates and the version of the knowledge.

It holds no name: the record into which it is pasted knows whose it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from textwrap import wrap

from clinical import Assessment
from smart_app.page.reading import Reading
from smart_app.page.results import name_of
from smart_app.page.statements import FindingShown, ProposalShown, WithheldShown
from smart_app.page.summary import ContextItem
from smart_app.page.units import Units
from smart_app.page.words import INTENDED_USE
from terminology import analyte, written

_WIDTH = 96
_SIMULATED = "SIMULATED: evaluated as if restless legs were asserted; the chart does not assert them."


@dataclass(frozen=True)
class Note:
    """What the page shows, as ``text`` in lines of at most 96 columns."""

    reading: Reading
    units: Units
    context: tuple[ContextItem, ...]
    gaps: tuple[str, ...]
    findings: tuple[FindingShown, ...]
    proposals: tuple[ProposalShown, ...]
    withheld: tuple[WithheldShown, ...]

    @property
    def text(self) -> str:
        return "\n".join(self._lines()) + "\n"

    def _lines(self) -> Iterator[str]:
        assessment = self.reading.assessment
        yield f"Nutrients in restless legs syndrome, assessed {assessment.assessed_on.isoformat()}"
        yield from _wrapped("; ".join(f"{item.label}: {item.answer}" for item in self.context))
        if assessment.context.evaluated_for_restless_legs:
            yield from _wrapped(_SIMULATED)
        yield from _part("FINDINGS", map(_finding, self.findings), "Nothing to act on in the results on file.")
        yield from _part("CAUTIONS", _cautions(assessment))
        yield from _part("TO CONSIDER (nothing is ordered)", (one.label for one in self.proposals))
        yield from _part("NOT SUGGESTED", map(_withheld, self.withheld))
        yield from _part("RESULTS", _results(self.reading, self.units))
        yield from _part("NOT KNOWN", self.gaps)
        yield ""
        yield f"Knowledge {assessment.knowledge_version} ({assessment.jurisdiction})."
        yield from _wrapped(INTENDED_USE.replace("’", "'"))


def _part(title: str, items: Iterable[str], otherwise: str = "") -> Iterator[str]:
    told = list(items) or ([otherwise] if otherwise else [])
    if told:
        yield ""
        yield title
        for item in told:
            yield from _wrapped(item, "- ")


def _wrapped(text: str, mark: str = "") -> list[str]:
    return wrap(text, _WIDTH, initial_indent=mark, subsequent_indent=" " * len(mark), break_on_hyphens=False)


def _finding(one: FindingShown) -> str:
    simulated = " (simulated)" if one.simulated else ""
    unverified = " [number not yet verified]" if one.basis.unverified else ""
    told = f"{one.finding.because} {one.finding.consider}".strip()
    return f"[{one.word}] {one.finding.title}{simulated}: {told}{unverified}"


def _cautions(assessment: Assessment) -> Iterator[str]:
    for caution in assessment.cautions:
        if caution.relevant and caution.severity != "info":
            yield f"[{caution.severity}] {caution.id}: {caution.text}"


def _withheld(one: WithheldShown) -> str:
    why = " ".join(f"({caution.caution.id}) {caution.caution.text}" for caution in one.cautions)
    return f"{one.label}: {why}" if why else one.label


def _results(reading: Reading, units: Units) -> Iterator[str]:
    """The latest of each analyte, in the units of the page, with the text as reported where it differs."""
    for name in reading.analytes:
        seen = reading.latest(name)
        if seen is None:
            yield f"{analyte(name).name}: no result that can be used"
            continue
        it = seen.measurement
        shown = units.result(it)
        reported = "" if shown.same_as(it.reported) else f", reported as {written(it.reported)}"
        day = it.effective.iso_day if it.effective else "no date"
        stale = ", too old to act on" if reading.is_stale(seen) else ""
        how = ", calculated" if it.derived_from else ""
        yield f"{name_of(seen)} {shown} ({day}{reported}{how}{stale})"
