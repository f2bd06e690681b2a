"""What one Observation more costs, and how much memory a worker needs."""

from __future__ import annotations

from benchmarks.bodies import hook_call
from benchmarks.calling import call, measured
from benchmarks.processes import largest_memory_mb
from benchmarks.servers import product

# A request may hold 20,000 resources, and some are no Observations.
LARGEST = 19_990
SIZES = {60: 100, 500: 40, LARGEST: 3}


def growth(haste: int = 1) -> list[str]:
    """Cost per Observation: what a chart costs beyond one of 60, divided by what it has more."""
    cpu: dict[int, float] = {}
    with product() as server:
        call(server, hook_call(60), 5)
        at_rest = largest_memory_mb(server.pid)
        for size, calls in SIZES.items():
            cpu[size] = measured({"ours": server}, hook_call(size), max(2, calls // haste), rounds=3)["ours"].cpu_ms
        largest = largest_memory_mb(server.pid)
    each = {size: (cpu[size] - cpu[60]) * 1000 / (size - 60) for size in (500, LARGEST)}
    return [
        "| CPU µs per Observation at 500 | at 20,000 | ratio | worker at rest MB | after 20,000 Observations MB |",
        "|---|---|---|---|---|",
        f"| {each[500]:.1f} | {each[LARGEST]:.1f} | {each[LARGEST] / each[500]:.2f} | {at_rest:.0f} | {largest:.0f} |",
    ]
