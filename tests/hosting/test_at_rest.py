"""What a worker carries once it has answered: nothing that only other commands, other databases or checks need."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.databases import new_sqlite

# The whole service, a hook call that brings all it needs, a launch that is refused; then everything imported so far.
PROGRAM = """
import sys
from benchmarks.bodies import hook_call
from clinical.reasoning import compiling, orderables
from hosting import EhrRegistry, create_application, read_settings

client = create_application(read_settings(), EhrRegistry()).test_client()
compiling.CompiledKnowledge = orderables.CompiledOrders = None  # workers share what was compiled before they started
assert client.get("/readyz").status_code == 200
called = client.post("/cds-services/rls-nutrients", data=hook_call(20), content_type="application/json")
assert called.status_code == 200 and called.json["cards"]
assert client.get("/launch?iss=https://nowhere.example.org/fhir&launch=abc").status_code == 400
print(*sys.modules)
"""


@pytest.fixture(scope="module")
def loaded() -> set[str]:
    settings = {"RLS_SECRET_KEY": "x" * 40, "RLS_CDS_AUTHENTICATION": "off", "RLS_DATABASE_URL": new_sqlite()}
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("RLS_", "OTEL_"))}
    told = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=environment | {"PYTHONPATH": os.pathsep.join(sys.path)} | settings,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return set(told.splitlines()[-1].split())


@pytest.mark.parametrize(
    "unneeded",
    [
        "alembic",
        "authlib.integrations",
        "demo_ehr",
        "doctor",
        "fhir",
        "fhir_core",
        "mako",
        "markdown_it",
        "opentelemetry",
        "psycopg",
        "pydantic.networks",
        "pydantic.v1",
        "sqlalchemy.dialects.postgresql",
        "sqlalchemy.orm",
        "werkzeug.debug",
    ],
)
def test_what_no_answer_needs_is_not_imported(loaded: set[str], unneeded: str) -> None:
    assert "clinical" in loaded and "smart_app" in loaded
    assert sorted(name for name in loaded if f"{name}.".startswith(f"{unneeded}.")) == []
