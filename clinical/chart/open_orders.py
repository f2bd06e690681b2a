"""ServiceRequests for laboratory tests that are ordered and not known to be done.

Source: FHIR R4 ServiceRequest. ``active`` and ``draft`` are taken at their word here; how long an order that nobody
closed still counts is for the reasoning to say.
"""

from __future__ import annotations

from clinical.chart.dates import read_date
from clinical.chart.facts import OpenOrder
from clinical.chart.gathering import Located
from clinical.chart.wire import CodeableConcept
from terminology import canonical, code_use

_OPEN = frozenset({"active", "draft"})


def read_open_order(item: Located) -> OpenOrder | None:
    """``None`` for one that is done, ended or an order *not* to test, and for one that no code tells anything of."""
    resource = item.resource
    codings = codings_of(resource.code)
    if resource.status not in _OPEN or resource.do_not_perform or not codings:
        return None
    period = resource.occurrence_period
    return OpenOrder(
        source=item.reference,
        codings=codings,
        analytes=analytes_of(codings),
        ordered=read_date(resource.authored_on),
        due=read_date(resource.occurrence_date_time) or (read_date(period.start) if period else None),
    )


def codings_of(concept: CodeableConcept | None) -> frozenset[tuple[str, str]]:
    """The codes of a concept, each with its system."""
    coded = concept.coding if concept else ()
    return frozenset((canonical(one.system), one.code) for one in coded if one.system and one.code)


def analytes_of(codings: frozenset[tuple[str, str]]) -> frozenset[str]:
    """What these codes measure; look-alikes measure nothing of ours."""
    uses = [code_use(system, code) for system, code in codings]
    return frozenset(use.analyte for use in uses if use is not None and use.role != "refused")
