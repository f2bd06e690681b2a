"""The whole examination, in the order in which one thing depends on another."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from clinical import Need
from doctor.browser_checks import check_cors, check_framing
from doctor.caller_checks import check_callers
from doctor.census import check_census
from doctor.examination import Examination
from doctor.launch_trial import try_launch
from doctor.recent_checks import check_recent
from doctor.search_checks import check_searches
from doctor.self_checks import check_our_keys, check_ourselves
from doctor.server_checks import check_resources, check_server, check_tls
from doctor.smart_checks import check_smart
from doctor.token_checks import check_lifetime
from doctor.verdicts import Verdict

_Check = Callable[[Examination], Iterator[Verdict]]
_Round = Callable[[], Iterator[Verdict]]


def examine(
    examination: Examination, needed: tuple[Need, ...]
) -> Iterator[tuple[str, Callable[[], Iterator[Verdict]]]]:
    """Each part of the examination by its heading, to be run when it is shown: some take seconds."""
    e, n = examination, needed
    yield "The EHR's servers", _all(e, check_tls, check_server, lambda e: check_resources(e, n), check_smart)
    yield "Launch and token", _all(e, lambda e: try_launch(e, n), _given_token, check_framing)
    if e.capabilities is not None:  # whatever hangs there would hang again at each search
        yield "Results", _all(e, lambda e: check_searches(e, n), check_census)
    yield "Hooks", _all(e, check_callers, check_recent)
    yield "Ourselves", _all(e, check_ourselves, check_our_keys, check_cors)


def examine_briefly(examination: Examination) -> Iterator[Verdict]:
    """What can be asked of an EHR without anybody's data."""
    for check in (check_tls, check_server, check_smart, check_callers):
        yield from check(examination)


def _given_token(examination: Examination) -> Iterator[Verdict]:
    """A token of the operator's is tried here; one of a launch was tried already."""
    if examination.permission is not None and examination.permission.scope is None:
        yield from check_lifetime(examination)


def _all(examination: Examination, *checks: _Check) -> _Round:
    def run() -> Iterator[Verdict]:
        for check in checks:
            yield from check(examination)

    return run
