"""What docs/hook-call.md shows is what happens."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient

from tests.cds_hooks.callers import bearer, elliptic, hospital, key_set, registry, signed
from tests.cds_hooks.conftest import client_of
from tests.house.manuals import blocks, differences, shown

PAGE = "docs/hook-call.md"
VIEW = "/cds-services/rls-nutrients"
SELECT = "/cds-services/rls-supplement-select"
# What is sent, where to, with which status and to which answer.
EXCHANGES = {
    "The hook call": (VIEW, 200, "The answer"),
    "Nothing was sent": (VIEW, 412, "The refusal"),
    "With leave to ask back": (VIEW, 412, "The refusal"),  # the EHR of the example is not registered: nobody is asked
    "An order is chosen": (SELECT, 200, "What is said of the order"),
    "Feedback": (f"{VIEW}/feedback", 200, None),
    "Feedback on an override": (f"{VIEW}/feedback", 200, None),
}
OTHERS = {"Discovery", "The JWT, its header", "The JWT, its claims", "Nothing to say"}


@cache
def service() -> FlaskClient:
    return client_of()


def test_every_block_is_tested() -> None:
    answers = {answer for *_, answer in EXCHANGES.values() if answer}
    assert {block.title for block in blocks(PAGE)} == {*EXCHANGES, *answers, *OTHERS}


def test_discovery() -> None:
    assert list(differences(shown(PAGE, "Discovery"), service().get("/cds-services").json)) == []


@pytest.mark.parametrize("request_shown", EXCHANGES)
def test_what_is_sent_gives_the_answer_shown(request_shown: str) -> None:
    address, status, answer_shown = EXCHANGES[request_shown]
    answer = service().post(address, json=shown(PAGE, request_shown))
    assert answer.status_code == status
    if answer_shown is None:
        assert answer.data == b""
    else:
        assert list(differences(shown(PAGE, answer_shown), answer.json)) == []


def test_nothing_to_say() -> None:
    call = json.loads(json.dumps(shown(PAGE, "The hook call")))
    ferritin, saturation = (entry["resource"]["valueQuantity"] for entry in call["prefetch"]["iron"]["entry"])
    ferritin["value"], saturation["value"] = 140, 28
    answer = service().post(VIEW, json=call)
    assert (answer.status_code, answer.json) == (200, shown(PAGE, "Nothing to say"))


def test_the_token_shown_lets_its_caller_in(tmp_path: Any) -> None:
    header, claims = shown(PAGE, "The JWT, its header"), shown(PAGE, "The JWT, its claims")
    key = elliptic(header["kid"])
    (tmp_path / "keys.json").write_text(json.dumps(key_set(key)), "utf-8")
    client = client_of(registry(hospital(jwks_file=str(tmp_path / "keys.json"))), cds_authentication="required")
    token = signed(json.dumps(header), json.dumps(claims), key)
    with time_machine.travel(claims["iat"] + 1, tick=True):
        answer = client.post(VIEW, json=shown(PAGE, "The hook call"), headers=bearer(token))
        again = client.post(VIEW, json=shown(PAGE, "The hook call"), headers=bearer(token))
    assert (answer.status_code, again.status_code) == (200, 401)


@pytest.mark.parametrize(
    ("told", "real"),
    [
        ({"a": 1}, {"a": 1, "b": 2}),
        ({"a": 1, "…": "…"}, {"b": 2}),
        (["x"], ["x", "y"]),
        (["x", "z", "…"], ["x"]),
        ("Iron is …", "Zinc is low"),
        (18, 19),
        ({"a": None}, {}),
    ],
)
def test_a_difference_is_seen(told: Any, real: Any) -> None:
    assert list(differences(told, real))


@pytest.mark.parametrize(
    ("told", "real"),
    [({"a": 1, "…": "…"}, {"a": 1, "b": 2}), (["x", "…"], ["x", "y"]), ("Iron is …", "Iron is low"), ("…", [1])],
)
def test_what_is_left_out_is_none(told: Any, real: Any) -> None:
    assert list(differences(told, real)) == []
