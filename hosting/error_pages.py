"""What a caller reads when a request is refused or something broke: an OperationOutcome that leaks nothing."""

from __future__ import annotations

from flask import Flask, Response
from werkzeug.exceptions import HTTPException

from hosting.operation_outcome import IssueCode, outcome_response

_SENTENCES: dict[int, tuple[IssueCode, str]] = {
    400: ("invalid", "The request could not be read."),
    401: ("login", "Authentication is required."),
    403: ("security", "This is not allowed."),
    404: ("not-found", "There is nothing at this address."),
    405: ("not-supported", "This address does not answer that method."),
    412: ("incomplete", "Data that are needed could not be obtained."),
    413: ("too-long", "The request is larger than this service reads."),
    415: ("not-supported", "The request must be JSON (Content-Type: application/json)."),
    429: ("throttled", "Too many requests."),
    500: ("exception", "The service made a mistake. Its log has an entry under this answer's X-Request-ID."),
    503: ("transient", "The service cannot answer just now."),
}
_OTHERWISE: tuple[IssueCode, str] = ("processing", "The request could not be answered.")


def add_error_pages(app: Flask) -> None:
    """Every HTTP error that no front door words itself gets a fixed sentence.

    Werkzeug's own descriptions are not passed on: some repeat what the caller sent.
    """
    app.register_error_handler(HTTPException, _error_page)


def _error_page(error: HTTPException) -> Response | HTTPException:
    status = error.code
    if status is None or status < 400 or error.response is not None:
        return error  # a redirect, or an answer that a front door has written already
    answer = outcome_response(status, *_SENTENCES.get(status, _OTHERWISE))
    for name, value in error.get_headers():
        if name.lower() in ("allow", "retry-after", "www-authenticate"):
            answer.headers[name] = value
    return answer
