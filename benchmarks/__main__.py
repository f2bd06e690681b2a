"""Prints and keeps the tables: ``python -m benchmarks [--quick] [NAME …]``. README.md says what each one measures."""

from __future__ import annotations

import platform
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from importlib.metadata import version
from pathlib import Path

from benchmarks.against_bare import against_bare
from benchmarks.against_peers import against_cql, against_healthchain
from benchmarks.floor import floor
from benchmarks.growth import growth
from benchmarks.phases import phase_table
from benchmarks.smart_page import smart_page
from benchmarks.starting import starting
from benchmarks.with_token import with_token
from benchmarks.without_prefetch import without_prefetch

TABLES: dict[str, tuple[str, Callable[[int], list[str]]]] = {
    "bare": ("The whole service, beside an application that only parses the body", against_bare),
    "healthchain": ("HealthChain", against_healthchain),
    "cql": ("The JavaScript CQL engine", against_cql),
    "growth": ("Growth and memory", growth),
    "starting": ("Start", starting),
    "without-prefetch": ("No prefetch, an EHR that takes 200 ms", without_prefetch),
    "page": ("The page of the SMART app, an EHR that takes 150 ms", smart_page),
    "token": ("Who calls?", with_token),
    "phases": ("Where our time goes, in process, ms", phase_table),
    "floor": ("Whole calls in process, CPU ms, warm and with cold caches", floor),
}
PACKAGES = ("flask", "granian", "msgspec", "orjson", "pydantic", "sqlalchemy")
_HASTE = 5


def main(arguments: list[str]) -> int:
    haste = _HASTE if "--quick" in arguments else 1
    names = [name for name in arguments if not name.startswith("--")] or list(TABLES)
    if unknown := [name for name in names if name not in TABLES]:
        print(f"No table {unknown[0]}; there are {', '.join(TABLES)}.", file=sys.stderr)
        return 2
    kept = []
    for line in _report(names, haste):
        print(line, flush=True)
        kept.append(line)
    if len(names) == len(TABLES):
        results = Path(__file__).parent / "results"
        results.mkdir(exist_ok=True)
        (results / f"{date.today().isoformat()}.md").write_text("\n".join(kept) + "\n")
    return 0


def _report(names: list[str], haste: int) -> Iterator[str]:
    yield _machine()
    for name in names:
        title, measure = TABLES[name]
        begun = time.monotonic()
        yield from ("", f"## {title}", "", *measure(haste))
        yield from ("", f"({time.monotonic() - begun:.0f} s)")


def _machine() -> str:
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    processor = next((line.split(":")[1].strip() for line in _cpuinfo() if line.startswith("model name")), "unknown")
    return (
        f"{date.today()}, Python {platform.python_version()}, {platform.system()} {platform.release()}, {processor}, "
        f"{len([line for line in _cpuinfo() if line.startswith('processor')])} processors, one worker; {versions}"
    )


def _cpuinfo() -> list[str]:
    try:
        return Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return []


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
