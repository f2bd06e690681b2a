"""The clock of promises goes on, and not while the machine stands still."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

from tests.lenient_clock import lenient_clock

PROGRAM = """
from tests.lenient_clock import lenient_clock
with lenient_clock() as now:
    print("begun", flush=True)
    input()
    print(now())
"""


def test_it_goes_on() -> None:
    with lenient_clock() as now:
        while now() < 0.2:
            time.sleep(0.01)
        assert now() > 0


def test_it_stands_still_with_its_process() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        process.stdout.readline()
        began = time.monotonic()
        os.kill(process.pid, signal.SIGSTOP)
        time.sleep(1)
        os.kill(process.pid, signal.SIGCONT)
        process.stdin.write("\n")
        process.stdin.flush()
        told = float(process.stdout.readline())
        assert told < time.monotonic() - began - 0.8
