"""An answer may be taken while the question still runs: what it says of itself holds, whenever that is."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

from clinical import Resource, decode
from ehr_reader import Access, BearerToken, Deadline, OutOfTime, Query
from ehr_reader.asking import Asking
from ehr_reader.shares import Allowance, Crowd
from ehr_reader.transport import Received, Transport

ACCESS = Access("https://ehr.example.org/fhir", BearerToken("abc"))
EMPTY = b'{"resourceType": "Bundle", "type": "searchset"}'


class _Held(Transport):
    """Answers when ``go`` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.go = threading.Event()

    def get(self, *_: Any) -> Received:
        assert self.go.wait(60)
        return Received(200, EMPTY)


class _LooksOn(list[Any]):
    """Lets the question come to its end just when its pages were looked at."""

    def __init__(self, end: Any) -> None:
        super().__init__()
        self._end = end

    def __iter__(self) -> Iterator[Any]:
        seen = list(super().__iter__())
        self._end()
        return iter(seen)


def test_what_ends_between_two_looks_is_never_whole_without_its_last_page() -> None:
    transport = _Held()
    asking: Asking[Resource] = Asking(
        Query("Observation", parameters=(("patient", "p1"),)), lambda data: decode(data, Resource), transport, Crowd()
    )
    thread = threading.Thread(
        target=asking.run, args=(ACCESS, Deadline.in_seconds(60), Allowance(lambda _: None)), daemon=True
    )
    thread.start()

    def end() -> None:
        transport.go.set()
        thread.join(60)

    asking._pages = _LooksOn(end)
    early = asking.answer()
    assert early.pages or isinstance(early.failure, OutOfTime)
    late = asking.answer()
    assert (len(late.pages), late.failure) == (1, None)
