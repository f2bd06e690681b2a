"""Completes the prefetch: what is absent is asked for in one parallel round, and what is paged is followed to its end.

Source: CDS Hooks 2.0.1 section Prefetch Template (to check the prefetch and to fetch the rest is the service's job).
``null``, an empty searchset and an OperationOutcome are answers, and are not asked for again.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence

from cds_hooks.fetched import Completed, Fetched
from cds_hooks.leave import Leave, NoLeave, leave_of
from cds_hooks.prefetch import open_needs, own_keys
from cds_hooks.request import Answer, HookRequest
from clinical import Need, Resource, decode
from ehr_reader import Answer as EhrAnswer
from ehr_reader import Deadline, EhrReader, NextPage, Question, ReportFault, failures_of, queries_of
from hosting import Ehr, Settings, count, log, seconds_since_arrival, time_of

# Of the time for a call, what look-ups may use: the rest is for assessing and writing.
_SHARE_FOR_ASKING = 0.9


class Completion:
    """One per process: it keeps connections to the EHRs open."""

    def __init__(self, settings: Settings) -> None:
        self._prefetch_only = settings.prefetch_only
        self._seconds = settings.hook_deadline_seconds * _SHARE_FOR_ASKING
        self._reader = EhrReader(_decode)

    def complete(self, request: HookRequest, ehr: Ehr | None, needed: Sequence[Need]) -> Completed:
        """Never raises for what an EHR does. ``ehr`` is the one that may be contacted, if any."""
        if self._prefetch_only or request.fhir_authorization is None:
            return Completed(request.prefetch, {})
        try:
            leave = leave_of(request, ehr)
        except NoLeave as reason:
            log.warning("ehr not asked", hook_instance=request.hook_instance, reason=str(reason))
            return Completed(request.prefetch, {})
        return self._ask(request, leave, needed)

    def _ask(self, request: HookRequest, leave: Leave, needed: Sequence[Need]) -> Completed:
        wished = _questions(request, leave.ehr, needed)
        asked = {key: granted for key, one in wished.items() if (granted := leave.scopes.permitted(one))}
        fetched = Fetched(request.prefetch)
        fetched.not_granted(key for key in wished if key not in asked)
        if asked:
            deadline = Deadline.in_seconds(self._seconds - seconds_since_arrival())
            began = time.monotonic()
            answers = self._reader.read(leave.access, list(asked.values()), deadline)
            time_of("ehr", time.monotonic() - began, leave.ehr.name)
            for (key, question), answer in zip(asked.items(), answers, strict=True):
                fetched.take(key, question, answer)
            _log(request, leave.ehr, answers)
        return fetched.completed()


def _decode(data: bytes) -> Resource:
    return decode(data, Resource)


def _questions(request: HookRequest, ehr: Ehr, needed: Sequence[Need]) -> dict[str, Question]:
    """By prefetch key: the pages that prefetch left out, and a query for each need that it left open."""
    wanted = open_needs(request.prefetch, needed, request.patient_id)
    queries = queries_of(wanted, ehr.prefetch_style, request.patient_id, ehr.local_codes)
    return {**dict(_next_pages(request.prefetch, own_keys(needed))), **queries}


def _next_pages(prefetch: Mapping[str, Answer], kinds: Mapping[str, str]) -> Iterator[tuple[str, NextPage]]:
    for key, value in prefetch.items():
        if not isinstance(value, Resource):
            continue
        url = next((link.url for link in value.link if link.relation == "next"), None)
        held = (entry.resource.resource_type for entry in value.entry if entry.resource is not None)
        kind = kinds.get(key) or next(held, None)
        if url and kind:
            yield key, NextPage(kind, url)


def _log(request: HookRequest, ehr: Ehr, answers: Sequence[EhrAnswer[Resource]]) -> None:
    searches, failures = failures_of(answers)
    log.info(
        "ehr asked",
        hook_instance=request.hook_instance,
        ehr=ehr.name,
        searches=searches,
        failed=len(failures),
        **({"reason": failures[0].reason} if failures else {}),
    )
    for failure in failures:
        count("ehr_failures", ehr.name, failure.reason)
        if isinstance(failure, ReportFault):
            log.error("unexpected error", error=type(failure.__cause__).__name__)
