"""Ports of loopback for servers that tests start: no two processes are ever given the same one.

A port that was looked for, closed and then used may be somebody else's by then: another worker's, or that of an
outgoing connection. So a process takes a block of ports for itself, by holding the first of them as long as it lives,
and hands out each of the others once. Blocks lie where the system takes no ports for outgoing connections.
"""

from __future__ import annotations

import os
import socket
from pathlib import Path

from demo_ehr.ports import LOOPBACK, is_free

# Above whatever is well known, or refused by browsers (10080).
_FIRST, _LAST, _IN_A_BLOCK = 11_000, 65_000, 32
_OUTGOING = Path("/proc/sys/net/ipv4/ip_local_port_range")
_held: list[socket.socket] = []
_unused: list[int] = []


def free_port(behind: int = 0) -> int:
    """A port that is free; and so many more behind it, one after the other."""
    while len(_unused) <= behind:
        _unused[:] = _new_block()
    ports = [_unused.pop(0) for _ in range(behind + 1)]
    return ports[0] if all(map(is_free, ports)) else free_port(behind)


def outgoing() -> range:
    """Where the system takes the ports of outgoing connections from, and of servers that do not mind."""
    try:
        first, last = map(int, _OUTGOING.read_text("utf-8").split())
    except (OSError, ValueError):
        return range(32_768, 61_000)
    return range(first, last + 1)


def _new_block() -> range:
    taken = outgoing()
    blocks = [range(first, first + _IN_A_BLOCK) for first in range(_FIRST, _LAST, _IN_A_BLOCK)]
    apart = [one for one in blocks if one[-1] < taken.start or one[0] >= taken.stop] or blocks
    begin = os.getpid() % len(apart)
    for block in apart[begin:] + apart[:begin]:
        holder = socket.socket()
        try:
            holder.bind((LOOPBACK, block[0]))
        except OSError:
            holder.close()
            continue
        _held.append(holder)
        return block[1:]
    raise AssertionError("there is no free block of ports on this machine")
