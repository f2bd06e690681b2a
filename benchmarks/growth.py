"""What one Observation more costs, and how much memory a worker needs.

Measured in an installation from requirements.lock: the tools of the tests bring along libraries that ours look for and
import (rich, greenlet).
"""

from __future__ import annotations

from benchmarks.bodies import hook_call
from benchmarks.calling import call, measured
from benchmarks.peers.installing import ourselves
from benchmarks.processes import memory_of
from benchmarks.servers import COMMAND, product

# A request may hold 20,000 resources, and some are no Observations.
LARGEST = 19_990
SIZES = {60: 100, 500: 40, LARGEST: 3}


def growth(haste: int = 1) -> list[str]:
    """Cost per Observation: what a chart costs beyond one of 60, divided by what it has more."""
    python = ourselves()
    if python is None:
        return ["An installation from requirements.lock could not be made (PyPI)."]
    program = python.with_name(COMMAND.name)
    with product(program=program) as first:
        call(first, hook_call(60), 1)  # compiles bytecode, which leaves memory behind; an installation has it already
    cpu: dict[int, float] = {}
    with product(program=program) as server:
        call(server, hook_call(60), 5)
        at_rest = memory_of(server.pid)
        for size, calls in SIZES.items():
            cpu[size] = measured({"ours": server}, hook_call(size), max(2, calls // haste), rounds=3)["ours"].cpu_ms
        largest = memory_of(server.pid)
    each = {size: (cpu[size] - cpu[60]) * 1000 / (size - 60) for size in (500, LARGEST)}
    return [
        "| CPU µs per Observation at 500 | at 20,000 | ratio |",
        "|---|---|---|",
        f"| {each[500]:.1f} | {each[LARGEST]:.1f} | {each[LARGEST] / each[500]:.2f} |",
        "",
        "| MB | at rest | after 20,000 Observations |",
        "|---|---|---|",
        f"| worker | {at_rest.worker:.1f} | {largest.worker:.0f} |",
        f"| the process that watches it | {at_rest.watching:.1f} | {largest.watching:.0f} |",
    ]
