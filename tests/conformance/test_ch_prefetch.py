"""CH-04 to CH-07, CH-10: what a call with, without and with broken prefetch is answered.

Source: CDS Hooks 2.0.1 sections Prefetch Template, Providing FHIR Resources, HTTP Response; 3.0 section Returning
OperationOutcome. Calls to the EHR are in test_ch_fetching.py.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from fhir.resources.R4B.operationoutcome import OperationOutcome

from tests.cds_hooks.hook_requests import (
    ALL_NORMAL,
    LABORATORY,
    call,
    operation_outcome,
    request,
    searchset,
)  # fmt: skip
from tests.conformance.inferno import faults

LOW = ALL_NORMAL | {"ferritin": "22 ng/mL"}


def outcome(answer: Any) -> str:
    """The text of a valid OperationOutcome."""
    found = OperationOutcome.model_validate(answer.json)
    return " ".join(issue.diagnostics or "" for issue in found.issue)


@pytest.mark.conformance("CH-04")
def test_a_low_ferritin_gives_a_sound_card(post: Any) -> None:
    answer = post(call(**LOW))
    assert answer.status_code == 200
    assert len(answer.json["cards"]) >= 1
    assert faults(answer.json) == []
    assert "22 ng/mL" in answer.json["cards"][0]["summary"]


@pytest.mark.conformance("CH-05")
@pytest.mark.parametrize("restless_legs", [True, False])
def test_normal_results_give_no_card(post: Any, restless_legs: bool) -> None:
    answer = post(call(restless_legs=restless_legs, **ALL_NORMAL))
    assert answer.status_code == 200
    assert answer.json == {"cards": []}


@pytest.mark.conformance("CH-06")
@pytest.mark.parametrize("nothing", [None, searchset(), searchset(total=0)])
@pytest.mark.parametrize("restless_legs", [True, False])
def test_nothing_on_file_is_an_answer_and_no_deficiency(post: Any, nothing: Any, restless_legs: bool) -> None:
    answer = post(call(dict.fromkeys(LABORATORY, nothing), restless_legs=restless_legs))
    assert answer.status_code == 200
    assert faults(answer.json) == []
    assert not any(
        "deficien" in card["summary"].lower() or "low" in card["summary"].lower() for card in answer.json["cards"]
    )
    assert "did not send" not in json.dumps(answer.json) and "reported an error" not in json.dumps(answer.json)


@pytest.mark.conformance("CH-07")
@pytest.mark.parametrize("prefetch", [None, {}, {"patient": None}])
def test_without_data_the_answer_is_412_and_says_what_is_missing(post: Any, prefetch: Any) -> None:
    answer = post(request(prefetch))
    assert answer.status_code == 412
    told = outcome(answer)
    assert all(key in told for key in LABORATORY)


@pytest.mark.conformance("CH-10")
@pytest.mark.parametrize("broken", [operation_outcome(), searchset(operation_outcome()), "<html>", searchset({})])
@pytest.mark.parametrize("key", LABORATORY)
@pytest.mark.parametrize("results", [LOW, ALL_NORMAL], ids=["low", "normal"])
def test_a_key_that_failed_is_named_and_never_normal(post: Any, key: str, broken: Any, results: dict[str, Any]) -> None:
    answer = post(call({key: broken}, **results))
    assert answer.status_code == 200
    assert faults(answer.json) == []
    assert answer.json["cards"], "silence would be read as normal"
    for card in answer.json["cards"]:
        assert "reported an error instead of" in card["detail"] or "could not be read" in card["detail"]


@pytest.mark.conformance("CH-10")
def test_if_every_key_failed_the_answer_is_412(post: Any) -> None:
    answer = post(call(dict.fromkeys(LABORATORY, operation_outcome())))
    assert answer.status_code == 412
    assert "reported an error instead of" in outcome(answer)


FURTHER = [{"relation": "next", "url": "https://ehr.example.org/2"}]
WARNING = operation_outcome("warning")


@pytest.mark.conformance("CH-10")
@pytest.mark.parametrize("page", [searchset(link=FURTHER), searchset(WARNING, link=FURTHER)])
def test_what_may_stand_on_a_further_page_is_not_told_as_missing(post: Any, page: Any) -> None:
    [card] = post(call({"iron": page}, **ALL_NORMAL)).json["cards"]
    assert card["summary"] == "Nutrient check incomplete: the EHR sent only a part of: iron"
    assert "suggestions" not in card
    assert post(call({"iron": page}, restless_legs=False, **ALL_NORMAL)).json == {"cards": []}


@pytest.mark.conformance("CH-10")
def test_a_page_with_all_that_is_looked_for_may_have_a_next_one(post: Any) -> None:
    page = call(**ALL_NORMAL)["prefetch"]["iron"] | {"link": FURTHER}
    assert post(call({"iron": page}, **ALL_NORMAL)).json == {"cards": []}


@pytest.mark.conformance("CH-10")
@pytest.mark.parametrize("nothing", [None, searchset(), searchset(WARNING)])
def test_where_the_search_was_done_a_missing_result_is_told(post: Any, nothing: Any) -> None:
    """Epic warns in nearly every answer: of none of them would ferritin ever be asked for."""
    [card] = post(call({"iron": nothing}, **ALL_NORMAL)).json["cards"]
    assert card["summary"].startswith("Iron studies needed") and card["suggestions"]
    assert ("nothing but a warning about: iron" in card["detail"]) is bool(nothing and "entry" in nothing)
