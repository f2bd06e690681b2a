"""Why: on what a statement rests. Facts, the rule in plain words, limits, sources, strength, what is not known.

A clinician must be able to review the basis of each statement independently (FDA guidance on clinical decision
support software, 2026-01-06, criterion 4).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from clinical import Assessment, Caution, Finding, Knowledge, Proposal, Source, conditions_of, statement_of
from smart_app.page.facts import Facts, FactShown
from smart_app.page.limits import Limits, LimitShown
from smart_app.page.units import Units
from smart_app.page.unknowns import unknowns_of
from smart_app.page.words import UNVERIFIED, VERIFIED


@dataclass(frozen=True)
class Citation:
    """``link`` is the DOI, the address or the PubMed entry, whichever the source has."""

    text: str
    link: str | None
    seen: str


@dataclass(frozen=True)
class Basis:
    """One *Why?*. ``compared`` tells the number as reported, its date and the limit in the same unit; ``rule`` is empty
    where it would repeat what stands above it; ``checked`` says how far the numbers were verified."""

    compared: str
    rule: str
    conditions: tuple[str, ...]
    facts: tuple[FactShown, ...]
    limits: tuple[LimitShown, ...]
    sources: tuple[Citation, ...]
    section: str
    strength: str
    verified: str
    checked: str
    unverified: str | None
    reviewed: date | None
    due: date | None
    overdue: bool
    unknowns: tuple[str, ...]


@dataclass(frozen=True)
class Circumstances:
    """What every *Why?* of one page is written from."""

    assessment: Assessment
    answered: frozenset[str]
    facts: Facts
    units: Units


class Bases:
    """Prepared once from the knowledge."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._limits = Limits(knowledge)
        self._rules = {rule.id: rule for table in knowledge.tables for rule in table.rules}
        self._citations = {name: citation(source) for name, source in knowledge.sources.items()}

    def of_finding(self, finding: Finding, here: Circumstances) -> Basis:
        item, *further = self.items_behind(finding)
        basis = self._basis(item, finding, here, finding.facts, further)
        return replace(basis, compared=finding.because, rule=statement_of(item))

    def items_behind(self, finding: Finding) -> tuple[Any, ...]:
        """The rule that made it, if one did, and its own entry, which may be a band."""
        rule, statement = self._rules.get(finding.rule), self._statement(finding.id)
        return (statement,) if rule is None else (rule, statement)

    def of_caution(self, caution: Caution, here: Circumstances) -> Basis:
        """The same id may stand several times, one entry per case: the text tells which."""
        cases = [one for one in self._knowledge.cautions if one.id == caution.id]
        item = next((one for one in cases if one.text == caution.text), cases[0] if cases else None)
        return self._basis(item, caution, here, caution.facts)

    def of_proposal(self, proposal: Proposal, here: Circumstances) -> Basis:
        item = self._knowledge.proposals[proposal.id]
        basis = self._basis(item, item, here, _reasons(proposal.resources))
        return replace(basis, unknowns=tuple(dict.fromkeys((*proposal.unknowns, *basis.unknowns))))

    def rules_withholding(self, proposal: str) -> tuple[str, ...]:
        """The statements of the rules that may withhold this proposal."""
        return tuple(rule.statement for rule in self._rules.values() if proposal in rule.withholds)

    def proposed_by(self, finding: Finding) -> set[str]:
        """What this finding, or the rule that made it, proposes."""
        statement, rule = self._statement(finding.id), self._rules.get(finding.rule)
        names = (*statement.proposes, *statement.retest, *(rule.proposes if rule else ()))
        return {name.rstrip("!?") for name in names}

    def _statement(self, name: str) -> Any:
        found = self._knowledge.findings.get(name)
        return found if found is not None else self._knowledge.bands_by_id[name][0]

    def _basis(
        self, item: Any, graded: Any, here: Circumstances, facts: Iterable[str], further: Iterable[Any] = ()
    ) -> Basis:
        """``graded`` bears sources, strength and mark of what ``item`` asks; ``further`` items name limits too."""
        known = item is not None
        names = graded.citations if isinstance(graded, Finding | Caution) else graded.sources
        return Basis(
            compared="",
            rule="",
            conditions=conditions_of(item, self._knowledge) if known else (),
            facts=here.facts.of(facts),
            limits=self._limits_of((item, *further), here.units) if known else (),
            sources=tuple(self._citations.get(name) or Citation(name, None, "") for name in names),
            section=graded.section,
            strength=graded.strength,
            verified=graded.verified,
            checked=VERIFIED.get(graded.verified, graded.verified),
            unverified=UNVERIFIED.get(graded.verified),
            reviewed=item.reviewed if known else None,
            due=item.due if known else None,
            overdue=known and item.due < here.assessment.assessed_on,
            unknowns=unknowns_of(item, here.assessment.context, here.answered),
        )

    def _limits_of(self, items: Iterable[Any], units: Units) -> tuple[LimitShown, ...]:
        """Each once, in reading order."""
        return tuple({one.id: one for item in items for one in self._limits.named_in(item, units)}.values())


def citation(source: Source) -> Citation:
    if source.doi:
        return Citation(source.citation, f"https://doi.org/{source.doi}", source.seen)
    if source.url is None and source.pmid:
        return Citation(source.citation, f"https://pubmed.ncbi.nlm.nih.gov/{source.pmid}/", source.seen)
    return Citation(source.citation, source.url, source.seen)


def _reasons(resources: Iterable[dict[str, Any]]) -> Iterator[str]:
    for resource in resources:
        for reason in resource.get("reasonReference", ()):
            yield reason["reference"]
