"""What of a proposal is ordered already, so that it need not be proposed again.

A test counts as ordered while its order is open, no result has come since, and it is due about when the proposal would
have it. A supplement counts as ordered where a draft of it waits to be signed. What could not be read is not ordered:
the proposal is then made once more, and the clinician sees it twice rather than never.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from clinical.chart.dates import FhirDate
from clinical.chart.facts import OpenOrder
from clinical.knowledge import schema
from clinical.knowledge.order_schema import LaboratoryOrder, MedicationOrder
from clinical.orders import systems_and_codes
from clinical.reasoning.evidence import Evidence
from terminology import code_use, drug_groups_by_name, groups_of


def tests_left(proposal: schema.Proposal, after_days: int, evidence: Evidence) -> tuple[LaboratoryOrder, ...]:
    """The tests of a proposal, due in ``after_days``, that nobody has ordered."""
    if not evidence.chart.open_orders:
        return proposal.laboratory
    latest = evidence.today + timedelta(days=after_days + evidence.knowledge.days["order-soon"])
    orders = [
        order
        for order in evidence.chart.open_orders
        if _is_open(order, evidence) and (order.due is None or not order.due.after(latest))
    ]
    return tuple(test for test in proposal.laboratory if not any(_orders(order, test) for order in orders))


def is_drafted(proposal: schema.Proposal, evidence: Evidence) -> bool:
    """Whether a draft of this supplement waits on the chart."""
    if proposal.medication is None:
        return False
    drafts = [item for item in evidence.chart.medications if item.unsigned and _is_recent(item.started, evidence)]
    return bool(drafts) and any(item.groups & _groups(proposal.medication) for item in drafts)


def _is_open(order: OpenOrder, evidence: Evidence) -> bool:
    moment = order.due or order.ordered
    return _is_recent(moment, evidence) and not _is_done(order.analytes, moment, evidence)


def _is_recent(moment: FhirDate | None, evidence: Evidence) -> bool:
    return moment is None or moment.days_before(evidence.today) <= evidence.knowledge.days["order-open"]


def _is_done(analytes: Collection[str], moment: FhirDate | None, evidence: Evidence) -> bool:
    """Whether all that was to be measured was measured on that day or later, even if nobody closed the order."""
    if moment is None or not analytes:
        return False
    since = {
        item.analyte
        for item in evidence.chart.measurements
        if item.analyte in analytes and item.effective is not None and item.effective.day >= moment.day
    }
    return since.issuperset(analytes)


def _orders(order: OpenOrder, test: LaboratoryOrder) -> bool:
    """By the same code, or by another one of the same analyte."""
    codes = systems_and_codes(test)
    uses = [code_use(system, code) for system, code in codes]
    return not order.codings.isdisjoint(codes) or any(use.analyte in order.analytes for use in uses if use is not None)


def _groups(medication: MedicationOrder) -> frozenset[str]:
    found = [groups_of(system, code) for system, code in systems_and_codes(medication)]
    return frozenset[str]().union(*found) or drug_groups_by_name(medication.product)
