"""Prints and keeps the table: our service beside a bare Flask application that only parses the same body."""

from __future__ import annotations

import platform
import sys
from datetime import date
from importlib.metadata import version
from pathlib import Path

from benchmarks.bodies import hook_call
from benchmarks.phases import phases
from benchmarks.serving import measure, serving

SIZES = {60: 200, 500: 60, 5_000: 10}
PACKAGES = ("flask", "granian", "msgspec", "orjson", "pydantic")


def main() -> None:
    lines = [_machine(), "", *_service_table(), "", *_phase_table()]
    print("\n".join(lines))
    results = Path(__file__).parent / "results"
    results.mkdir(exist_ok=True)
    (results / f"{date.today().isoformat()}.md").write_text("\n".join(lines) + "\n")


def _machine() -> str:
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return (
        f"{date.today()}, Python {platform.python_version()}, {platform.machine()}, one worker, one thread; {versions}"
    )


def _service_table() -> list[str]:
    lines = [
        (
            "| Observations | body | ours CPU ms | bare CPU ms | ratio | ours p50/p99 ms | bare p50/p99 ms "
            "| ours/s | bare/s |"
        ),
        "|---|---|---|---|---|---|---|---|---|",
    ]
    with (
        serving("hosting.wsgi:application", factory=True) as ours,
        serving("benchmarks.bare:app", factory=False) as bare,
    ):
        for size, calls in SIZES.items():
            body = hook_call(size)
            cost = measure({"ours": ours, "bare": bare}, body, calls)
            us, peer = cost["ours"], cost["bare"]
            ratio = us.cpu_ms / peer.cpu_ms
            lines.append(
                f"| {size} | {len(body) // 1000} kB | {us.cpu_ms:.2f} | {peer.cpu_ms:.2f} | {ratio:.2f} "
                f"| {us.p50_ms:.2f}/{us.p99_ms:.2f} | {peer.p50_ms:.2f}/{peer.p99_ms:.2f} "
                f"| {us.per_second:.0f} | {peer.per_second:.0f} |"
            )
    return lines


def _phase_table() -> list[str]:
    lines = [
        "Where our time goes, in process, ms (median):",
        "",
        "| Observations | decode | chart | assess | cards | encode |",
        "|---|---|---|---|---|---|",
    ]
    for size in SIZES:
        lines.append(f"| {size} | " + " | ".join(f"{value:.3f}" for value in phases(hook_call(size))) + " |")
    return lines


if __name__ == "__main__":
    sys.exit(main())
