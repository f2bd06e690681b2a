"""The bytes of the file, or of standard input, that a command was given."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from command_line.failures import Failure

STANDARD_INPUT = "-"


def bytes_of(file: str | None) -> bytes:
    """Raises ``Failure`` naming the file where it cannot be read, ``UsageError`` where a person forgot to name one."""
    if file is None and sys.stdin.isatty():
        raise click.UsageError("Name a FILE, or pipe a chart into standard input.")
    if file is None or file == STANDARD_INPUT:
        return sys.stdin.buffer.read()
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise Failure(f"cannot read {click.format_filename(file)}: {error.strerror}") from None
    except ValueError:
        raise Failure("cannot read the file: its name holds a character that no file name may hold") from None
