"""A million damaged inputs: no mistake of ours, nothing that hangs, no other finding because of another writing.

The long part is guided by coverage where atheris can be had (tests/soak/fuzzing.py); the quick part is by chance.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cds_hooks.hook_requests import call
from tests.house.repository import ROOT
from tests.soak.fuzzing import by_chance
from tests.soak.share import share_of
from tests.soak.targets import TARGETS

QUICK = {"chart": 25, "units": 400, "prefetch": 100, "door": 300, "hook": 20}
# A million in all. What is slower has fewer.
LONG = {"chart": 50_000, "units": 400_000, "prefetch": 120_000, "door": 400_000, "hook": 30_000}

_SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=30)
)
_WORDS = st.sampled_from(
    [
        "resourceType",
        "entry",
        "resource",
        "link",
        "relation",
        "url",
        "code",
        "coding",
        "system",
        "valueQuantity",
        "value",
    ]
) | st.text(max_size=8)
JSON = st.recursive(
    _SCALARS, lambda one: st.lists(one, max_size=4) | st.dictionaries(_WORDS, one, max_size=5), max_leaves=25
)


@pytest.mark.parametrize("target", TARGETS)
def test_no_promise_is_broken(target: str) -> None:
    by_chance(TARGETS[target], QUICK[target], seed=2026)


@pytest.fixture(scope="module")
def fuzzers() -> Iterator[dict[str, Future[str]]]:
    """What each target told, as many at a time as there are cores; the slowest first."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        yield {target: pool.submit(_fuzz, target) for target in sorted(TARGETS, key=LONG.__getitem__)}


def _fuzz(target: str) -> str:
    command = [sys.executable, "-m", "tests.soak.fuzzing", target, "--runs", str(share_of(LONG[target]))]
    told = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
    return f"{told.stdout}ended with {told.returncode}"


@pytest.mark.soak
@pytest.mark.parametrize("target", TARGETS)
def test_a_million_inputs(fuzzers: dict[str, Future[str]], target: str) -> None:
    told = fuzzers[target].result()
    print(told)
    assert re.search(rf"{target}: {share_of(LONG[target])} executions .* no promise broken", told)
    assert told.endswith("ended with 0")


def _asked(client: FlaskClient, body: Any) -> None:
    answer = client.post("/cds-services/rls-nutrients", json=body)
    assert answer.status_code in (200, 400, 412, 413)
    told = answer.get_json()
    assert "cards" in told or told["resourceType"] == "OperationOutcome"


_QUIET = settings(database=None, deadline=None, suppress_health_check=list(HealthCheck))


@settings(_QUIET, max_examples=30)
@given(prefetch=st.dictionaries(st.sampled_from(sorted(call()["prefetch"])) | st.text(max_size=5), JSON, max_size=4))
def test_whole_hook_calls_with_anything_in_the_prefetch(client: FlaskClient, prefetch: dict[str, Any]) -> None:
    _asked(client, call(prefetch, ferritin="22 ng/mL"))


@settings(_QUIET, max_examples=30)
@given(changed=st.dictionaries(st.sampled_from(sorted(call())), JSON, max_size=3))
def test_whole_hook_calls_with_anything_for_a_member(client: FlaskClient, changed: dict[str, Any]) -> None:
    _asked(client, call() | changed)
