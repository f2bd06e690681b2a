"""One question to an EHR in a thread of its own, and what an HTTP answer means."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Generic, NamedTuple

from ehr_reader.bearer_token import BearerToken
from ehr_reader.deadline import Deadline
from ehr_reader.failures import (
    AskDifferently,
    AskForAccess,
    CheckConnection,
    OutOfTime,
    ReadFailed,
    RenewToken,
    ReportFault,
)
from ehr_reader.paging import P, Page, pages
from ehr_reader.queries import Query, Question
from ehr_reader.shares import Allowance, Crowd, in_turn
from ehr_reader.transport import Received, Transport


class Access(NamedTuple):
    """Leave to read from one EHR: its FHIR base as registered, never as some caller wrote it, and the token."""

    base: str
    token: BearerToken


class Answer(NamedTuple, Generic[P]):
    """``question`` is the one that was asked last. With ``pages`` and a ``failure`` only the first pages came."""

    question: Question
    pages: tuple[P, ...]
    failure: ReadFailed | None


def failures_of(answers: Iterable[Answer[P]]) -> tuple[int, list[ReadFailed]]:
    """How many searches were made, and how each of those failed that did; several answers may have one in common."""
    searches = {answer.question: answer.failure for answer in answers}
    return len(searches), [failure for failure in searches.values() if failure is not None]


class Asking(Generic[P]):
    """``answer`` may be taken at any time: until ``run`` has ended, it is what came so far, and out of time."""

    def __init__(self, question: Question, decode: Callable[[bytes], P], transport: Transport, crowd: Crowd) -> None:
        self._question = question
        self._decode = decode
        self._transport = transport
        self._crowd = crowd
        self._pages: list[P] = []
        self._failure: ReadFailed | None = OutOfTime()

    def run(self, access: Access, deadline: Deadline, allowance: Allowance) -> None:
        def get(address: str) -> P:
            return self._judge(self._transport.get(address, access.token, deadline, allowance), deadline)

        base = access.base.rstrip("/")
        try:
            with self._crowd.place(base):
                for page in pages(get, self._question.address(base), base):
                    self._pages.append(page)
            self._failure = None
        except ReadFailed as failure:
            self._failure = failure
        except Exception as error:  # an uncaught one would be printed with its message, and that may name the patient
            self._failure = ReportFault()
            self._failure.__cause__ = error

    def answer(self) -> Answer[P]:
        failure = self._failure  # first: a page that comes meanwhile is one more, never one that a whole answer lacks
        return Answer(self._question, tuple(self._pages), failure)

    def _judge(self, received: Received, deadline: Deadline) -> P:
        """The page, or the failure that the HTTP status and the resource tell of."""
        status, body = received
        if status == 401:
            raise RenewToken
        if status == 403:
            raise AskForAccess
        if 400 <= status < 500:
            raise AskDifferently(required=self._demands_a_parameter(body))
        if status != 200:  # a redirect too: wherever it leads, the token is not for there
            raise CheckConnection
        page = self._page(body, deadline)
        if _is_demand(page):
            raise AskDifferently(required=True)
        if page.resource_type not in (self._expected, "OperationOutcome"):
            raise CheckConnection
        return page

    @property
    def _expected(self) -> str:
        question = self._question
        return question.resource_type if isinstance(question, Query) and question.id is not None else "Bundle"

    def _page(self, body: bytes, deadline: Deadline) -> P:
        try:
            return in_turn(self._decode, body, deadline)
        except ValueError:
            raise CheckConnection from None

    def _demands_a_parameter(self, body: bytes) -> bool:
        try:
            return _is_demand(self._decode(body))
        except ValueError:
            return False


def _is_demand(page: Page) -> bool:
    """By the code, since texts differ from EHR to EHR: Epic's is "Must have either code or category"."""
    return page.resource_type == "OperationOutcome" and any(
        issue.code == "required" and issue.severity in ("error", "fatal") for issue in page.issue
    )
