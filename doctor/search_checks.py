"""Can results be searched as we search them? By each group of codes, with the fallback, page by page."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from clinical import Need, Resource, decode
from doctor.asking import NotReached, ask
from doctor.examination import Examination
from doctor.forms import member, objects
from doctor.verdicts import Verdict, fail, ok, warn
from ehr_reader import (
    Access,
    Answer,
    BearerToken,
    Deadline,
    EhrReader,
    Query,
    joined,
    queries_of,
    same_origin,
)

SEARCH, PAGING, ANOTHER = "searches", "paging", "other patients"
_MOST_PAGES = 20
_MOST_SECONDS = 10.0
_SMALL_PAGE = "2"
_PATIENT = re.compile(r"(?:^|/)Patient/([^/?#]+)")


def check_searches(examination: Examination, needed: tuple[Need, ...]) -> Iterator[Verdict]:
    """Asks everything that a chart page asks, in one round, within the time of a hook call or longer."""
    permission = examination.permission
    if permission is None or permission.patient is None:
        yield _not_tried(examination)
        return
    if not examination.can_read:
        yield warn(SEARCH, "not tried, for the patient could not be read", "mend that first.")
        return
    ehr, examination.has_searched = examination.ehr, True
    queries = queries_of(needed, ehr.prefetch_style, permission.patient, ehr.local_codes)
    reader: EhrReader[Resource] = EhrReader(lambda data: decode(data, Resource))
    began = time.monotonic()
    answers = reader.read(
        Access(examination.base, BearerToken(permission.token)), list(queries.values()), Deadline.in_seconds(15)
    )
    reader.close()
    answered = dict(zip(queries, answers, strict=True))
    yield from _each(answered)
    yield from _fallback(answered)
    yield from asked_apart(queries, answered, examination.base)
    yield from _in_time(examination, time.monotonic() - began)
    yield from _strangers(answers, permission.patient)
    yield from _pages(examination)
    yield from _without_code(examination)


def _not_tried(examination: Examination) -> Verdict:
    if examination.launch is not None:
        todo = "mend that first, or give --token-file with --patient."
        return warn(SEARCH, "not tried, for the launch ended without a token for a patient", todo)
    todo = "give --launch, or --token-file with --patient, to have them tried."
    return warn(SEARCH, "not tried, for want of an access token and a patient", todo)


def _each(answered: dict[str, Answer[Resource]]) -> Iterator[Verdict]:
    failed: dict[str, list[str]] = {}
    for key, answer in answered.items():
        if answer.failure is not None:
            failed.setdefault(_in_a_sentence(answer.failure.reason), []).append(key)
    for reason, keys in failed.items():
        todo = "what they would tell is shown as unknown; have the EHR's operator see to these searches."
        yield fail(SEARCH, f"{reason}: {', '.join(keys)}", todo)
    well = [key for key, answer in answered.items() if answer.failure is None]
    if well:
        yield ok(SEARCH, f"{len(well)} of {len(answered)} are answered: {', '.join(well)}")


def _in_a_sentence(reason: str) -> str:
    """Logs write it all in small letters."""
    return reason.replace("ehr", "EHR").replace("fhir", "FHIR")


def _fallback(answered: dict[str, Answer[Resource]]) -> Iterator[Verdict]:
    """Answers to another question than the one that was asked first."""
    reworded = [
        key
        for key, answer in answered.items()
        if isinstance(answer.question, Query)
        and dict(answer.question.parameters).get("category")
        and not dict(answer.question.parameters).get("code")
        and key != "laboratory"
    ]
    if reworded:
        seen = f"by code alone is refused for {', '.join(reworded)}; by category is answered"
        yield warn("search by code", seen, 'set prefetch_style = "category" for this EHR, and save a round.')


def asked_apart(queries: dict[str, Query], answered: dict[str, Answer[Resource]], base: str) -> Iterator[Verdict]:
    """Several needs share one search; where it is not taken, each is asked by itself in a second round."""
    asked = joined(queries.values(), base)
    apart = [key for key, query in queries.items() if asked[query] != query and answered[key].question == query]
    if apart:
        seen = f"not taken, and asked again one by one: {', '.join(apart)}"
        todo = (
            'each chart costs a second round: set prefetch_style = "category" for this EHR, or have it take more codes.'
        )
        yield warn("joined searches", seen, todo)


def _in_time(examination: Examination, seconds: float) -> Iterator[Verdict]:
    limit = examination.settings.hook_deadline_seconds * 0.9
    if seconds > limit:
        todo = "let the EHR prefetch, or raise RLS_HOOK_DEADLINE_SECONDS."
        yield warn("time for all searches", f"{seconds:.1f} s, where a hook call has {limit:.1f} s", todo)
    else:
        yield ok("time for all searches", f"{seconds:.1f} s")


def _strangers(answers: list[Answer[Resource]], patient: str) -> Iterator[Verdict]:
    found = sum(_is_of_another(one, patient) for answer in answers for page in answer.pages for one in _resources(page))
    if found:
        seen = f"searches for one patient also return others' resources: {found}"
        yield fail(ANOTHER, seen, "tell the EHR's operator at once; we set them aside and show none.")
    else:
        yield ok(ANOTHER, "none among the answers")


def _resources(page: Resource) -> list[Resource]:
    return [entry.resource for entry in page.entry if entry.resource is not None] if page.entry else [page]


def _is_of_another(resource: Resource, patient: str) -> bool:
    """As the SMART app judges it: a version of this patient is this patient."""
    if resource.resource_type == "Patient":
        return resource.id != patient
    subject = resource.subject or resource.patient
    named = _PATIENT.search(subject.reference) if subject and subject.reference else None
    return named is not None and named[1] != patient


def _pages(examination: Examination) -> Iterator[Verdict]:
    """Small pages on purpose: few patients have enough results for two of the usual size."""
    permission = examination.permission
    assert permission is not None
    query = {"patient": permission.patient, "category": "laboratory", "_count": _SMALL_PAGE}
    address: str | None = f"{examination.base}/Observation?{urlencode(query)}"
    seen: set[str] = set()
    until = time.monotonic() + _MOST_SECONDS
    held: set[str] = set()
    while address is not None:
        if len(seen) >= _MOST_PAGES or time.monotonic() > until:
            yield ok(PAGING, f"still more after {len(seen)} pages of {_SMALL_PAGE}, which is many, not wrong")
            return
        if not same_origin(address, examination.base):
            todo = "no token goes there, and what stands there is missing: have the EHR link to its own FHIR address."
            yield fail(PAGING, "the next link leads to another server", todo)
            return
        seen.add(address)
        try:
            page = ask(address, token=permission.token).members() or {}
        except NotReached as reason:
            yield fail(PAGING, str(reason), "have the EHR's operator see to the next links of searches.")
            return
        new = _ids(page) - held
        held, address = held | new, _next(page)
        if address in seen or (address is not None and not new):
            todo = "have the EHR end its searches: we stop after 100 pages and tell what is missing."
            yield fail(PAGING, f"page {len(seen)} brings nothing new, and a next page all the same", todo)
            return
    yield ok(PAGING, f"{len(held)} results on {len(seen)} page{'s' if len(seen) > 1 else ''} with _count={_SMALL_PAGE}")


def _ids(page: dict[str, Any]) -> set[str]:
    return {str(member(entry.get("resource"), "id")) for entry in objects(page.get("entry"))}


def _next(page: dict[str, Any]) -> str | None:
    urls = (link.get("url") for link in objects(page.get("link")) if link.get("relation") == "next")
    return next((url for url in urls if isinstance(url, str)), None)


def _without_code(examination: Examination) -> Iterator[Verdict]:
    """Not a search of ours; it tells how strict the EHR is, as Epic is known to be."""
    permission = examination.permission
    assert permission is not None
    try:
        reply = ask(f"{examination.base}/Observation?patient={permission.patient}&_count=1", token=permission.token)
    except NotReached:
        return
    issues = objects(member(reply.members(), "issue"))
    if reply.status == 400 and any(issue.get("code") == "required" for issue in issues):
        yield ok("search without a code", "refused (400, required); ours always name a code or a category")
