"""Several needs in one search: what may be joined, whose result is whose, and what becomes of one that fails."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from clinical import Resource, load_knowledge, needs
from ehr_reader import Answer, Query, Question, Scopes, queries_of
from ehr_reader.joined_searches import LONGEST_ADDRESS, MOST_NEEDS, joined
from tests.ehr_reader.mock_ehr import Call, MockEhr, Reply, mock_ehr, outcome, searchset

LOINC = "http://loinc.org"
BASE = "https://ehr.example.org/fhir"
NEEDED = needs(load_knowledge("international"), with_open_orders=True)
LABORATORY = tuple(need for need in NEEDED if need.laboratory)
IRON, FOLATE = "2276-4", "2284-8"


def asked(local: dict[str, str] | None = None, patient: str = "p1") -> dict[str, Query]:
    return queries_of(NEEDED, "codes", patient, local)


def groups(queries: Mapping[str, Question], base: str = BASE) -> list[set[str]]:
    """The keys of the needs that have a search in common."""
    searches = joined(queries.values(), base)
    found: dict[Question, set[str]] = {}
    for key, query in queries.items():
        found.setdefault(searches[query], set()).add(key)
    return list(found.values())


def result(code: str, id: str, system: str | None = LOINC) -> dict[str, Any]:
    coding = {"code": code} | ({"system": system} if system else {})
    return {"resourceType": "Observation", "id": id, "code": {"coding": [coding]}}


def held(answer: Answer[Resource]) -> list[str | None]:
    return [entry.resource.id for page in answer.pages for entry in page.entry if entry.resource]


# What is joined


def test_a_whole_chart_takes_a_dozen_requests_at_most() -> None:
    assert len(groups(asked())) <= 12


def test_each_code_is_asked_for_once() -> None:
    said = [dict(one.parameters) for one in set(joined(asked().values(), BASE).values()) if isinstance(one, Query)]
    codes = [code for one in said if "code" in one for code in one["code"].split(",")]
    assert sorted(codes) == sorted(f"{LOINC}|{code}" for need in NEEDED for code in need.codes)


def test_a_page_holds_as_much_as_the_pages_of_each_need() -> None:
    iron, folate, liver = (asked()[key] for key in ("iron", "folate", "liver"))
    common = joined([iron, folate, liver], BASE)[folate]
    assert isinstance(common, Query)
    assert dict(common.parameters)["_count"] == "200" and dict(common.parameters)["_sort"] == "-date"


def test_what_is_measured_by_the_day_never_crowds_out_what_is_measured_by_the_year() -> None:
    often = {need.key for need in LABORATORY if need.often}
    assert often == {"magnesium", "bloodCount", "inflammation", "kidney", "minerals", "liver"}
    assert all(group <= often or not group & often for group in groups(asked()))


def test_only_the_laboratory_is_joined() -> None:
    together = set().union(*(group for group in groups(asked()) if len(group) > 1))
    assert together == {need.key for need in LABORATORY}


@pytest.mark.parametrize("patient", ["p1", "e" * 64])
@pytest.mark.parametrize("base", [BASE, "https://fhir.example.org/" + "tenant/" * 40])
@pytest.mark.parametrize("many", [0, 30])
def test_no_address_is_longer_than_servers_take(patient: str, base: str, many: int) -> None:
    local = {f"urn:oid:1.2.840.113619.21.1.7771000000000.2.{n}|FE-{n}": "ferritin" for n in range(many)}
    queries = asked(local, patient)
    for group in groups(queries, base):
        search = joined(queries.values(), base)[queries[next(iter(group))]]
        assert len(group) <= MOST_NEEDS
        assert len(group) == 1 or len(search.address(base)) <= LONGEST_ADDRESS


def test_a_scope_that_some_searches_name_keeps_them_apart() -> None:
    narrowed = Scopes("patient/Observation.rs?category=laboratory", one_patient=True)
    queries = asked()
    one = narrowed.permitted(queries["iron"])
    assert isinstance(one, Query)
    assert {"iron"} in groups(queries | {"iron": one})
    all_of_them = {key: found for key, query in queries.items() if (found := narrowed.permitted(query))}
    assert len(groups(all_of_them)) < len(LABORATORY)


def test_another_patient_or_another_order_is_another_search() -> None:
    backwards = asked()["vitaminD"].with_parameters((("_sort", "date"),))
    queries = {"iron": asked()["iron"], "theirs": asked(patient="p2")["folate"], "backwards": backwards}
    for one in (queries, {key: replace(query, otherwise=None) for key, query in queries.items()}):
        assert groups(one) == [{"iron"}, {"theirs"}, {"backwards"}]


# Whose it is


@pytest.fixture
def two(read: Any) -> Callable[..., tuple[Answer[Resource], Answer[Resource]]]:
    """Asks for iron and folate, which have a search in common."""

    def ask(local: dict[str, str] | None = None, **words: Any) -> tuple[Answer[Resource], Answer[Resource]]:
        queries = asked(local)
        iron, folate = read(queries["iron"], queries["folate"], **words)
        return iron, folate

    return ask


def test_each_need_has_its_own_results(ehr: MockEhr, two: Any) -> None:
    ehr.answer = lambda _: Reply(body=searchset(result(IRON, "fe"), result(FOLATE, "fol"), result("2498-4", "iron")))
    iron, folate = two()
    assert len(ehr.calls) == 1 and iron.question == folate.question
    assert (held(iron), held(folate)) == (["fe", "iron"], ["fol"])


def test_codes_of_the_laboratory_are_told_apart_too(ehr: MockEhr, two: Any) -> None:
    own = "urn:oid:1.2.3"
    ehr.answer = lambda _: Reply(body=searchset(result("a,b$", "fe", own), result("FOL", "fol", own)))
    iron, folate = two({f"{own}|a,b$": "ferritin", f"{own}|FOL": "folate"})
    assert (held(iron), held(folate)) == (["fe"], ["fol"])


def test_a_result_of_two_needs_is_both_of_them(ehr: MockEhr, two: Any) -> None:
    both = result(IRON, "both")
    both["code"]["coding"].append({"system": LOINC, "code": FOLATE})
    ehr.answer = lambda _: Reply(body=searchset(both))
    assert [held(answer) for answer in two()] == [["both"], ["both"]]


@pytest.mark.parametrize(
    "stray",
    [
        result("999-9", "stray"),
        result(IRON, "stray", "urn:oid:1.2.3"),
        result(IRON, "stray", None),
        {"resourceType": "Observation", "id": "stray", "code": {"text": "ferritin"}},
        {"resourceType": "Observation", "id": "stray"},
        {"resourceType": "Observation", "id": "stray", "code": 5},
        outcome(severity="warning") | {"id": "stray"},
    ],
)
def test_what_no_code_tells_apart_is_kept_for_all(ehr: MockEhr, two: Any, stray: dict[str, Any]) -> None:
    ehr.answer = lambda _: Reply(body=searchset(stray, result(FOLATE, "fol")))
    assert [held(answer) for answer in two()] == [["stray"], ["stray", "fol"]]


def test_pages_are_followed_and_shared_out_one_by_one(ehr: MockEhr, two: Any) -> None:
    def pages(call: Call) -> Reply:
        if "page" in call.parameters:
            return Reply(body=searchset(result(IRON, "old")))
        return Reply(body=searchset(result(FOLATE, "fol"), following=f"{ehr.base}/Observation?page=2"))

    ehr.answer = pages
    assert [held(answer) for answer in two()] == [["old"], ["fol"]]
    assert len(ehr.calls) == 2


def test_where_more_is_to_come_each_need_is_told_so(ehr: MockEhr, two: Any) -> None:
    with mock_ehr() as elsewhere:
        leaving = searchset(result(FOLATE, "fol"), following=f"{elsewhere.base}/Observation?page=2")
        ehr.answer = lambda _: Reply(body=leaving)
        for answer in two():
            assert [link.relation for link in answer.pages[-1].link] == ["self", "next"]
        assert elsewhere.calls == []


def test_a_later_page_that_fails_is_told_to_each(ehr: MockEhr, two: Any) -> None:
    first = searchset(result(FOLATE, "fol"), following=f"{ehr.base}/Observation?page=2")
    ehr.answer = lambda call: Reply(500, b"") if "page" in call.parameters else Reply(body=first)
    iron, folate = two()
    assert len(ehr.calls) == 2, "what came is kept, and not asked again"
    assert type(iron.failure) is type(folate.failure) is not type(None)
    assert (held(iron), held(folate)) == ([], ["fol"])


# What fails


@pytest.mark.parametrize(
    "fault", [Reply(400, outcome("too-costly")), Reply(414, b""), Reply(404), Reply(500, b""), Reply(200, b"<html>")]
)
def test_what_an_ehr_does_not_take_joined_is_asked_need_by_need(ehr: MockEhr, two: Any, fault: Reply) -> None:
    def one_by_one(call: Call) -> Reply:
        codes = call.parameters["code"]
        if IRON in codes and FOLATE in codes:
            return fault
        return Reply(body=searchset(result(IRON, "fe") if IRON in codes else result(FOLATE, "fol")))

    ehr.answer = one_by_one
    iron, folate = two()
    assert (iron.failure, folate.failure) == (None, None) and len(ehr.calls) == 3
    assert (held(iron), held(folate)) == (["fe"], ["fol"])
    assert [answer.question for answer in (iron, folate)] == [asked()["iron"], asked()["folate"]]


def test_one_need_over_which_the_ehr_stumbles_takes_no_other_away(ehr: MockEhr, two: Any) -> None:
    ehr.answer = lambda call: (
        Reply(500, b"") if IRON in call.parameters["code"] else Reply(body=searchset(result(FOLATE, "fol")))
    )
    iron, folate = two()
    assert iron.failure is not None and folate.failure is None and held(folate) == ["fol"]


@pytest.mark.parametrize(
    ("fault", "requests", "seconds"),
    [
        (Reply(401), 1, 60),
        (Reply(403, outcome()), 1, 60),
        (Reply(503, b"", {"Retry-After": "0"}), 3, 60),
        (Reply(delay=60), 1, 1),
    ],
)
def test_where_the_ehr_is_away_or_will_not_it_is_not_asked_apart(
    ehr: MockEhr, two: Any, fault: Reply, requests: int, seconds: float
) -> None:
    ehr.answer = lambda _: fault
    iron, folate = two(seconds=seconds)
    assert type(iron.failure) is type(folate.failure) is not type(None)
    assert len(ehr.calls) == requests or (fault.delay and not ehr.calls), "at most the one that was not answered"


def test_an_ehr_that_wants_the_category_is_asked_for_it_once(ehr: MockEhr, read: Any) -> None:
    ehr.answer = lambda call: (
        Reply(400, outcome("required")) if "code" in call.parameters else Reply(body=searchset(result(IRON, "fe")))
    )
    queries = [query for query in asked().values() if query.joinable]
    answers = read(*queries)
    assert {answer.question for answer in answers} == {queries[0].otherwise}
    assert [held(answer) for answer in answers] == [["fe"]] * len(queries)
    assert sum("category" in call.parameters for call in ehr.calls) == 1


def test_templates_stay_one_to_a_need() -> None:
    templates = [query.template for query in asked().values()]
    assert len(templates) == len(NEEDED) == len(set(templates))


def test_a_need_without_a_mate_is_asked_as_it_is() -> None:
    alone = asked()["iron"]
    assert joined([alone], BASE) == {alone: alone}
    strange = replace(alone, joinable=None)
    assert joined([strange, asked()["folate"]], BASE)[strange] == strange
