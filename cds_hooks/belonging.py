"""On which card a result, a proposal or a nutrient's gap belongs: derived from the knowledge, prepared once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from clinical import Assessment, Knowledge, needs


class Belonging:
    """A blood count is drawn for iron, B12 and folate alike: it belongs to the nutrient for which it is drawn here."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._analytes = {str(need.nutrient): frozenset(need.analytes) for need in needs(knowledge) if need.nutrient}
        self._proposers: dict[str, set[str]] = {}
        for proposal, nutrient in _proposers(knowledge):
            self._proposers.setdefault(proposal, set()).add(nutrient)

    def analytes(self, nutrient: str) -> frozenset[str]:
        """The analytes that tell about a nutrient; none for anything else."""
        return self._analytes.get(nutrient, frozenset())

    def measured(self, assessment: Assessment) -> frozenset[str]:
        """The nutrients with a usable result on file."""
        on_file = {seen.measurement.analyte for seen in assessment.measurements if seen.usable}
        return frozenset(nutrient for nutrient, members in self._analytes.items() if members & on_file)

    def owners(self, assessment: Assessment) -> Mapping[str, str]:
        """The nutrient of each proposal: its own where something was found about that, else the gravest proposer."""
        found = list(dict.fromkeys(one.nutrient for one in assessment.findings if one.nutrient and one.card))
        owners: dict[str, str] = {}
        for proposal in assessment.proposals:
            proposers = self._proposers.get(proposal.id, set())
            others = (nutrient for nutrient in found if nutrient in proposers)
            owner = proposal.nutrient if proposal.nutrient in found else next(others, proposal.nutrient)
            if owner is not None:
                owners[proposal.id] = owner
        return owners


def _proposers(knowledge: Knowledge) -> Iterator[tuple[str, str]]:
    """Each proposal with each nutrient whose file may make it, be it along with another one."""
    for content in (file.content for file in knowledge.files):
        names = [name.rstrip("!?") for rule in content.rule for name in rule.proposes]
        names += [name for caution in content.caution for name in caution.proposes]
        names += [name for one in (*content.band, *content.finding) for name in (*one.proposes, *one.retest)]
        names += [name for freshness in content.freshness for name in freshness.retest]
        names += [companion.proposal for proposal in content.proposal for companion in proposal.companions]
        if content.nutrient is not None:
            yield from ((name, content.nutrient) for name in names)
