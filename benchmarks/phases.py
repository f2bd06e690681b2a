"""Where the time of one hook call goes, in process: the quickest of many runs, as disturbances only add to one."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from typing import Any

import orjson

from benchmarks.bodies import hook_call
from cds_hooks.cards import CardWriter
from cds_hooks.prefetch import read_prefetch
from cds_hooks.request import read_request
from cds_hooks.response import as_json
from clinical import assess, load_knowledge, needs, read_chart

TODAY = date(2026, 11, 22)
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
    """Milliseconds of parsing everything with orjson, and of each of our own steps."""
    knowledge = load_knowledge()
    needed, writer = needs(knowledge), CardWriter(knowledge, "http://127.0.0.1:8000")
    request = read_request(body, _MEDIA_TYPE)
    sent = read_prefetch(request.prefetch, needed, request.patient_id)
    told: dict[str, Any] = {"patient_id": request.patient_id, "answered": sent.answered, "refuse_other_patients": False}
    chart = read_chart(sent.resources, **told)
    assessment = assess(chart, knowledge, TODAY)
    answer = writer.write(assessment)
    steps: dict[str, Callable[[], Any]] = {
        "orjson": lambda: orjson.loads(body),
        "decode": lambda: read_request(body, _MEDIA_TYPE),
        "prefetch": lambda: read_prefetch(request.prefetch, needed, request.patient_id),
        "chart": lambda: read_chart(sent.resources, **told),
        "assess": lambda: assess(chart, knowledge, TODAY),
        "cards": lambda: writer.write(assessment),
        "encode": lambda: as_json(answer),
    }
    return {name: _quickest(step, repeats, clock) for name, step in steps.items()}


def _quickest(step: Callable[[], Any], repeats: int, clock: Callable[[], float]) -> float:
    times = []
    for _ in range(repeats):
        begun = clock()
        step()
        times.append((clock() - begun) * 1000)
    return min(times)
