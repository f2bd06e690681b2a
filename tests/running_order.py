"""Which tests stay together on one worker, and which are not of the everyday part.

``make quick`` asks for them without ``slow``; tests with invented examples are then content with fewer of them.
``make test`` spreads tests over all cores. What shares one expensive thing, such as the demo and the browser of the
journeys, stays on one worker, so that it is started once.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

TESTS = Path(__file__).parent
# By folder, file or test: the group that shares one worker, None where each test may go anywhere.
SLOW: dict[str, str | None] = {
    "about/test_about.py": None,
    "about/test_for_everyone.py": None,
    "about/test_source_attributes.py": None,
    "cds_hooks/test_dialects.py": None,
    "cds_hooks/test_ehr_faults.py": None,
    "cds_hooks/test_kill.py": None,
    "cds_hooks/test_limits.py::test_twenty_thousand_results_that_contradict_each_other": None,
    "cds_hooks/test_replay.py": None,
    "clinical/reasoning/test_damage.py": None,
    "command_line/test_keys.py": None,
    "conformance/test_ch_fetching.py::test_an_ehr_at_fault_is_answered_412_in_time": None,
    "conformance/test_sm_hanging.py": None,
    "conformance/test_sm_rounds.py": None,
    "conformance/test_sm_secrets.py": None,
    "conformance/test_sm_two_servers.py": None,
    "demo/test_demo.py": "demo",
    "deploy/test_deploy_files.py::test_what_they_start_starts": None,
    "doctor": "doctor",
    "ehr_reader/test_reader.py::test_the_deadline_holds_whatever_the_ehr_does": None,
    "ehr_reader/test_shares.py::test_a_question_too_many_is_not_asked": None,
    "hosting/test_database.py::test_a_connection_that_fell_silent_is_replaced": None,
    "hosting/test_database.py::test_a_process_that_ends_by_itself_writes_its_cards_first": None,
    "hosting/test_database.py::test_a_server_that_goes_silent_is_given_up": None,
    "hosting/test_database.py::test_of_many_workers_that_start_at_once_one_wins_each_token": None,
    "hosting/test_openapi.py": None,
    "hosting/test_server.py": "stopping",
    "hosting/test_signing_keys.py": None,
    "hosting/test_start_warnings.py::test_the_server_says_it_at_its_start": None,
    "hosting/test_stopping.py": "stopping",
    "hosting/test_upgrade.py": None,
    "house/test_docs_launch.py": None,
    "house/test_docs_rendering.py": None,
    "journeys": "journeys",
    "smart_app/test_current_keys.py": None,
    "vignettes/test_every_number_is_guarded.py": "guard",
    "vignettes/test_orders.py::test_every_number_of_orders_is_guarded": None,
}


# Of the invented examples, so many parts stay with the everyday tests.
EVERYDAY_SHARE = 0.1
_everyday = False


def examples(number: int) -> int:
    """How many of so many invented examples this run is to try: at its import a test asks how many it shall make."""
    return max(1, round(number * EVERYDAY_SHARE)) if _everyday else number


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    global _everyday  # noqa: PLW0603  # what the run is, known once and before any test is imported
    _everyday = "not slow" in config.option.markexpr
    # The machine's speed is not what these tests are about; benchmarks/ is. The examples are the same in each run: a
    # change is not to be refused for what was there before it. New ones are tried by ``make soak``, and by ``-m ''``.
    settings.register_profile(
        "house",
        deadline=None,
        derandomize="not soak" in config.option.markexpr,
        max_examples=examples(100),
        suppress_health_check=[HealthCheck.too_slow],
    )
    settings.load_profile("house")


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """What is slow as a whole, or soaks, is not even imported for the everyday part; None: others may decide."""
    places = ("soak", *SLOW)
    return True if _everyday and any(collection_path == TESTS / place for place in places) else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for place, group in SLOW.items():
            if _is_of(item, place):
                item.add_marker("slow")
                if group is not None:
                    item.add_marker(pytest.mark.xdist_group(group))


def _is_of(item: pytest.Item, place: str) -> bool:
    file, _, test = place.partition("::")
    return item.path.is_relative_to(TESTS / file) and test in ("", getattr(item, "originalname", ""))
