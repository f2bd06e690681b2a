"""The whole service beside a bare Flask application on the same server that only parses the same body."""

from __future__ import annotations

from benchmarks.bodies import hook_call
from benchmarks.calling import measured
from benchmarks.servers import bare, product

CALLS = {60: 200, 500: 60, 5_000: 10}


def against_bare(haste: int = 1) -> list[str]:
    lines = [
        "| Observations | body | ours CPU ms | bare CPU ms | ratio | ours p50/p99 | bare p50/p99 | ours/s | bare/s |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    with product() as ours, bare() as peer:
        for size, calls in CALLS.items():
            body = hook_call(size)
            cost = measured({"ours": ours, "bare": peer}, body, max(5, calls // haste))
            us, them = cost["ours"], cost["bare"]
            lines.append(
                f"| {size} | {len(body) // 1000} kB | {us.cpu_ms:.2f} | {them.cpu_ms:.2f} "
                f"| {us.cpu_ms / them.cpu_ms:.2f} | {us.p50_ms:.2f}/{us.p99_ms:.2f} "
                f"| {them.p50_ms:.2f}/{them.p99_ms:.2f} | {us.per_second:.0f} | {them.per_second:.0f} |"
            )
    return lines
