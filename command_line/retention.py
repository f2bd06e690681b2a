"""``rls-nutrients retention``: removes what has been kept long enough."""

from __future__ import annotations

import click

from command_line.stored import stored
from hosting import remove_old


@click.group()
def retention() -> None:
    """Remove what has been kept long enough (RLS_RETAIN_..._DAYS)."""


@retention.command()
def run() -> None:
    """Remove it now. `serve` does the same every day."""
    with stored() as (database, settings):
        removed = remove_old(database, settings)
    told = {
        "cards": removed.cards,
        "reports of feedback": removed.feedback,
        "comments": removed.comments,
        "entries of the access audit": removed.accesses,
        "launches and sessions": removed.launches,
        "used tokens and orders spoken of": removed.tokens,
    }
    click.echo("Removed " + ", ".join(f"{number} {what}" for what, number in told.items()) + ".")
