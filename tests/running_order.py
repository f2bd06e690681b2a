"""Which tests stay together on one worker, and which are not of the everyday part.

``make test`` spreads tests over all cores. What shares one expensive thing, such as the demo and the browser of the
journeys, stays on one worker, so that it is started once.
"""

from __future__ import annotations

from pathlib import Path

import pytest

TESTS = Path(__file__).parent
# By folder or file: the group that shares one worker, None where each test may go anywhere.
SLOW: dict[str, str | None] = {
    "journeys": "journeys",
    "demo/test_demo.py": "demo",
    "doctor": "doctor",
    "cds_hooks/test_kill.py": None,
    "cds_hooks/test_replay.py": None,
    "conformance/test_sm_hanging.py": None,
    "hosting/test_stopping.py": "stopping",
    "hosting/test_server.py": "stopping",
    "house/test_docs_launch.py": None,
    "vignettes/test_every_number_is_guarded.py": "guard",
}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for place, group in SLOW.items():
            if item.path.is_relative_to(TESTS / place):
                item.add_marker("slow")
                if group is not None:
                    item.add_marker(pytest.mark.xdist_group(group))
