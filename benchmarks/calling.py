"""Calls servers in turn, round by round, so that a machine that slows down slows all of them."""

from __future__ import annotations

import http.client
import statistics
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from benchmarks.processes import cpu_seconds
from benchmarks.servers import Server

_HEADERS = {"Content-Type": "application/json"}
Headers = Callable[[], Mapping[str, str]]


class Cost(NamedTuple):
    """Per request: CPU milliseconds of the process tree, wall milliseconds at the median and the 99th percentile."""

    cpu_ms: float
    p50_ms: float
    p99_ms: float
    per_second: float


def measured(
    servers: Mapping[str, Server],
    body: bytes,
    calls: int,
    rounds: int = 5,
    headers: Mapping[str, Headers] | None = None,
) -> dict[str, Cost]:
    """One call after the other. The CPU is that of the cheapest round: what disturbs a round only adds to it."""
    told = headers or {}
    walls: dict[str, list[float]] = {name: [] for name in servers}
    cpu: dict[str, list[float]] = {name: [] for name in servers}
    for name, server in servers.items():
        call(server, body, min(20, calls), told.get(name))
    for _ in range(rounds):
        for name, server in servers.items():
            before = cpu_seconds(server.pid)
            walls[name] += call(server, body, calls, told.get(name))
            cpu[name].append((cpu_seconds(server.pid) - before) * 1000 / calls)
    return {name: _cost(cpu[name], walls[name]) for name in servers}


def _cost(cpu: list[float], walls: list[float]) -> Cost:
    ordered = sorted(walls)
    median, late = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.99)]
    return Cost(min(cpu), median * 1000, late * 1000, 1 / statistics.fmean(ordered))


def call(server: Server, body: bytes, calls: int, headers: Headers | None = None) -> list[float]:
    """Seconds of each call, over one connection. Raises where an answer holds no card."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    walls = []
    for _ in range(calls):
        told = {**_HEADERS, **(headers() if headers else {})}
        begun = time.perf_counter()
        connection.request("POST", server.path, body, told)
        answer = connection.getresponse()
        payload = answer.read()
        walls.append(time.perf_counter() - begun)
        if answer.status != 200 or b'"summary"' not in payload:
            raise RuntimeError(f"answered {answer.status}: {payload[:200]!r}")
    connection.close()
    return walls


def at_once(server: Server, body: bytes, calls: int, callers: int = 8) -> float:
    """Requests per second with so many callers at once."""
    call(server, body, 20)
    begun = time.perf_counter()
    with ThreadPoolExecutor(callers) as pool:
        list(pool.map(lambda _: call(server, body, calls // callers), range(callers)))
    return calls // callers * callers / (time.perf_counter() - begun)
