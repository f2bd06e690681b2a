"""What is counted and timed while the service runs, for Prometheus; all worker processes of a machine count together.

A label's value is always one of ours: a route pattern, a name of the registry, an id of the knowledge, a word of this
code; never anything that a caller wrote. Source: prometheus_client's multiprocess mode, which keeps each process's
numbers in a file under PROMETHEUS_MULTIPROC_DIR.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from prometheus_client import Counter, Histogram

_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
# From an answer without a look-up to the longest deadline.
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 60)

Timed = Literal["request", "hook", "ehr"]
Counted = Literal["hook_cards", "findings", "unknowns", "ehr_failures", "launches", "faults"]


class _Metric(NamedTuple):
    name: str
    explained: str
    labels: tuple[str, ...]


_TIMED: dict[Timed, _Metric] = {
    "request": _Metric("request_seconds", "Requests, from arrival to answer.", ("route", "method", "status")),
    "hook": _Metric("hook_seconds", "Hook calls, from arrival to answer.", ("hook", "ehr", "outcome")),
    "ehr": _Metric("ehr_seconds", "Time that a hook call or page waited for an EHR.", ("ehr",)),
}
_COUNTED: dict[Counted, _Metric] = {
    "hook_cards": _Metric("hook_cards", "Cards sent in answers to hook calls.", ("hook", "ehr")),
    "findings": _Metric("findings", "Findings made, by their id.", ("finding", "ehr")),
    "unknowns": _Metric("unknowns", "What a chart did not say or could not be used for.", ("what", "ehr")),
    "ehr_failures": _Metric("ehr_failures", "Questions that an EHR did not answer, by reason.", ("ehr", "reason")),
    "launches": _Metric("launches", "SMART launches, by how they ended.", ("ehr", "outcome")),
    "faults": _Metric("faults", "Errors that nobody expected, by their kind.", ("kind",)),
}


def time_of(what: Timed, seconds: float, *labels: str) -> None:
    """Adds one observation; ``labels`` in the order of the metric's own."""
    _timer(what, labels).observe(seconds)


def count(what: Counted, *labels: str, by: int = 1) -> None:
    """Adds ``by`` to a counter."""
    _counter(what, labels).inc(by)


def measured() -> str:
    """Everything counted and timed so far, by all processes, in Prometheus's text format 0.0.4."""
    from prometheus_client import CollectorRegistry, generate_latest, multiprocess  # noqa: PLC0415 - see _Families

    if _FOLDER not in os.environ:
        return generate_latest(_families().registry).decode()
    together = CollectorRegistry()
    multiprocess.MultiProcessCollector(together)  # type: ignore[no-untyped-call]
    return generate_latest(together).decode()


@contextmanager
def counted_together() -> Iterator[None]:
    """Until it ends, this process and its children count into one folder. To be entered before anything is counted."""
    if _FOLDER in os.environ:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="rls-nutrients-metrics-", ignore_cleanup_errors=True) as folder:
        os.environ[_FOLDER] = folder
        try:
            yield
        finally:
            del os.environ[_FOLDER]


class _Families:
    """Every metric of this process. prometheus_client looks at the folder's variable when it is first imported, hence
    every import here is a late one."""

    def __init__(self) -> None:
        from prometheus_client import CollectorRegistry, Counter, Histogram  # noqa: PLC0415

        self.registry = CollectorRegistry()
        ours: dict[str, Any] = {"namespace": "rls_nutrients", "registry": self.registry}
        self.timed = {what: Histogram(*metric, buckets=_SECONDS, **ours) for what, metric in _TIMED.items()}
        self.counted = {what: Counter(*metric, **ours) for what, metric in _COUNTED.items()}


_lock = Lock()
_made: list[_Families] = []


def _families() -> _Families:
    """Made once, whichever of many threads comes first: the library refuses a second metric of the same name."""
    with _lock:
        if not _made:
            _made.append(_Families())
    return _made[0]


# Found again without asking the library, which takes longer than counting does. There are few combinations of labels.
@cache
def _timer(what: Timed, labels: tuple[str, ...]) -> Histogram:
    return _families().timed[what].labels(*labels)


@cache
def _counter(what: Counted, labels: tuple[str, ...]) -> Counter:
    return _families().counted[what].labels(*labels)
