"""What servers of tests listen on is nobody else's."""

from __future__ import annotations

import subprocess
import sys

from demo_ehr.ports import is_free
from tests.ports import free_port, outgoing

MANY = 100
PROGRAM = f"""
import sys
from tests.ports import free_port
print(*(free_port() for _ in range({MANY})), flush=True)
sys.stdin.read()
"""


def test_no_two_processes_are_given_the_same_port() -> None:
    """All at once, as the workers of a run are, and two runs."""
    processes = [
        subprocess.Popen([sys.executable, "-c", PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    told = [process.stdout.readline() for process in processes]
    for process in processes:
        process.communicate()
    ports = [int(word) for line in told for word in line.split()]
    assert len(set(ports)) == len(ports) == 4 * MANY
    taken = outgoing()
    assert taken.start < 12_000 or not {*ports} & {*taken}, "where there is room beside them, they are not among them"


def test_those_behind_a_port_are_free_too() -> None:
    firsts = [free_port(behind=3) for _ in range(20)]
    assert len({first + more for first in firsts for more in range(4)}) == 80
    assert all(is_free(first + more) for first in firsts for more in range(4))
