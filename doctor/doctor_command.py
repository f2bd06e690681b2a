"""``rls-nutrients doctor``: one connection to an EHR, examined end to end."""

from __future__ import annotations

import click


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("connection", metavar="NAME|FHIR_BASE")
def doctor(connection: str) -> None:
    """Examine one EHR connection end to end, and say what to mend."""
    raise click.ClickException(f"{connection}: not examined yet.")
