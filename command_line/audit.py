"""``rls-nutrients audit``: who looked at which patient, for the privacy office."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import click

from command_line.failures import Failure
from command_line.stored import stored
from hosting import ConfigurationError, Settings, accesses, as_bundle, audit_event, read_registry

_DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.group()
def audit() -> None:
    """Export the access audit: who looked at which patient, when and what for."""


@audit.command()
@click.option("--since", type=_DAY, help="First day (UTC), YYYY-MM-DD.")
@click.option("--until", type=_DAY, help="The day (UTC) before which to end.")
@click.option("--format", "form", type=click.Choice(["ndjson", "bundle"]), default="ndjson", show_default=True)
def export(since: datetime | None, until: datetime | None, form: str) -> None:
    """Write FHIR R4 AuditEvents to standard output, the oldest first.

    They name patients and users: keep the file as you keep a chart.
    """
    with stored() as (database, settings):
        bases = _fhir_bases(settings)
        found = accesses(database, _second(since) or 0, _second(until))
        events = (audit_event(number, record, bases) for number, record in found)
        for line in [json.dumps(as_bundle(list(events)), indent=1)] if form == "bundle" else _lines(events):
            click.echo(line)


def _lines(events: Iterator[dict[str, object]]) -> Iterator[str]:
    return (json.dumps(event, separators=(",", ":"), ensure_ascii=False) for event in events)


def _second(day: datetime | None) -> int | None:
    return int(day.replace(tzinfo=UTC).timestamp()) if day else None


def _fhir_bases(settings: Settings) -> dict[str, str]:
    try:
        return {ehr.name: ehr.fhir_base for ehr in read_registry(settings.ehr_registry).ehrs}
    except ConfigurationError as error:
        raise Failure(*str(error).splitlines()) from None
