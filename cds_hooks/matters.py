"""What of an assessment deserves a card: one matter per nutrient, the worst first.

A matter is something to act on. What is normal, merely interesting or about a nutrient that nobody measured stays
silent; the patient's page in the app shows it all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import msgspec

from cds_hooks.belonging import Belonging
from cds_hooks.response import INDICATORS, Indicator
from cds_hooks.topics import MEDICINES, ORDER, SAFETY
from clinical import Assessment, Caution, Finding, Measurement, Proposal, Withheld, told

# A caution of these kinds makes a card a warning. "critical" comes from findings alone.
GRAVE = frozenset({"warning", "contraindicated"})
_RANKS = {indicator: place for place, indicator in enumerate(INDICATORS)}


class Matter(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that one card tells. ``findings`` come with the one that leads the card first. ``contents`` tell by
    reference what a caution rests on: a result with its value and date, or an order."""

    topic: str
    findings: tuple[Finding, ...] = ()
    cautions: tuple[Caution, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    withheld: tuple[Withheld, ...] = ()
    contents: Mapping[str, str] = {}

    @property
    def nutrient(self) -> str | None:
        return None if self.topic in (SAFETY, MEDICINES) else self.topic

    @property
    def indicator(self) -> Indicator:
        worst = max((rank(finding) for finding in self.findings if _is_carded(finding)), default=0)
        grave = any(caution.severity in GRAVE for caution in self.cautions)
        return INDICATORS[max(worst, 1 if grave else 0)]


def matters_of(assessment: Assessment, belonging: Belonging, unread: Collection[str] = ()) -> list[Matter]:
    """The matters of a chart, worst first; none for a deceased patient or a test patient (DQ.ID).

    ``unread``: nutrients whose results could not be read in full; of these nothing is said that rests on the absence of
    one.
    """
    if not assessment.patient.is_judged:
        return []
    found = [*_safety(assessment), *_medicines(assessment)]
    on_file = _facts_of_results(assessment) if unread else frozenset()
    owners = belonging.owners(assessment)
    for nutrient in _nutrients(assessment):
        findings = [one for one in assessment.findings if one.nutrient == nutrient]
        if nutrient in unread:
            findings = [one for one in findings if not on_file.isdisjoint(one.facts)]
        proposals = [one for one in assessment.proposals if owners.get(one.id) == nutrient]
        matter = _matter(nutrient, assessment, findings, proposals if findings or nutrient not in unread else [])
        if _actionable(matter) or (_held_back(matter) and nutrient in belonging.measured(assessment)):
            found.append(matter)
    found = [_with_contents(matter, assessment) for matter in found or _barred(assessment)]
    return sorted(found, key=lambda matter: (-_RANKS[matter.indicator], ORDER[matter.topic]))


def rests_on_absence(nutrient: str, assessment: Assessment) -> bool:
    """Whether anything that would be told of a nutrient has no result behind it."""
    on_file = _facts_of_results(assessment)
    return any(one.card and one.nutrient == nutrient and on_file.isdisjoint(one.facts) for one in assessment.findings)


def results_told(measurements: Iterable[Measurement], cautions: Iterable[Caution]) -> dict[str, str]:
    """By reference the results behind cautions: corrected, one is another one under the same reference."""
    wanted = {fact for caution in cautions for fact in caution.facts}
    found: dict[str, str] = {}
    for measurement in measurements if wanted else ():
        for fact in wanted.intersection(measurement.facts):
            found[fact] = f"{found.get(fact, fact)} {told(measurement)}"
    return found


def untold(assessment: Assessment, matters: Iterable[Matter]) -> tuple[tuple[Caution, ...], tuple[Caution, ...]]:
    """Relevant cautions that no matter has taken up, for the first card: those to be told there, and those that only
    concern a nutrient which is not considered, to be named."""
    taken = {caution.id for matter in matters for caution in matter.cautions}
    left = [caution for caution in assessment.cautions if caution.relevant and caution.id not in taken]
    told = [caution for caution in left if caution.nutrient is None or caution.severity == "contraindicated"]
    return tuple(told), tuple(caution for caution in left if caution not in told)


def context_of(assessment: Assessment) -> tuple[Finding, ...]:
    """What concerns no single nutrient and is not critical, such as inflammation: beside what the first card tells."""
    return tuple(f for f in assessment.findings if f.nutrient is None and not _is_safety(f))


def rank(finding: Finding) -> int:
    return _RANKS[finding.indicator]


def _matter(nutrient: str, assessment: Assessment, findings: list[Finding], proposals: list[Proposal]) -> Matter:
    withheld = tuple(one for one in assessment.withheld if one.nutrient == nutrient and one.cautions)
    return Matter(
        topic=nutrient,
        findings=_leading_first(findings, assessment),
        cautions=_cautions(nutrient, assessment, proposals, withheld),
        proposals=tuple(proposals),
        withheld=withheld,
    )


def _with_contents(matter: Matter, assessment: Assessment) -> Matter:
    results = results_told((seen.measurement for seen in assessment.measurements), matter.cautions)
    return msgspec.structs.replace(matter, contents=results) if results else matter


def _nutrients(assessment: Assessment) -> list[str]:
    """In the order of their appearance, each once. A proposal may stand without a finding: a stale result to repeat,
    nitrous oxide with a normal B12."""
    found = [finding.nutrient for finding in assessment.findings]
    held_back = [withheld.nutrient for withheld in assessment.withheld]
    proposed = [proposal.nutrient for proposal in assessment.proposals]
    all_named = (*found, *held_back, *proposed)
    return list(dict.fromkeys(nutrient for nutrient in all_named if nutrient is not None))


def _facts_of_results(assessment: Assessment) -> frozenset[str]:
    return frozenset(fact for seen in assessment.measurements for fact in seen.measurement.facts)


def _cautions(
    nutrient: str, assessment: Assessment, proposals: Iterable[Proposal], withheld: Iterable[Withheld]
) -> tuple[Caution, ...]:
    cited = {name for proposal in proposals for name in proposal.cautions}
    cited |= {name for item in withheld for name in item.cautions}
    return tuple(c for c in assessment.cautions if c.relevant and (c.nutrient == nutrient or c.id in cited))


def _barred(assessment: Assessment) -> list[Matter]:
    """A contraindication with nothing else to stand beside: pyridoxine taken by a patient with neuropathy."""
    held = {name for withheld in assessment.withheld for name in withheld.cautions}
    barred = [one for one in assessment.cautions if one.relevant and one.severity == "contraindicated"]
    named = {one.nutrient: one for one in barred if one.nutrient and one.id not in held}
    return [Matter(topic=nutrient, cautions=(caution,)) for nutrient, caution in named.items() if nutrient]


def _actionable(matter: Matter) -> bool:
    if not matter.findings and not matter.withheld:
        return bool(matter.proposals)
    return any(_is_carded(one) and (rank(one) > 0 or one.speaks or matter.proposals) for one in matter.findings)


def _held_back(matter: Matter) -> bool:
    if not matter.withheld:
        return False
    holding = {one.id for one in matter.cautions if one.holds_back or one.severity == "contraindicated"}
    return any(holding.intersection(item.cautions) for item in matter.withheld)


def _leading_first(findings: list[Finding], assessment: Assessment) -> tuple[Finding, ...]:
    """The gravest with a number of its own leads; of equals that of the last row, which knows most of the patient."""
    if len(findings) < 2:
        return tuple(findings)
    measured = {seen.measurement.analyte for seen in assessment.measurements if seen.usable}
    rows = {finding.rule: place for place, finding in reversed(list(enumerate(findings)))}
    return tuple(sorted(findings, key=lambda f: (not f.card, -rank(f), f.analyte not in measured, -rows[f.rule])))


def _safety(assessment: Assessment) -> list[Matter]:
    critical = tuple(f for f in assessment.findings if _is_safety(f))
    return [Matter(topic=SAFETY, findings=critical)] if critical else []


def _is_safety(finding: Finding) -> bool:
    """Context findings are marked as giving no card; being critical outweighs the mark."""
    return finding.nutrient is None and finding.indicator == "critical"


def _is_carded(finding: Finding) -> bool:
    return finding.card or _is_safety(finding)


def _medicines(assessment: Assessment) -> list[Matter]:
    """A medicine that aggravates restless legs is a matter only where restless legs are asserted."""
    about_the_legs = tuple(c for c in assessment.cautions if c.relevant and c.nutrient is None and not c.affects)
    grave = any(caution.severity in GRAVE for caution in about_the_legs)
    if not grave or assessment.context.restless_legs != "yes":
        return []
    return [Matter(topic=MEDICINES, cautions=about_the_legs)]
