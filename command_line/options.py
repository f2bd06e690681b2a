"""Options that several commands share."""

from __future__ import annotations

import click

JURISDICTION = click.option(
    "--jurisdiction",
    type=click.Choice(["international", "us", "uk"]),
    default="international",
    show_default=True,
    help="Whose limits and regimens.",
)
