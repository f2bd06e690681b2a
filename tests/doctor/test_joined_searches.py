"""An EHR that takes no long list of codes costs a second round with each chart: the doctor says so."""

from __future__ import annotations

from clinical import Resource, decode, load_knowledge, needs
from doctor.search_checks import asked_apart
from doctor.verdicts import Verdict
from ehr_reader import Access, BearerToken, Deadline, EhrReader, queries_of
from tests.ehr_reader.mock_ehr import Answering, Call, Reply, mock_ehr, nothing_on_file, outcome


def told(answer: Answering) -> list[Verdict]:
    queries = queries_of(needs(load_knowledge()), "codes", "p1")
    reader: EhrReader[Resource] = EhrReader(lambda data: decode(data, Resource))
    with mock_ehr() as ehr:
        ehr.answer = answer
        answers = reader.read(Access(ehr.base, BearerToken("abc")), list(queries.values()), Deadline.in_seconds(60))
        reader.close()
        return list(asked_apart(queries, dict(zip(queries, answers, strict=True)), ehr.base))


def refuses_the_joined(call: Call) -> Reply:
    """Joined searches ask for the pages of all their needs."""
    if "code" in call.parameters and int(call.parameters["_count"]) > 100:
        return Reply(400, outcome("too-costly"))
    return nothing_on_file(call)


def test_refused_joined_searches_are_named_with_what_to_do() -> None:
    [verdict] = told(refuses_the_joined)
    assert verdict.state == "warn"
    assert "iron" in verdict.seen and "pregnancy" not in verdict.seen
    assert 'prefetch_style = "category"' in verdict.todo


def test_what_is_answered_together_is_no_remark() -> None:
    assert told(nothing_on_file) == []
