"""What clinicians did with cards: stored before it is acknowledged, and never logged.

Source: CDS Hooks 2.0.1 section Feedback. A card that is not known here is no mistake: it may be older than this
database. A success has no body.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from flask import Request, Response

from cds_hooks.authentication import Authentication, Caller
from cds_hooks.feedback_request import read_feedback
from cds_hooks.occasion import UNREGISTERED
from cds_hooks.refusals import Refusal
from cds_hooks.services import service_of
from hosting import Database, FeedbackReport, log

_SECONDS_FOR_OTHER_WORKERS = 0.2
_SECONDS_BETWEEN_LOOKS = 0.02


class FeedbackCalls:
    """Answers feedback on the cards of every service."""

    def __init__(self, authentication: Authentication, database: Callable[[], Database]) -> None:
        self._authentication = authentication
        self._database = database

    def answer(self, service_id: str, call: Request) -> Response:
        """200 once everything is on disk. Raises ``DatabaseFault``, and then nothing was kept."""
        try:
            caller = self._authentication.caller(call)
            service = service_of(service_id)
            reports = read_feedback(call.get_data(cache=False), call.mimetype, service.id, int(time.time()))
        except Refusal as refused:
            return refused.answer()
        self._store(caller, reports)
        return Response(status=200)

    def _store(self, caller: Caller, reports: Sequence[FeedbackReport]) -> None:
        database = self._database()
        senders = self._senders(caller, {report.card for report in reports})
        told = [replace(report, ehr=_ehr(caller, senders.get(report.card))) for report in reports]
        database.store_feedback(told)
        unknown = sum(report.ehr != senders.get(report.card) for report in told)
        log.info("feedback", service=reports[0].service, reports=len(reports), unknown_cards=unknown)

    def _senders(self, caller: Caller, cards: set[str]) -> dict[str, str]:
        """The EHR that showed each card. Another worker may be writing its card down just now: where the report would
        be counted elsewhere without it, this is waited for."""
        until = time.monotonic() + _SECONDS_FOR_OTHER_WORKERS
        while True:
            found = self._database().ehrs_of_cards(cards)
            if len(found) == len(cards) or _speaks_for_one(caller) or time.monotonic() > until:
                return found
            time.sleep(_SECONDS_BETWEEN_LOOKS)


def _speaks_for_one(caller: Caller) -> bool:
    return caller.issuer is not None and len(caller.ehrs) == 1


def _ehr(caller: Caller, shown_by: str | None) -> str:
    """The EHR that showed the card, if this caller may speak for it; else the only one it may speak for."""
    names = {ehr.name for ehr in caller.ehrs}
    if shown_by is not None and (caller.issuer is None or shown_by in names):
        return shown_by
    return names.pop() if caller.issuer is not None and len(names) == 1 else UNREGISTERED
