"""The program as a whole: its commands, its exit statuses, how fast it starts."""

from __future__ import annotations

import subprocess
import sys
from unittest import mock

from click.testing import CliRunner

from command_line import main
from tests.command_line.conftest import Call

COMMANDS = (
    "assess",
    "audit",
    "demo",
    "doctor",
    "feedback",
    "keys",
    "knowledge",
    "registry",
    "retention",
    "serve",
)


def test_help_lists_the_commands(call: Call) -> None:
    outcome = call("--help")
    assert outcome.exit_code == 0
    listed = outcome.stdout.split("Commands:")[1].strip().splitlines()
    assert [line.split()[0] for line in listed] == [*COMMANDS]


def test_every_command_explains_itself(call: Call) -> None:
    for command in COMMANDS:
        assert call(command, "-h").exit_code == 0


def test_a_command_that_does_not_exist_is_wrong_usage(call: Call) -> None:
    outcome = call("nurse")
    assert outcome.exit_code == 2
    assert "No such command" in outcome.stderr


def test_version(call: Call) -> None:
    assert call("--version").stdout.startswith("rls-nutrients, version ")


def test_assessing_does_not_wait_for_a_web_server() -> None:
    look = "import sys, command_line.assess; print(*{'flask', 'granian', 'requests'} & set(sys.modules))"
    found = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == ""


def test_a_fault_of_ours_is_one_line_without_the_patients_data() -> None:
    with mock.patch("command_line.program.import_module", side_effect=ValueError("Ada Fictional, born 1981-04-12")):
        outcome = CliRunner().invoke(main, ["assess", "-"])
    assert outcome.exit_code == 1
    assert outcome.stderr.count("\n") == 1
    assert "ValueError" in outcome.stderr
    assert "Fictional" not in outcome.stderr
