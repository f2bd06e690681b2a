"""What is drafted for every medication proposal, in every jurisdiction: product, dose, content, how often, how long."""

from __future__ import annotations

from collections import Counter

import pytest

from clinical.knowledge.schema import JURISDICTIONS
from tests.vignettes.assessed import assessed, knowledge_of, order_of, orders_in
from tests.vignettes.stories import Dose, read_doses

DOSES = list(read_doses("doses.yaml"))


@pytest.mark.parametrize("dose", DOSES, ids=lambda dose: dose.id)
def test_dose(dose: Dose) -> None:
    orders = orders_in(assessed(dose.story))
    assert order_of(dose.proposal, orders, knowledge_of(dose.story.jurisdiction)) == dose.ordered


def test_every_medication_has_its_dose_in_every_jurisdiction() -> None:
    """Once for the usual order and once for each variant."""
    proposed = Counter(
        f"{proposal.id} {jurisdiction}"
        for jurisdiction in JURISDICTIONS
        for proposal in knowledge_of(jurisdiction).proposals.values()
        if proposal.medication is not None
        for _ in proposal.each()
    )
    assert Counter(dose.id.split(",")[0] for dose in DOSES) == proposed
    assert len({dose.ordered.text + dose.id for dose in DOSES}) == len(DOSES)
