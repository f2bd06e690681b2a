"""``rls-nutrients serve``: the production server with every front door that is installed."""

from __future__ import annotations

import click

from clinical import KnowledgeError
from command_line.failures import Failure
from hosting import ConfigurationError, read_settings
from hosting import serve as run


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--workers", type=click.IntRange(1), default=1, show_default=True, help="Server processes.")
def serve(host: str, port: int, workers: int) -> None:
    """Answer hook calls until stopped. Settings come from the environment (RLS_...)."""
    try:
        run(read_settings(), host=host, port=port, workers=workers)
    except (ConfigurationError, KnowledgeError) as error:
        raise Failure(*str(error).splitlines()) from None
