"""How a command ends when it cannot do what was asked: one line on stderr and an exit status, never a traceback.

Exit status: 0 done, 1 the input could not be assessed, 2 wrong usage (click's own).
"""

from __future__ import annotations

from pathlib import Path
from typing import IO, Any

import click


class Failure(click.ClickException):
    """Ends the command with status 1; the text is shown as one line."""

    exit_code = 1

    def __init__(self, *sentences: str) -> None:
        super().__init__("; ".join(" ".join(sentence.split()) for sentence in sentences))

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(f"rls-nutrients: {self.message}", file=file, err=file is None)


def unexpected(error: Exception) -> str:
    """Names a fault of ours by kind and place. Its text is left out: it may quote the patient's data."""
    trace, place = error.__traceback__, "?"
    while trace is not None:
        place = f"{Path(trace.tb_frame.f_code.co_filename).name} line {trace.tb_lineno}"
        trace = trace.tb_next
    return f"rls-nutrients: a fault of this program: {type(error).__name__} in {place}; please report it"
