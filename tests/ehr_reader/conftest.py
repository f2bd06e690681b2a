"""An EHR on loopback, and a reader of it that decodes as the product does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from clinical import Resource, decode
from ehr_reader import Access, Answer, BearerToken, Deadline, EhrReader, Question
from tests.ehr_reader.mock_ehr import MockEhr, mock_ehr

TOKEN = "very-secret-token"


@pytest.fixture
def ehr() -> Iterator[MockEhr]:
    with mock_ehr() as running:
        yield running


@pytest.fixture
def read(ehr: MockEhr) -> Iterator[Any]:
    reader = EhrReader(lambda data: decode(data, Resource))

    def read_(*questions: Question, seconds: float = 60.0, base: str | None = None) -> list[Answer[Resource]]:
        access = Access(base or ehr.base, BearerToken(TOKEN))
        return reader.read(access, questions, Deadline.in_seconds(seconds))

    yield read_
    reader.close()
