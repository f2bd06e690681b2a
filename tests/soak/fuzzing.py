"""Fuzzes one target: ``python -m tests.soak.fuzzing chart --runs 100000``.

Coverage-guided by atheris where it is installed (`make soak` installs it where there is a wheel; it is not locked,
because not every Python has one). Otherwise by chance: random bytes, and the same targets. Ends with status 1 and the
input in hexadecimal at the first broken promise.
"""

from __future__ import annotations

import importlib
import io
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import redirect_stderr
from random import Random
from typing import Any

import click

_INSTRUMENTED = ["clinical", "terminology", "cds_hooks", "ehr_reader"]
_LONGEST = 400


@click.command()
@click.argument("target")
@click.option("--runs", default=1000)
@click.option("--seed", default=1)
@click.option("--guided/--by-chance", default=True)
def main(target: str, runs: int, seed: int, guided: bool) -> None:
    atheris = _atheris() if guided else None
    if atheris is None:
        run = _target(target)
        began = time.monotonic()
        by_chance(run, runs, seed)
        _tell(target, runs, began, "by chance")
        return
    with redirect_stderr(io.StringIO()), atheris.instrument_imports(include=_INSTRUMENTED):
        run = _target(target)
    run(b"")  # what is prepared once is not part of any run
    done = [0]
    began = time.monotonic()

    def once(data: bytes) -> None:
        _told_where_broken(run, data)
        done[0] += 1
        if done[0] == runs:
            _tell(target, runs, began, "guided by coverage")

    words = [
        sys.argv[0],
        f"-runs={runs}",
        f"-seed={seed}",
        f"-max_len={_LONGEST}",
        "-len_control=0",
        "-print_final_stats=1",
    ]
    atheris.Setup([*words, "-timeout=30", "-rss_limit_mb=4096", "-artifact_prefix=/tmp/"], once)
    atheris.Fuzz()


def by_chance(run: Callable[[bytes], None], runs: int, seed: int) -> None:
    chance = Random(seed)
    for _ in range(runs):
        _told_where_broken(run, chance.randbytes(chance.randrange(_LONGEST)))


def _told_where_broken(run: Callable[[bytes], None], data: bytes) -> None:
    try:
        run(data)
    except Exception:
        print(f"broken by {data.hex()}", flush=True)
        traceback.print_exc(file=sys.stdout)
        raise


def _target(name: str) -> Callable[[bytes], None]:
    found: Callable[[bytes], None] = importlib.import_module("tests.soak.targets").TARGETS[name]
    return found


def _atheris() -> Any:
    try:
        return importlib.import_module("atheris")
    except ImportError:
        return None


def _tell(target: str, runs: int, began: float, how: str) -> None:
    print(f"{target}: {runs} executions {how} in {time.monotonic() - began:.0f} s, no promise broken", flush=True)


if __name__ == "__main__":
    main()
