"""Ids are UUIDs of version 4, all different, in every thread and every fork."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from uuid import RFC_4122, UUID

import pytest

from hosting import new_uuid


def test_each_is_of_version_4_and_written_as_uuids_are() -> None:
    for text in (new_uuid() for _ in range(1000)):
        uuid = UUID(text)
        assert (uuid.version, uuid.variant, str(uuid)) == (4, RFC_4122, text)


def test_every_other_digit_is_random() -> None:
    """Of 1000 ids each of the free digits takes every value: that one is missing has a chance of 1e-26."""
    columns = zip(*(new_uuid() for _ in range(1000)), strict=True)
    seen = [len(set(column)) for column in columns]
    assert sorted(set(seen)) == [1, 4, 16]
    assert (seen.count(1), seen.count(4)) == (5, 1)


def test_no_two_threads_get_the_same() -> None:
    with ThreadPoolExecutor(8) as pool:
        many = list(pool.map(lambda _: [new_uuid() for _ in range(2000)], range(8)))
    assert len({one for some in many for one in some}) == 16_000


# A process of its own: a child inherits the locks of its parent's threads as they are, and tests have threads.
FORKING = """
import multiprocessing
from hosting import new_uuid

def tell(told):
    told.send([new_uuid() for _ in range(200)])

new_uuid()  # more are waiting now
receiver, sender = multiprocessing.Pipe(duplex=False)
child = multiprocessing.get_context("fork").Process(target=tell, args=(sender,))
child.start()
theirs = receiver.recv()
child.join()
ours = {new_uuid() for _ in range(200)}
print(len(ours | set(theirs)))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no fork")
def test_a_fork_does_not_hand_out_its_parents_ids() -> None:
    told = subprocess.run([sys.executable, "-c", FORKING], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "400"
