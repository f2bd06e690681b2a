"""The floor: whole calls of ours and of the bare application in one process, no server and no caller between.

With warm caches, and with a walk through 8 MB of other memory before each call: that is what a machine does to a
service that others share it with. ``python -m benchmarks.floor SIZE REPEATS`` tells four quickest times as JSON.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

from flask import Flask
from werkzeug.test import EnvironBuilder, run_wsgi_app

from benchmarks.bare import app as bare
from benchmarks.bodies import hook_call
from benchmarks.servers import HOOK, SECRET, as_installed
from hosting.wsgi import application

_SIZES = {60: 300, 500: 60}
_OTHER_MEMORY = 8 << 20
_NAMES = ("ours, warm", "ours, cold", "bare, warm", "bare, cold")


def floor(haste: int = 1) -> list[str]:
    lines = [
        "| Observations | " + " | ".join(_NAMES) + " | ratio, warm | ratio, cold |",
        "|---|---|---|---|---|---|---|",
    ]
    for size, repeats in _SIZES.items():
        told = _in_a_process_of_its_own(size, max(5, repeats // haste))
        ratios = (told["ours, warm"] / told["bare, warm"], told["ours, cold"] / told["bare, cold"])
        lines.append(f"| {size} | " + " | ".join(f"{value:.2f}" for value in (*told.values(), *ratios)) + " |")
    return lines


def _in_a_process_of_its_own(size: int, repeats: int) -> dict[str, float]:
    """Because the service reads its settings from the environment and writes its log to stderr."""
    with tempfile.TemporaryDirectory(prefix="rls-nutrients-bench-") as folder:
        settings = {
            "RLS_DATABASE_URL": f"sqlite:///{folder}/bench.db",
            "RLS_CDS_AUTHENTICATION": "off",
            "RLS_SECRET_KEY": SECRET,
            "RLS_PUBLIC_URL": "http://127.0.0.1:8000",
        }
        told = subprocess.run(
            [sys.executable, "-m", "benchmarks.floor", str(size), str(repeats)],
            env=as_installed() | settings,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            check=True,
        )
    found: dict[str, float] = json.loads(told.stdout)
    return found


def _measured(size: int, repeats: int) -> dict[str, float]:
    body, other = hook_call(size), b"x" * _OTHER_MEMORY  # zeros would be one page, many times
    walks: tuple[Callable[[], Any], ...] = (lambda: None, lambda: other.count(7))
    times = [_quickest(app, body, repeats, walk) for app in (application(), bare) for walk in walks]
    return dict(zip(_NAMES, times, strict=True))


def _quickest(app: Flask, body: bytes, repeats: int, walk: Callable[[], Any]) -> float:
    """Milliseconds of processor time of this thread."""
    environ = EnvironBuilder(HOOK, method="POST", content_type="application/json", data=body).get_environ()
    times = []
    for _ in range(repeats):
        call = environ | {"wsgi.input": io.BytesIO(body)}
        walk()
        begun = time.thread_time()
        written, status, _headers = run_wsgi_app(app, call, buffered=True)
        answer = b"".join(written)
        times.append((time.thread_time() - begun) * 1000)
        if not status.startswith("200") or b'"summary"' not in answer:
            raise RuntimeError(f"answered {status}: {answer[:200]!r}")
    return min(times)


if __name__ == "__main__":
    print(json.dumps(_measured(int(sys.argv[1]), int(sys.argv[2]))), flush=True)
    os._exit(0)  # what waits to be written down is not awaited
