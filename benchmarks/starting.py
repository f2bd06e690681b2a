"""From the command to the first answer: the service, and the command line over one chart."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from typing import NamedTuple

from benchmarks.bodies import hook_call
from benchmarks.servers import COMMAND, ROOT, as_installed, product

_TIMES = 5


class Took(NamedTuple):
    wall: float
    cpu: float


def starting(_: int = 1) -> list[str]:
    served = []
    for _time in range(3):
        with product() as server:
            served.append(server.ready_after)
    _assessed()  # compiles what no server has compiled yet
    quickest = min((_assessed() for _time in range(_TIMES)), key=lambda took: took.wall)
    return [
        "| serve ready s (new database) | assess of 60 Observations s | its CPU s |",
        "|---|---|---|",
        f"| {min(served):.2f} | {quickest.wall:.2f} | {quickest.cpu:.2f} |",
    ]


def _assessed() -> Took:
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        file.write(hook_call(60))
        file.flush()
        command = [str(COMMAND), "assess", file.name, "--today", "2026-11-22"]
        before, begun = os.times(), time.monotonic()
        subprocess.run(command, cwd=ROOT, env=as_installed(), capture_output=True, check=True)
        wall, after = time.monotonic() - begun, os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Took(wall, cpu)
