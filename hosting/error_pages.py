"""What a caller reads when a request is refused or something broke: words that leak nothing.

Software reads an OperationOutcome, a person whose browser asks for a page the same sentence on one.
"""

from __future__ import annotations

from flask import Flask, Response, request
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
# The first is what a caller gets that takes anything.
_FORMS = ("application/json", "application/fhir+json", "text/html")
_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>rls-nutrients: {sentence}</title>
<main>
<h1>{sentence}</h1>
<p><a href="/about">About rls-nutrients</a></p>
</main>
"""


def add_error_pages(app: Flask) -> None:
    """Every HTTP error that no front door words itself gets a fixed sentence.

    Werkzeug's own descriptions are not passed on: some repeat what the caller sent.
    """
    app.register_error_handler(HTTPException, _error_page)


def _error_page(error: HTTPException) -> Response | HTTPException:
    status = error.code
    if status is None or status < 400 or error.response is not None:
        return error  # a redirect, or an answer that a front door has written already
    code, sentence = _SENTENCES.get(status, _OTHERWISE)
    wants_a_page = request.accept_mimetypes.best_match(_FORMS) == "text/html"
    answer = _page(status, sentence) if wants_a_page else outcome_response(status, code, sentence)
    for name, value in error.get_headers():
        if name.lower() in ("allow", "retry-after", "www-authenticate"):
            answer.headers[name] = value
    return answer


def _page(status: int, sentence: str) -> Response:
    return Response(_PAGE.format(sentence=sentence), status, content_type="text/html; charset=utf-8")
