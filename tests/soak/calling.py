"""Callers by the thousand: each thread keeps its connection, and every answer is counted with its time."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

ADDRESS = "/cds-services/rls-nutrients"


@dataclass
class Tally:
    """Answers by status with their seconds; ``at`` the moment of each, of the monotonic clock."""

    seconds: dict[int, list[float]] = field(default_factory=dict)
    at: list[tuple[float, int, float]] = field(default_factory=list)
    broken: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, status: int, seconds: float) -> None:
        with self._lock:
            self.seconds.setdefault(status, []).append(seconds)
            self.at.append((time.monotonic(), status, seconds))

    def break_off(self, kind: str) -> None:
        with self._lock:
            self.broken[kind] += 1

    @property
    def statuses(self) -> dict[int, int]:
        return {status: len(found) for status, found in sorted(self.seconds.items())}

    def quantile(self, share: float, *statuses: int) -> float:
        found = sorted(one for status in statuses or self.seconds for one in self.seconds.get(status, []))
        return found[min(len(found) - 1, int(share * len(found)))] if found else 0.0


class Caller:
    """One connection. ``post`` gives status and body; a connection that was closed in between is opened again."""

    def __init__(self, origin: str) -> None:
        parts = urlsplit(origin)
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)

    def post(self, path: str, body: bytes) -> tuple[int, bytes]:
        headers = {"Content-Type": "application/json"}
        try:
            self._connection.request("POST", path, body, headers)
            answer = self._connection.getresponse()
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            self._connection.close()
            self._connection.request("POST", path, body, headers)
            answer = self._connection.getresponse()
        return answer.status, answer.read()

    def close(self) -> None:
        self._connection.close()


def call_many(
    origin: str, body_of: Callable[[int], Any], number: int, callers: int, tally: Tally | None = None
) -> Tally:
    """``number`` calls by so many callers at once, each as soon as its last was answered."""
    told = tally or Tally()
    numbers = iter(range(number))
    lock = threading.Lock()

    def run() -> None:
        caller = Caller(origin)
        while True:
            with lock:
                one = next(numbers, None)
            if one is None:
                break
            began = time.monotonic()
            try:
                status, _ = caller.post(ADDRESS, json.dumps(body_of(one)).encode())
                told.add(status, time.monotonic() - began)
            except OSError as error:
                told.break_off(type(error).__name__)
        caller.close()

    threads = [threading.Thread(target=run) for _ in range(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told
