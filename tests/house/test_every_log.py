"""The safeguard that watches every log of the suite can see."""

from __future__ import annotations

import json

import pytest

from hosting import log
from tests.every_log import leaks, written


@pytest.mark.parametrize(
    "told",
    [
        {"event": "request", "route": "/chart/ada"},
        {"event": "request", "service": "Fictional"},
        {"event": "request", "ehr": "DEMO-0001"},
        {"event": "x", "reason": "born 1954-05-01"},
        {"event": "x", "rule": "restless-legs-low-ferritin"},
        {"event": "x", "hook": "eyJhbGciOiJFUzM4NCJ9"},
        {"event": "x", "ehr": "0123456789abcdef0123456789abcdef"},
    ],
)
def test_a_line_that_tells_too_much_is_seen(told: dict[str, str]) -> None:
    assert len(list(leaks([json.dumps(told)]))) == 1


def test_a_line_of_ours_is_none() -> None:
    before = len(written)
    log.info("request", method="GET", route="/chart/<handle>", status=200, milliseconds=1.5)
    assert len(written) == before + 1
    assert list(leaks(written[before:])) == []
