"""What docs/changing-knowledge.md says of the knowledge files is true of them."""

from __future__ import annotations

import re
import shlex
import tomllib

from click.testing import CliRunner

from command_line import main
from tests.house.manuals import blocks, text_of
from tests.house.repository import ROOT

PAGE = "docs/changing-knowledge.md"


def test_its_commands_work() -> None:
    commands = [line for block in blocks(PAGE, "sh") for line in block.text.splitlines()]
    commands += re.findall(r"`(rls-nutrients [^`]+)`", text_of(PAGE))
    assert len(commands) > 3
    for command in commands:
        outcome = CliRunner().invoke(main, shlex.split(command)[1:])
        assert outcome.exit_code == 0, command


def test_what_it_shows_of_a_file_stands_there() -> None:
    [block] = blocks(PAGE, "toml")
    content = tomllib.loads((ROOT / "clinical/knowledge" / str(block.title)).read_text("utf-8"))
    [told] = tomllib.loads(block.text)["limit"]
    assert [limit for limit in content["limit"] if told.items() <= limit.items()]


def test_every_file_that_it_names_exists() -> None:
    named = re.findall(r"`((?:clinical|terminology|tests)/[\w/.]+)`", text_of(PAGE))
    assert len(named) > 5
    assert [name for name in named if not (ROOT / name).exists()] == []
