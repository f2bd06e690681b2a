"""Why a hook call is not answered with cards, as the caller is told (standard sections 1.7 of HTTP status codes).

    Refusal
    ├── NotUnderstood     400  the request breaks the standard; the text names the member
    ├── NotAuthenticated  401  never says why
    ├── NotJson           415  another media type
    ├── TooMuch           413  more resources than are read in one call
    ├── UnknownService    404  no service of that id
    └── DataMissing       412  no laboratory data could be obtained; the text names what is missing

Their text never repeats what the caller sent: it ends up in other people's logs.
"""

from __future__ import annotations

from flask import Response

from hosting import IssueCode, outcome_response


class Refusal(Exception):
    """The text is one or more sentences for whoever connects the EHR; it holds no patient data."""

    status = 500
    code: IssueCode = "processing"

    def answer(self) -> Response:
        return outcome_response(self.status, self.code, str(self))


class NotAuthenticated(Refusal):
    status = 401
    code: IssueCode = "login"

    def __init__(self) -> None:
        super().__init__("Authentication is required.")

    def answer(self) -> Response:
        answer = super().answer()
        answer.headers["WWW-Authenticate"] = "Bearer"
        return answer


class NotUnderstood(Refusal):
    status = 400
    code: IssueCode = "invalid"


class NotJson(Refusal):
    status = 415
    code: IssueCode = "not-supported"


class TooMuch(Refusal):
    status = 413
    code: IssueCode = "too-long"


class UnknownService(Refusal):
    status = 404
    code: IssueCode = "not-found"


class DataMissing(Refusal):
    status = 412
    code: IssueCode = "incomplete"
