"""The body of a card, in GitHub Flavored Markdown without HTML: what was found, what to beware of, on what it rests.

Order and headings are the same on every card, so that the eye finds its place. Every text is escaped, also our own:
what a laboratory wrote may stand in the middle of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from cds_hooks.basis import Basis
from cds_hooks.belonging import Belonging
from cds_hooks.markdown import escape, escape_own, section
from cds_hooks.matters import Matter
from cds_hooks.summary import shorten
from clinical import Assessment, Caution, DataQuality, Finding, Knowledge, OrdersReviewed, Proposal

INTENDED_USE = "Supports a clinician's judgement and does not replace it. Not validated for clinical use."
_MOST_LINES = 6
# A note repeats what a laboratory wrote, and some of it is long.
_LONGEST_NOTE = 400
# What helps at the moment of deciding; diet, lifestyle and mimics are for the patient's page and the note.
_TOPICS_ON_CARDS = ("testing", "pregnancy", "absorption", "time-course", "evidence")
_PLACES_ON_CARDS = {topic: place for place, topic in enumerate(_TOPICS_ON_CARDS)}
_MOST_ADVICE = 4
_SEVERITY = {"contraindicated": "**Contraindicated:** ", "warning": "**Warning:** "}


class Remarks(msgspec.Struct, frozen=True, kw_only=True):
    """What a card tells beside its own matter: on the first card what has no other place, on all what is missing."""

    context: tuple[Finding, ...] = ()
    cautions: tuple[Caution, ...] = ()
    elsewhere: tuple[Caution, ...] = ()
    gaps: tuple[str, ...] = ()
    further: tuple[str, ...] = ()


class Detail:
    """Prepared once from the knowledge."""

    def __init__(self, basis: Basis, belonging: Belonging, knowledge: Knowledge) -> None:
        self._basis = basis
        self._belonging = belonging
        self._labels = {name: proposal.label for name, proposal in knowledge.proposals.items()}

    def of(self, matter: Matter, assessment: Assessment, remarks: Remarks) -> str:
        """The whole text of one card."""
        cautions = (*matter.cautions, *remarks.cautions)
        statements: tuple[Finding | Caution, ...] = (*matter.findings, *remarks.context, *cautions)
        rules, sources = self._basis.of(statements, assessment.assessed_on)
        sections = (
            section("Found", _found((*matter.findings, *remarks.context))),
            section("Beware of", (*self._withheld(matter), *cautions_told(cautions), *_elsewhere(remarks.elsewhere))),
            section("To consider", _to_consider(matter.proposals, assessment, matter.nutrient)),
            section("Not known or not used", self._not_known(matter, assessment, remarks)),
            section("Also found", remarks.further),
            section("Basis", (*read_from(statements), *rules)),
            sources,
            signature(assessment),
        )
        return "\n\n".join(part for part in sections if part)

    def _withheld(self, matter: Matter) -> Iterator[str]:
        for item in matter.withheld:
            label = self._labels.get(item.proposal, item.proposal).removeprefix("Consider ")
            yield f"**Not suggested:** {escape_own(label)} ({escape(', '.join(item.cautions))})"

    def _not_known(self, matter: Matter, assessment: Assessment, remarks: Remarks) -> list[str]:
        own = self._belonging.analytes(matter.topic)
        notes = [_note(note) for note in assessment.data_quality if note.analyte in own and note.id != "DQ.ID"]
        named = dict.fromkeys(word for proposal in matter.proposals for word in proposal.unknowns)
        unknowns = [word for word in named if not word.startswith("the ")]  # lists are told as gaps
        # "C-reactive protein of the last 7 days" asks for all that "C-reactive protein" does.
        unknowns = [word for word in unknowns if not any(other.startswith(f"{word} of ") for other in unknowns)]
        return [
            *(escape_own(gap) for gap in remarks.gaps),
            *(escape(gap) for gap in assessment.gaps),
            *([escape(f"Not on file, and needed before a supplement: {', '.join(unknowns)}.")] if unknowns else []),
            *_most(notes),
            *set_aside(assessment.other_patients),
        ]


def incomplete(gaps: Iterable[str], assessment: Assessment | OrdersReviewed) -> str:
    """The text of a card that says nothing but what could not be read."""
    told = section("Not known", (escape(gap) for gap in (*gaps, *assessment.gaps)))
    return f"{told}\n\nNothing is said about these results, neither that they are low nor that they are normal.\n\n" + (
        signature(assessment)
    )


def _found(findings: Iterable[Finding]) -> Iterator[str]:
    for finding in findings:
        yield escape(" ".join(_sentence(text) for text in (finding.because, finding.consider) if text))


def cautions_told(cautions: Iterable[Caution]) -> Iterator[str]:
    """The gravest first."""
    order = ("contraindicated", "warning", "caution", "info")
    for caution in sorted(cautions, key=lambda one: order.index(one.severity)):
        yield _caution(caution.severity, caution.text, caution.id)


def _caution(severity: str, text: str, name: str) -> str:
    return f"{_SEVERITY.get(severity, '')}{escape_own(text)} ({escape_own(name)})"


def _elsewhere(cautions: tuple[Caution, ...]) -> Iterator[str]:
    if cautions:
        names = dict.fromkeys(caution.id for caution in cautions)
        yield escape(f"About nutrients that are not considered here, on the patient's page: {', '.join(names)}.")


def _to_consider(proposals: Iterable[Proposal], assessment: Assessment, nutrient: str | None) -> Iterator[str]:
    """Referrals and advice in full; what can be ordered stands among the suggestions."""
    for proposal in proposals:
        if proposal.kind in ("referral", "advice"):
            yield escape_own(" ".join(_sentence(text) for text in (proposal.label, proposal.text) if text))
    if nutrient is None:
        return
    fitting = [one for one in assessment.advice if one.nutrient == nutrient and one.topic in _PLACES_ON_CARDS]
    for one in sorted(fitting, key=lambda one: _PLACES_ON_CARDS[one.topic])[:_MOST_ADVICE]:
        yield escape_own(one.text)


def _note(note: DataQuality) -> str:
    told = f"{note.source}: {note.reason}" if note.source else note.reason
    return escape(told if len(told) <= _LONGEST_NOTE else shorten(told, _LONGEST_NOTE))


def _most(lines: list[str]) -> list[str]:
    """Only so many: the patient's page lists all of them."""
    if len(lines) <= _MOST_LINES:
        return lines
    return [*lines[:_MOST_LINES], f"{len(lines) - _MOST_LINES} more, all on the patient's page."]


def set_aside(references: tuple[str, ...]) -> Iterator[str]:
    """Another patient's resources, by reference only."""
    if references:
        listed = _most(list(references))
        yield escape(f"Set aside, because they belong to another patient: {', '.join(listed)}")


def read_from(statements: Iterable[Finding | Caution]) -> Iterator[str]:
    """The references of all facts, in one line."""
    facts = dict.fromkeys(fact for statement in statements for fact in statement.facts)
    if facts:
        yield escape(f"Read from {', '.join(_most(list(facts)))}.")


def signature(assessment: Assessment | OrdersReviewed) -> str:
    """With which knowledge and on which day, and what it is for."""
    version = escape_own(f"{assessment.knowledge_version} ({assessment.jurisdiction})")
    return f"*Knowledge {version}, assessed on {assessment.assessed_on.isoformat()}. {INTENDED_USE}*"


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
