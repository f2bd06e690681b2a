"""``rls-nutrients feedback``: what clinicians did with the cards, for those who have to judge whether they help."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import click

from cds_hooks.committee_counts import counts_of
from cds_hooks.feedback_forms import (
    COUNT_COLUMNS,
    FEEDBACK_COLUMNS,
    as_csv,
    as_table,
    count_as_object,
    count_as_row,
    report_as_object,
    report_as_row,
)
from hosting import ConfigurationError, Database, DatabaseFault, open_database, read_settings


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def feedback() -> None:
    """Export or count what clinicians did with the cards.

    Reads the database that RLS_DATABASE_URL names.
    """


@feedback.command()
@click.option("--format", "form", type=click.Choice(["csv", "json"]), default="csv", show_default=True)
def export(form: str) -> None:
    """Write every report to standard output.

    Clinicians' comments are free text and may name a patient: keep the file as you keep a chart.
    """
    with _database() as database:
        reports = list(database.feedback())
    if form == "json":
        click.echo(json.dumps([report_as_object(report) for report in reports], ensure_ascii=False, indent=1))
    else:
        click.echo(as_csv(FEEDBACK_COLUMNS, map(report_as_row, reports)), nl=False)


@feedback.command()
@click.option("--format", "form", type=click.Choice(["text", "csv", "json"]), default="text", show_default=True)
def report(form: str) -> None:
    """Count cards fired, shown, accepted and overridden, by month, EHR, service and rule.

    The rule "all" counts each card once.
    """
    with _database() as database:
        counts = counts_of(database)
    if form == "json":
        objects = [count_as_object(place, count) for place, count in counts.items()]
        click.echo(json.dumps(objects, ensure_ascii=False, indent=1))
    elif form == "csv":
        click.echo(as_csv(COUNT_COLUMNS, (count_as_row(*item) for item in counts.items())), nl=False)
    else:
        click.echo(as_table(counts), nl=False)


@contextmanager
def _database() -> Iterator[Database]:
    """Whatever is wrong with it is told in one line."""
    try:
        database = open_database(read_settings().database_url)
    except ConfigurationError as error:
        raise click.ClickException("; ".join(str(error).splitlines())) from None
    try:
        yield database
    except DatabaseFault as fault:
        raise click.ClickException(f"The database does not answer ({fault}).") from None
    finally:
        database.close()
