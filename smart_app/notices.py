"""A page in place of the chart: what happened, and what to do. Never whose chart it was to be.

The status follows who is at fault: 4xx for what the browser brought, 502, 503 and 504 for the EHR.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from hosting import Ehr

_LAUNCH_AGAIN = "Please close this page and open the app again from the patient's chart in your EHR."


class Notice(Exception):
    """``reason`` is for the log, in plain lower-case words. ``ehr`` may frame the page, where it is known."""

    def __init__(self, status: int, heading: str, *sentences: str, reason: str, ehr: Ehr | None = None) -> None:
        super().__init__(reason)
        self.status = status
        self.heading = heading
        self.sentences = sentences
        self.reason = reason
        self.ehr = ehr


@contextmanager
def within(ehr: Ehr) -> Iterator[None]:
    """What is told from here on belongs to this EHR's launch."""
    try:
        yield
    except Notice as notice:
        notice.ehr = notice.ehr or ehr
        raise


def not_a_launch(sentence: str, reason: str) -> Notice:
    return Notice(400, "The app could not be opened", sentence, _LAUNCH_AGAIN, reason=reason)


def state_does_not_hold(reason: str) -> Notice:
    """Missing, foreign, used or too old: which of them is told to the log alone."""
    return Notice(
        400,
        "This launch cannot be continued",
        "It was begun in another browser window, was finished already, or took too long.",
        "If this happens each time, the browser may be refusing the app's cookies.",
        _LAUNCH_AGAIN,
        reason=reason,
    )


def refused_by_ehr(words: str) -> Notice:
    """``words``: what the EHR said of it, shortened; it is shown as text and nothing else."""
    told = (f"The EHR said: {words}",) if words else ()
    return Notice(403, "The EHR did not open the app", *told, _LAUNCH_AGAIN, reason="the ehr declined the launch")


def ehr_at_fault(status: int, sentence: str, reason: str) -> Notice:
    return Notice(
        status,
        "The EHR could not be reached" if status != 502 else "The EHR's answer could not be used",
        sentence,
        "Nothing is shown, because a part of the truth could mislead. Please try again in a moment; if this lasts, "
        "tell your EHR support.",
        reason=reason,
    )


def launch_again(reason: str) -> Notice:
    return Notice(
        401,
        "This session has ended",
        "Sessions end with the EHR's permission, after some hours, or when they are closed.",
        _LAUNCH_AGAIN,
        reason=reason,
    )


def of_another_browser() -> Notice:
    return Notice(
        404,
        "There is no chart here for this browser",
        "A chart opens only in the browser in which it was launched.",
        "If it was launched here, the browser may be refusing the app's cookies.",
        _LAUNCH_AGAIN,
        reason="chart of another browser",
    )


def results_not_granted() -> Notice:
    return Notice(
        403,
        "Access to laboratory results was not granted",
        "The EHR granted this app no access to laboratory results, so there is nothing that it could show.",
        "If access was declined by mistake, open the app again and allow it; otherwise ask your EHR support to let the "
        "app search Observations.",
        reason="laboratory results not granted",
    )


def closed() -> Notice:
    return Notice(
        200,
        "The session is closed",
        "Nothing of the chart is kept. Other patients' pages stay open.",
        _LAUNCH_AGAIN,
        reason="session closed",
    )


def database_away() -> Notice:
    return Notice(
        503, "The app cannot answer just now", "Please try again in a moment.", reason="database away"
    )  # fmt: skip


def too_many_launches() -> Notice:
    return Notice(
        429,
        "Too many launches are waiting",
        "Very many launches of this EHR were begun and not finished. Please try again in some minutes.",
        _LAUNCH_AGAIN,
        reason="too many launches waiting",
    )


def too_busy() -> Notice:
    return Notice(
        503, "The app is very busy", "Please try again in a moment.", reason="too many at once"
    )  # fmt: skip


def our_fault() -> Notice:
    return Notice(
        500,
        "The app made a mistake",
        "Nothing is shown, because a part of the truth could mislead. Please tell your EHR support.",
        reason="unexpected error",
    )
