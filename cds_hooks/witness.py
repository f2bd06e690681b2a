"""What is counted of a hook call, and the entry of the access audit: noted along the way, told when it is answered.

No label is a caller's own text: hook and EHR are those that we know, findings and reasons are ids of the knowledge.
"""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint, Response, g

from cds_hooks.occasion import Occasion
from cds_hooks.response import HookResponse
from cds_hooks.services import SERVICE_BY_ID
from clinical import Assessment
from hosting import AccessOutcome, Settings, count, record_access, seconds_since_arrival, time_of


class Witness:
    """One hook call of a caller who was let in."""

    def __init__(self, occasion: Occasion) -> None:
        self.occasion = occasion
        self.has_looked = False
        self.has_missed_data = False
        self.cards = 0


def witness(occasion: Occasion) -> None:
    """From here on the call counts as this EHR's."""
    g.witness = Witness(occasion)


def has_looked() -> None:
    """The patient's data are about to be read: whatever comes of it, it is an access."""
    g.witness.has_looked = True


def has_missed_data() -> None:
    """No laboratory data could be obtained, however this EHR wants that answered."""
    g.witness.has_missed_data = True


def has_answered(response: HookResponse) -> None:
    g.witness.cards = len(response.cards)


def has_assessed(assessment: Assessment) -> None:
    """Counts what was found, and what nobody could know."""
    ehr = g.witness.occasion.ehr_name
    for finding in assessment.findings:
        count("findings", finding.id, ehr)
    for what in unknowns(assessment):
        count("unknowns", what, ehr)


def unknowns(assessment: Assessment) -> Iterable[str]:
    """``restless-legs``, ``DQ.STALE``, …: what the chart did not say, and why results were not used."""
    context = assessment.context
    told = {"restless-legs": context.restless_legs, "pregnant": context.pregnant, "dialysis": context.dialysis}
    yield from (name for name, answer in told.items() if answer == "unknown")
    if context.age_years is None:
        yield "age"
    yield from (one.id for one in assessment.data_quality)


def add_witness(blueprint: Blueprint, settings: Settings) -> None:
    """Tells of each hook call when it has been answered, be it with cards, a refusal or a fault."""

    def tell(answer: Response) -> Response:
        seen: Witness | None = g.pop("witness", None)
        if seen is not None:
            _measure(seen, answer.status_code)
            if seen.has_looked:
                _record(seen, answer.status_code, settings)
        return answer

    blueprint.after_request(tell)


def _measure(seen: Witness, status: int) -> None:
    hook, ehr = SERVICE_BY_ID[seen.occasion.service].hook, seen.occasion.ehr_name
    outcome = "refused" if status != 200 else "cards" if seen.cards else "no-cards"
    time_of("hook", seconds_since_arrival(), hook, ehr, "data-missing" if seen.has_missed_data else outcome)
    if seen.cards:
        count("hook_cards", hook, ehr, by=seen.cards)


def _record(seen: Witness, status: int, settings: Settings) -> None:
    outcome: AccessOutcome = "success" if status == 200 else "failure"
    occasion = seen.occasion
    record_access(
        settings,
        ehr=occasion.ehr_name,
        who=occasion.user_id,
        patient=occasion.patient_id,
        purpose=SERVICE_BY_ID[occasion.service].hook,
        outcome="nothing-readable" if seen.has_missed_data else outcome,
    )
