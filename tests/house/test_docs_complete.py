"""Nothing that a person may use is left out of the manual: services, keys, topics, commands, options, addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, get_args

import click
import pytest

from cds_hooks.dialects import dialect_of
from cds_hooks.override_reasons import OVERRIDE_REASONS
from cds_hooks.services import SERVICES
from cds_hooks.topics import TOPICS
from clinical import load_knowledge, needs
from command_line import main
from demo_ehr.faults import FAULTS
from ehr_reader import LABORATORY_KEY
from hosting import Ehr, EhrRegistry, Settings, create_application, measures
from hosting.tables import metadata
from tests.databases import new_sqlite
from tests.house.manuals import manuals, text_of


def rows(name: str, heading: str) -> list[list[str]]:
    """The rows of the tables under one heading, cell by cell."""
    section = text_of(name).split(f"\n{heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|") and not line.startswith("|--")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def coded(cell: str) -> str:
    return cell.strip("`")


def test_services() -> None:
    told = [(coded(row[0]), coded(row[1])) for row in rows("docs/services.md", "## Hook services")[1:]]
    assert told == [(service.id, service.hook) for service in SERVICES]


def test_prefetch_keys() -> None:
    told = [(coded(row[0]), row[2]) for row in rows("docs/services.md", "## Prefetch keys")[1:]]
    needed = [(need.key, need.resource_type) for need in needs(load_knowledge(), with_open_orders=True)]
    assert told == [*needed, (LABORATORY_KEY, "Observation")]


def test_topics() -> None:
    told = {coded(row[0]): (coded(row[1]), row[2]) for row in rows("docs/services.md", "## Topics of cards")[1:]}
    assert told == {topic: (code, display[0].lower() + display[1:]) for topic, (code, display) in TOPICS.items()} | {
        "vitamin-b12": ("vitaminB12", "vitamin B12"),
    }


def test_override_reasons() -> None:
    told = {coded(row[0]): row[1] for row in rows("docs/services.md", "## Reasons to override")[1:]}
    assert told == {reason.code: reason.display for reason in OVERRIDE_REASONS}


def test_dialects() -> None:
    table = rows("docs/services.md", "## Card dialects")[1:]
    told = {coded(name): set(re.findall(r"`([a-z-]+)`", hooks)) for name, hooks, *_ in table}
    known = get_args(Ehr.model_fields["card_dialect"].annotation)
    assert told == {name: set(dialect_of(_ehr(card_dialect=name)).hooks) for name in known}


def _ehr(**words: Any) -> Ehr:
    return Ehr.model_validate({"name": "any", "fhir_base": "https://ehr.example.org/fhir"} | words)


def test_every_address_is_documented_and_no_other() -> None:
    app = create_application(Settings(database_url=new_sqlite(), secret_key="s" * 32), EhrRegistry())
    told = set(re.findall(r"`(?:GET|POST) (/[^`]*)`", text_of("docs/services.md")))
    real = {address(rule) for rule in app.url_map.iter_rules() if "static" not in rule.rule}
    real -= {"/cds-services/{service_id}", "/cds-services/{service_id}/feedback", "/favicon.ico"}
    assert told == real | {f"/cds-services/{service.id}" for service in SERVICES}


def address(rule: Any) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)


def commands(command: click.Command, path: str = "rls-nutrients") -> Iterator[tuple[str, click.Command]]:
    if isinstance(command, click.Group):
        for name in command.list_commands(click.Context(command)):
            one = command.get_command(click.Context(command), name)
            assert one is not None
            yield from commands(one, f"{path} {name}")
    else:
        yield path, command


@pytest.mark.parametrize(("path", "command"), [pytest.param(*found, id=found[0]) for found in commands(main)])
def test_every_command_and_option_is_documented(path: str, command: click.Command) -> None:
    first = path.split()[1]
    section = text_of("docs/commands.md").split(f"\n## {first}\n")[1].split("\n## ")[0]
    assert f"`{path}" in section
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert all(f"{name}" in section for name in parameter.opts), parameter.opts
            choices = getattr(parameter.type, "choices", ())
            wanted = section if "as above" not in section else text_of("docs/commands.md")
            assert [choice for choice in choices if not re.search(rf"\b{choice}\b", wanted)] == []


@pytest.mark.parametrize("name", [*manuals(), "README.md"])
def test_no_command_is_told_that_does_not_exist(name: str) -> None:
    known = {tuple(path.split()[1:]) for path, _ in commands(main)}
    groups = {path[:1] for path in known}
    for told in re.findall(r"[`/](?:bin/)?rls-nutrients ([a-z]+(?: [a-z]+)?)\b", text_of(name)):
        words = tuple(told.split())
        assert words in known or words[:1] in known or (words in groups), told


def test_every_fault_is_told_in_the_words_of_the_switchboard() -> None:
    told = {coded(row[0]): row[1] for row in rows("docs/connecting/demo-ehr.md", "## Faults")[1:]}
    assert told == FAULTS


def test_every_table_of_the_database_is_told() -> None:
    told = {coded(row[0]) for row in rows("docs/feedback.md", "## What the database holds")[1:]}
    assert told == set(metadata.tables)


def test_every_measure_is_told_with_its_labels() -> None:
    app = create_application(Settings(database_url=new_sqlite(), secret_key="s" * 32), EhrRegistry())
    scraped = app.test_client().get("/metrics").text
    kinds = re.findall(r"^# TYPE (rls_nutrients_\w+) (?:counter|histogram)", scraped, re.MULTILINE)
    told = {coded(row[0]): set(row[1].split(", ")) for row in rows("docs/operating.md", "## Measures")[1:]}
    assert set(kinds) <= told.keys()
    ours = {f"rls_nutrients_{one.name}": set(one.labels) for one in measures._TIMED.values()}
    ours |= {f"rls_nutrients_{one.name}_total": set(one.labels) for one in measures._COUNTED.values()}
    assert {name: labels for name, labels in told.items() if "_card" not in name or name in ours} == ours
