"""What is ordered: each story sent as a hook call, and answered with exactly the cautions that should speak."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import pytest

from cds_hooks.order_context import read_orders
from clinical import Knowledge, load_knowledge, read_chart, read_document, review_orders
from tests.cds_hooks.conftest import client_of
from tests.conformance.inferno import faults
from tests.vignettes.charts import TODAY
from tests.vignettes.numbers import Changed, Number, folder, numbers
from tests.vignettes.order_stories import OrderStory, hook_call, read_order_stories, read_piece_stories

STORIES = list(read_order_stories("order_stories.yaml"))
SPEAKING = [story for story in STORIES if story.told]
OFFERS = {"delete": "remove", "update": "add", "create": "test"}


@cache
def service_of(jurisdiction: str, name: str) -> Any:
    """One for choosing and one for signing, which does not remember what the other said."""
    return client_of(jurisdiction=jurisdiction)


def cards_for(story: OrderStory, name: str = "select") -> list[dict[str, Any]]:
    call = hook_call(story, f"order-{name}")
    answer = service_of(story.jurisdiction, name).post(
        f"/cds-services/rls-supplement-{name}", data=call, content_type="application/json"
    )
    assert answer.status_code == 200, answer.json
    assert faults(answer.json) == []
    return list(answer.json["cards"])


def rules_on(cards: list[dict[str, Any]]) -> set[str]:
    """The cautions told, except those told beside others."""
    bewares = [re.search(r"\*\*Beware of\*\*\n\n(.*?)\n\n", card["detail"], re.DOTALL) for card in cards]
    return {
        rule for found in bewares if found for rule in re.findall(r"\(([A-Z0-9.]+[a-z]?)\)$", found[1], re.MULTILINE)
    }


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.id)
def test_order(story: OrderStory) -> None:
    cards = cards_for(story)
    assert bool(cards) is bool(story.told)
    assert set(story.told) <= rules_on(cards)
    offered = {
        OFFERS[action["type"]] for card in cards for one in card.get("suggestions", ()) for action in one["actions"]
    }
    assert offered == set(story.offers)


@pytest.mark.parametrize("story", SPEAKING, ids=lambda story: story.id)
def test_what_speaks_and_nothing_else(story: OrderStory) -> None:
    assert spoken(story, load_knowledge(story.jurisdiction)) == set(story.told)


def spoken(story: OrderStory, knowledge: Knowledge) -> set[str]:
    call = hook_call(story)
    document, orders = read_document(call), read_orders(call, "order-select", "told")
    chart = read_chart(document.resources, patient_id="told", answered=document.answered)
    reviewed = review_orders(chart, orders.drafts.orders, orders.selected, knowledge, TODAY)
    return {one.caution.id for review in reviewed.reviews for one in review.spoken}


@pytest.mark.parametrize("row", sorted({story.row for story in STORIES}))
def test_as_many_silent_as_speaking(row: str) -> None:
    speaking = [story for story in STORIES if story.row == row and story.told]
    silent = [story for story in STORIES if story.row == row and not story.told]
    assert len(silent) >= len(speaking) > 0


@pytest.mark.parametrize("story", SPEAKING, ids=lambda story: story.id)
def test_signed_without_having_been_chosen_here_it_is_told_too(story: OrderStory) -> None:
    assert set(story.told) <= rules_on(cards_for(story, "sign"))


PIECES = list(read_piece_stories("order_stories.yaml"))
EDGES = [*(story for story in STORIES if story.row == "amounts at their edge"), *PIECES]


@pytest.mark.parametrize("story", PIECES, ids=lambda story: story.id)
def test_what_one_piece_holds(story: OrderStory) -> None:
    assert spoken(story, load_knowledge()) == set(story.told)


@pytest.mark.parametrize(
    "number", [one for one in numbers() if folder().files[one.file].name == "orders.toml"], ids=str
)
def test_every_number_of_orders_is_guarded(number: Number) -> None:
    """Broken on purpose, up and down: some order at the edge must turn red."""
    for value in (number.value + number.step, number.value - number.step):
        if value >= 0:
            changed = Changed(number, value)
            red = (spoken(one, changed.in_jurisdiction(one.jurisdiction)) != set(one.told) for one in EDGES)
            assert any(red), f"{number.name} may become {value}, and no case turns red"


def test_a_card_says_nothing_of_an_order_that_is_not_true_of_it() -> None:
    """Iron for the vein that is only planned was not given; a bolus that is ordered is not on file."""
    told = [card["summary"] for story in SPEAKING if {"FE30", "VD14"} & set(story.told) for card in cards_for(story)]
    assert len(told) >= 2
    assert not [summary for summary in told if "on file" in summary or "falsely high" in summary]
