"""What is found, what to beware of, what to consider: each with its *Why?*, the gravest first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from clinical import Advice, Assessment, Caution, Finding, Knowledge, Proposal, Withheld
from smart_app.page.basis import Bases, Basis, Circumstances
from smart_app.page.words import INDICATORS, KINDS, NUTRIENTS, SEVERITIES, TOPICS, sentence

_RANKS = {name: rank for names in (INDICATORS, SEVERITIES) for rank, name in enumerate(names)}


@dataclass(frozen=True)
class FindingShown:
    """``simulated``: made only because restless legs were evaluated although the chart does not assert them."""

    finding: Finding
    anchor: str
    word: str
    basis: Basis
    simulated: bool


@dataclass(frozen=True)
class CautionShown:
    caution: Caution
    anchor: str
    word: str
    basis: Basis


@dataclass(frozen=True)
class ProposalShown:
    """``because``: the findings it follows from. ``orders``: what would be ordered, in words; nothing is."""

    proposal: Proposal
    anchor: str
    kind: str
    label: str
    because: tuple[Finding, ...]
    cautions: tuple[CautionShown, ...]
    orders: tuple[str, ...]
    basis: Basis


@dataclass(frozen=True)
class WithheldShown:
    proposal: str
    label: str
    cautions: tuple[CautionShown, ...]
    rules: tuple[str, ...]


@dataclass(frozen=True)
class AdviceGroup:
    title: str
    advice: tuple[tuple[str, str], ...]


class Statements:
    """Prepared once from the knowledge."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._bases = Bases(knowledge)
        self._labels = {name: proposal.label for name, proposal in knowledge.proposals.items()}

    def findings(self, here: Circumstances, plain: Assessment) -> tuple[FindingShown, ...]:
        """``plain`` is the assessment without evaluation: what is not in it is simulated."""
        known = {(one.id, one.indicator) for one in plain.findings}
        ordered = sorted(here.assessment.findings, key=lambda one: _RANKS[one.indicator])
        return tuple(
            FindingShown(
                one, f"finding-{one.id}", INDICATORS[one.indicator], self._bases.of_finding(one, here),
                (one.id, one.indicator) not in known,
            )
            for one in ordered
        )  # fmt: skip

    def cautions(self, here: Circumstances) -> tuple[CautionShown, ...]:
        ordered = sorted(here.assessment.cautions, key=lambda one: _RANKS[one.severity])
        met: Counter[str] = Counter()
        shown = []
        for one in ordered:
            met[one.id] += 1
            anchor = f"caution-{one.id}" if met[one.id] == 1 else f"caution-{one.id}-{met[one.id]}"
            shown.append(CautionShown(one, anchor, SEVERITIES[one.severity], self._bases.of_caution(one, here)))
        return tuple(shown)

    def proposals(self, here: Circumstances, cautions: Iterable[CautionShown]) -> tuple[ProposalShown, ...]:
        cautions = tuple(cautions)
        return tuple(self._proposal(one, here, cautions) for one in here.assessment.proposals)

    def _proposal(self, one: Proposal, here: Circumstances, cautions: tuple[CautionShown, ...]) -> ProposalShown:
        because = (finding for finding in here.assessment.findings if one.id in self._bases.proposed_by(finding))
        return ProposalShown(
            proposal=one,
            anchor=f"proposal-{one.id}",
            kind=KINDS[one.kind],
            label=_capital(one.label.removeprefix("Consider ")),
            because=tuple(because),
            cautions=_affecting(one.id, one.cautions, cautions),
            orders=tuple(_orders(one)),
            basis=self._bases.of_proposal(one, here),
        )

    def withheld(self, assessment: Assessment, cautions: Iterable[CautionShown]) -> tuple[WithheldShown, ...]:
        cautions = tuple(cautions)
        return tuple(self._withheld(one, cautions) for one in assessment.withheld)

    def _withheld(self, one: Withheld, cautions: tuple[CautionShown, ...]) -> WithheldShown:
        label = _capital(self._labels.get(one.proposal, one.proposal).removeprefix("Consider "))
        rules = () if one.cautions else self._bases.rules_withholding(one.proposal)
        return WithheldShown(one.proposal, label, _affecting(one.proposal, one.cautions, cautions), rules)


def _affecting(proposal: str, names: Iterable[str], cautions: tuple[CautionShown, ...]) -> tuple[CautionShown, ...]:
    """Of several cases under one id those that affect this proposal; each of these ids at least once."""
    named = [one for one in cautions if one.caution.id in set(names)]
    affecting = [one for one in named if proposal in one.caution.affects]
    return tuple(affecting or named)


def _orders(proposal: Proposal) -> Iterator[str]:
    """Dose and instruction of a medication, name and day of a test, as they stand in the draft order."""
    for resource in proposal.resources:
        for dosage in resource.get("dosageInstruction", ()):
            yield str(dosage.get("text", ""))
        if resource["resourceType"] == "ServiceRequest":
            due = resource.get("occurrenceDateTime")
            yield sentence(f"{resource['code']['text']}{f', due {due}' if due else ''}")


def advice_groups(advice: Iterable[Advice]) -> tuple[AdviceGroup, ...]:
    """By nutrient; what is about restless legs themselves first."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for one in advice:
        groups.setdefault(one.nutrient or "", []).append((TOPICS[one.topic], one.text))
    titles = {"": "Restless legs", **NUTRIENTS}
    return tuple(AdviceGroup(title, tuple(groups[name])) for name, title in titles.items() if name in groups)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
