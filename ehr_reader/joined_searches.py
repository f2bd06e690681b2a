"""Several needs in one search, and what it finds shared out to them by its codes.

An EHR that takes a fifth of a second for each answer is asked a third as much so. What is joined:

- Only searches that differ in their codes alone, and in the page size, which is added up: the same patient, category
  and order, the same words to fall back to. What a scope demands is said in all of them, or they stay apart.
- Only what is measured about as often. Results come newest first and page by page, to the last page; where the time
  ends sooner, the oldest are missing. The hundred creatinines of one stay in hospital would so keep back the one
  ferritin of the year. Beside a vitamin D, of which there are as few, they cannot.
- Up to ``MOST_NEEDS``, so that one search that fails is not half the chart; and up to ``LONGEST_ADDRESS``, since
  servers, and the proxies before them, refuse longer ones.

What it costs is told as ever: a search that failed, or came in part, is a gap for each of its needs. One that the EHR
refuses or stumbles over is asked anew need by need, in the round that other words take too: the one result at which it
stumbles then takes away its own need only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

import msgspec

from ehr_reader.failures import AskDifferently, CheckConnection, OutOfTime, ReadFailed, TryAgainLater
from ehr_reader.paging import P, PageEntry
from ehr_reader.queries import Code, Query, Question

MOST_NEEDS = 4
# Characters. Old servers and proxies draw the line at 2,048.
LONGEST_ADDRESS = 2_000


def joined(questions: Iterable[Question], base: str) -> dict[Question, Question]:
    """What is asked for each question: itself, or a search that it has in common with others."""
    asked = {question: question for question in questions}
    alike: dict[Query, list[list[Query]]] = {}
    for question in asked:
        if isinstance(question, Query) and question.joinable is not None:
            _place(question, alike.setdefault(_likeness(question), []), base)
    for groups in alike.values():
        for group in groups:
            asked |= dict.fromkeys(group, _common(group))
    return asked


def shares(asked: Mapping[Question, Question], pages: Mapping[Question, Sequence[P]]) -> dict[Question, tuple[P, ...]]:
    """``pages``: what came, by the search that was asked; the result: what each question has of it.

    A result belongs to the need that asked for one of its codes. What has no such code may be anybody's and is
    everybody's: a remark of the EHR, a code of its own. Each share has the links of the pages, by which each need is
    told that more is to come.
    """
    askers: dict[Question, list[Question]] = {}
    for question, search in asked.items():
        askers.setdefault(search, []).append(question)
    shared: dict[Question, tuple[P, ...]] = {}
    for search, group in askers.items():
        if len(group) == 1:
            shared[group[0]] = tuple(pages[search])
        else:
            shared |= _shared_out([one for one in group if isinstance(one, Query)], pages[search])
    return shared


def may_be_asked_apart(failure: ReadFailed | None) -> bool:
    """Not where the EHR is away, slow, or says that we may not: it would say so again, to each."""
    if isinstance(failure, TryAgainLater):
        return not failure.soon and not isinstance(failure, OutOfTime)
    return isinstance(failure, AskDifferently | CheckConnection)


def _place(question: Query, groups: list[list[Query]], base: str) -> None:
    for group in groups:
        if len(group) < MOST_NEEDS and len(_common([*group, question]).address(base)) <= LONGEST_ADDRESS:
            group.append(question)
            return
    groups.append([question])


def _likeness(question: Query) -> Query:
    """The same for all that may be joined."""
    others = tuple(pair for pair in question.parameters if pair[0] not in ("code", "_count"))
    joinable = question.joinable and question.joinable._replace(codes=frozenset())
    return replace(question, parameters=others, joinable=joinable)


def _common(group: Sequence[Query]) -> Query:
    if len(group) == 1:
        return group[0]
    said = [dict(one.parameters) for one in group]
    codes = ",".join(one["code"] for one in said)
    count = str(sum(int(one["_count"]) for one in said))
    changed = {"code": codes, "_count": count}
    parameters = tuple((name, changed.get(name, value)) for name, value in group[0].parameters)
    return replace(group[0], parameters=parameters, joinable=None)


def _shared_out(group: Sequence[Query], pages: Sequence[P]) -> dict[Question, tuple[P, ...]]:
    wanted = {one: one.joinable.codes if one.joinable else frozenset() for one in group}
    known = frozenset().union(*wanted.values())
    coded = [(page, [_codes_of(entry) & known for entry in page.entry]) for page in pages]
    return {one: tuple(_share(page, codes, own) for page, codes in coded) for one, own in wanted.items()}


def _share(page: P, codes: Sequence[frozenset[Code]], own: frozenset[Code]) -> P:
    if page.resource_type != "Bundle":
        return page
    kept = tuple(entry for entry, found in zip(page.entry, codes, strict=True) if not found or found & own)
    return cast(P, msgspec.structs.replace(cast(Any, page), entry=kept))


def _codes_of(entry: PageEntry) -> frozenset[Code]:
    concept = entry.resource.code if entry.resource is not None else None
    return frozenset((one.system or "", one.code or "") for one in concept.coding) if concept else frozenset()
