"""What a server costs: processor time and memory of its whole process tree, as the kernel counts them (Linux)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

_TICKS = os.sysconf("SC_CLK_TCK")
_PROC = Path("/proc")


def cpu_seconds(root: int) -> float:
    """User and system time of a process and all its children, finished threads and children included."""
    return sum(_cpu_of(pid) for pid in tree(root))


class Memory(NamedTuple):
    """Resident memory in MB (of 1024 kB) of a worker, and of the process that starts it and watches over it."""

    worker: float
    watching: float


def memory_of(root: int) -> Memory:
    """Of a server of one worker. Raises ValueError where it has none."""
    watching, *others = (_resident_kb(pid) / 1024 for pid in tree(root))
    return Memory(max(others), watching)


def tree(root: int) -> list[int]:
    parents = {pid: parent for pid in _pids() if (parent := _parent(pid)) is not None}
    found = [root]
    for pid in sorted(parents):
        if parents[pid] in found:
            found.append(pid)
    return found


def _pids() -> list[int]:
    return [int(entry.name) for entry in _PROC.iterdir() if entry.name.isdigit()]


def _parent(pid: int) -> int | None:
    fields = _fields(pid)
    return int(fields[1]) if fields else None


def _cpu_of(pid: int) -> float:
    """In nanoseconds where the kernel tells, else in its ticks of ten milliseconds."""
    try:
        threads = [file.read_text() for file in (_PROC / str(pid) / "task").glob("*/schedstat")]
    except OSError:
        threads = []
    spent = sum(int(thread.split()[0]) for thread in threads) / 1e9
    fields = _fields(pid)
    return spent or sum(int(field) for field in fields[11:15]) / _TICKS


def _fields(pid: int) -> list[str]:
    """What stands behind the name in ``/proc/<pid>/stat``; nothing where the process is gone."""
    try:
        return (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _resident_kb(pid: int) -> int:
    try:
        lines = (_PROC / str(pid) / "status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmRSS:")), 0)
