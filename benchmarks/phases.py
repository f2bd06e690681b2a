"""Where the time of one hook call goes, in process."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import date
from typing import Any

import msgspec

from cds_hooks import cards_of
from clinical import assess, load_knowledge, read_chart, read_document

TODAY = date(2026, 11, 22)


def phases(body: bytes, repeats: int = 30) -> list[float]:
    """Median milliseconds of decoding, reading the chart, assessing, writing cards and encoding the answer."""
    knowledge = load_knowledge()
    document = read_document(body)
    chart = read_chart(document.resources, patient_id=document.patient_id, answered=document.answered)
    assessment = assess(chart, knowledge, TODAY)
    answer = cards_of(assessment)
    steps: list[Callable[[], Any]] = [
        lambda: read_document(body),
        lambda: read_chart(document.resources, patient_id=document.patient_id, answered=document.answered),
        lambda: assess(chart, knowledge, TODAY),
        lambda: cards_of(assessment),
        lambda: msgspec.json.encode(answer),
    ]
    return [_median(step, repeats) for step in steps]


def _median(step: Callable[[], Any], repeats: int) -> float:
    times = []
    for _ in range(repeats):
        begun = time.perf_counter()
        step()
        times.append((time.perf_counter() - begun) * 1000)
    return statistics.median(times)
