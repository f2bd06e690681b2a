"""Cards are handed over without waiting, written in order and in batches, and never silently dropped."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

import pytest

from hosting.card_records import CardRecord
from hosting.pending_cards import MOST_PENDING, PendingCards


def cards(*numbers: int) -> list[CardRecord]:
    return [
        CardRecord(
            uuid=str(number), fired_at=1, ehr="e", service="rls-nutrients", topic="iron", rules=("R",), fate="shown"
        )
        for number in numbers
    ]


class Disk:
    """A slow one, if ``gate`` is closed."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.gate, self.reached, self.done = threading.Event(), threading.Event(), threading.Event()
        self.gate.set()

    def write(self, records: Sequence[CardRecord]) -> None:
        self.reached.set()
        assert self.gate.wait(60)
        self.batches.append([record.uuid for record in records])
        self.done.set()

    @property
    def written(self) -> list[str]:
        return [uuid for batch in self.batches for uuid in batch]


def test_they_are_written_without_anybody_asking() -> None:
    disk = Disk()
    pending = PendingCards(disk.write)
    pending.add(cards(1, 2))
    assert disk.done.wait(60)
    assert disk.written == ["1", "2"]


def test_nobody_waits_for_a_slow_disk_and_what_gathers_meanwhile_is_one_batch() -> None:
    disk = Disk()
    disk.gate.clear()
    pending = PendingCards(disk.write)

    def add_many() -> None:
        for number in range(200):
            pending.add(cards(number))

    adding = threading.Thread(target=add_many, daemon=True)
    adding.start()
    adding.join(60)
    assert not adding.is_alive() and disk.written == [], "somebody waits for the disk"
    disk.gate.set()
    pending.flush()
    assert disk.written == [str(number) for number in range(200)]
    assert len(disk.batches) < 20


def test_cards_of_several_calls_gather_to_one_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    gathering, enough = threading.Event(), threading.Event()

    def sleep(_: float) -> None:
        gathering.set()
        assert enough.wait(60)

    monkeypatch.setattr("hosting.pending_cards.time.sleep", sleep)
    disk = Disk()
    pending = PendingCards(disk.write)
    pending.add(cards(1))
    assert gathering.wait(60)
    pending.add(cards(2))
    pending.add(cards(3, 4))
    assert disk.written == []
    enough.set()
    assert disk.done.wait(60)
    assert disk.batches == [["1", "2", "3", "4"]]


def test_a_flush_does_not_wait_for_more_to_gather(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hosting.pending_cards.SECONDS_TO_GATHER", 600.0)
    disk = Disk()
    pending = PendingCards(disk.write)
    pending.add(cards(1))
    pending.flush()
    assert disk.written == ["1"]


def test_a_flush_waits_for_the_batch_that_is_being_written() -> None:
    disk = Disk()
    disk.gate.clear()
    pending = PendingCards(disk.write)
    pending.add(cards(1))
    assert disk.reached.wait(60)
    flushed = threading.Thread(target=pending.flush)
    flushed.start()
    flushed.join(0.1)
    assert flushed.is_alive() and disk.written == []
    disk.gate.set()
    flushed.join(60)
    assert disk.written == ["1"]


def test_whoever_adds_to_very_many_waits_for_the_disk() -> None:
    disk = Disk()
    pending = PendingCards(disk.write)
    pending.add(cards(*range(MOST_PENDING + 1)))
    assert len(disk.written) == MOST_PENDING + 1


def test_a_fault_costs_its_batch_and_no_other(capsys: pytest.CaptureFixture[str]) -> None:
    disk = Disk()

    def write(records: Sequence[CardRecord]) -> None:
        if records[0].uuid == "1":
            raise ValueError("Jane Doe")
        disk.write(records)

    pending = PendingCards(write)
    for number in (1, 2):
        pending.add(cards(number))
        pending.flush()
    assert disk.written == ["2"]
    logged = capsys.readouterr().err
    assert "unexpected error" in logged and "ValueError" in logged and "Jane" not in logged


def test_many_threads_lose_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hosting.pending_cards._IDLE_SECONDS", 0.001)  # so that its thread ends and starts all the time
    monkeypatch.setattr("hosting.pending_cards.SECONDS_TO_GATHER", 0.001)
    disk = Disk()
    pending = PendingCards(disk.write)

    def add_many(first: int) -> None:
        for number in range(first, first + 300):
            pending.add(cards(number))
            time.sleep(0.0005)

    threads = [threading.Thread(target=add_many, args=(1000 * place,)) for place in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    pending.flush()
    assert sorted(map(int, disk.written)) == sorted(
        1000 * place + number for place in range(4) for number in range(300)
    )
