"""Where the time of one hook call goes, in process: the quickest of many runs, as disturbances only add to one."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any, TypeVar

import orjson

from benchmarks.bodies import hook_call
from cds_hooks.cards import CardWriter
from cds_hooks.prefetch import read_prefetch
from cds_hooks.request import read_request
from cds_hooks.response import as_json
from clinical import assess, load_knowledge, needs, read_chart

TODAY = date(2026, 11, 22)
T = TypeVar("T")
_MEDIA_TYPE = "application/json"
_SIZES = {60: 300, 500: 60, 5_000: 5}


def phase_table(haste: int = 1) -> list[str]:
    lines = [
        "| Observations | orjson, the whole body | decode | prefetch | chart | assess | cards | encode | all of ours |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for size, repeats in _SIZES.items():
        parsing, *ours = phases(hook_call(size), max(3, repeats // haste)).values()
        lines.append(f"| {size} | " + " | ".join(f"{value:.3f}" for value in (parsing, *ours, sum(ours))) + " |")
    return lines


def phases(body: bytes, repeats: int, clock: Callable[[], float] = time.perf_counter) -> dict[str, float]:
    """Milliseconds of parsing everything with orjson, and of each of our own steps, one after the other as in a call:
    what a chart finds out when it is asked belongs to the step that asks.
    """
    knowledge = load_knowledge()
    needed, writer = needs(knowledge), CardWriter(knowledge, "http://127.0.0.1:8000")
    watch = _Watch(clock)
    for _ in range(repeats):
        watch.time("orjson", lambda: orjson.loads(body))
        request = watch.time("decode", lambda: read_request(body, _MEDIA_TYPE))
        sent = watch.time("prefetch", partial(read_prefetch, request.prefetch, needed, request.patient_id))
        told: dict[str, Any] = {"answered": sent.answered, "refuse_other_patients": False}
        chart = watch.time("chart", partial(read_chart, sent.resources, patient_id=request.patient_id, **told))
        assessment = watch.time("assess", partial(assess, chart, knowledge, TODAY))
        answer = watch.time("cards", partial(writer.write, assessment))
        watch.time("encode", partial(as_json, answer))
    return watch.quickest


class _Watch:
    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.quickest: dict[str, float] = {}

    def time(self, step: str, do: Callable[[], T]) -> T:
        begun = self._clock()
        done = do()
        took = (self._clock() - begun) * 1000
        self.quickest[step] = min(took, self.quickest.get(step, took))
        return done
