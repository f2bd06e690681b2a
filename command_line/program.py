"""The click application. A command's module is imported when it is run, so that nobody waits for what is not asked."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import click

from command_line.failures import unexpected

COMMANDS_GROUP = "rls_nutrients.commands"
OWN_COMMANDS = {
    "assess": ("command_line.assess", "Say what a patient's nutrient results mean, and why."),
    "audit": ("command_line.audit", "Export who looked at which patient, as FHIR AuditEvents."),
    "keys": ("command_line.keys", "Make and change the keys that we sign with."),
    "knowledge": ("command_line.knowledge", "Check or show limits, cautions, regimens and their sources."),
    "retention": ("command_line.retention", "Remove what has been kept long enough."),
    "serve": ("command_line.serve", "Answer hook calls until stopped."),
}


class Program(click.Group):
    """Finds its commands by name: its own, then those that other rooms offer as entry points."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return sorted({*OWN_COMMANDS, *(entry.name for entry in _offered())})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name in OWN_COMMANDS:
            module, _ = OWN_COMMANDS[cmd_name]
            command: click.Command = getattr(import_module(module), cmd_name)
            return command
        found = [entry for entry in _offered() if entry.name == cmd_name]
        return found[0].load() if found else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        summaries = {name: summary for name, (_, summary) in OWN_COMMANDS.items()}
        for entry in _offered():
            summaries.setdefault(entry.name, entry.load().get_short_help_str(72))
        with formatter.section("Commands"):
            formatter.write_dl(sorted(summaries.items()))

    def main(self, *args: Any, **extra: Any) -> Any:
        try:
            return super().main(*args, **extra)
        except Exception as error:
            click.echo(unexpected(error), err=True)
            sys.exit(1)


def _offered() -> list[EntryPoint]:
    return list(entry_points(group=COMMANDS_GROUP))


@click.command(cls=Program, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="rls-nutrients", prog_name="rls-nutrients")
def main() -> None:
    """What nutrient laboratory results mean in restless legs syndrome, and why.

    Supports a clinician's judgement; not validated for clinical use.
    """
