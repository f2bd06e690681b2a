"""``rls-nutrients keys``: the keys that we sign with towards EHRs, from their birth to their end."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import click

from command_line.failures import Failure
from hosting import (
    ConfigurationError,
    SigningKey,
    SigningKeys,
    algorithm_of,
    announce_keys,
    new_key_file,
    read_key_file,
    read_settings,
    retire_keys,
    rotate_keys,
)

_DEFAULT = "signing-keys.json"
_FILE = click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))


@click.group()
def keys() -> None:
    """Make and change the keys that we sign with.

    FILE is RLS_SIGNING_KEY_FILE where it is not given. A running service notices when it changes.
    """


@keys.command()
@_FILE
def new(file: Path | None) -> None:
    """Write new keys, ES384 and RS384, to FILE (signing-keys.json), readable by its owner only."""
    path = file or _setting() or Path(_DEFAULT)
    _tell(path, _done(new_key_file, path))
    click.echo(f"Set RLS_SIGNING_KEY_FILE to {path} and start the service again.")


@keys.command()
@_FILE
@click.option("--announce", is_flag=True, help="Only publish the next keys; a later rotate has them sign.")
def rotate(file: Path | None, announce: bool) -> None:
    """Sign with the next keys; the old ones stay published until `keys retire`.

    With --announce first, and a day or so between, no EHR meets a key that it has not read yet.
    """
    path = _existing(file)
    _tell(path, _done(announce_keys if announce else rotate_keys, path))
    click.echo("Give every instance this file; a running one reads it again by itself.")


@keys.command()
@_FILE
def retire(file: Path | None) -> None:
    """Publish keys that no longer sign no more. An hour after all instances have the new file is early enough."""
    path = _existing(file)
    _tell(path, _done(retire_keys, path))


@keys.command()
@_FILE
def public(file: Path | None) -> None:
    """Print the public keys, for an EHR that wants them pasted (JWK Set)."""
    click.echo(json.dumps(SigningKeys(_done(read_key_file, _existing(file))).public_jwks(), indent=1))


def _tell(path: Path, found: list[SigningKey]) -> None:
    signing = {one.kid for algorithm in ("ES384", "RS384") if (one := SigningKeys(found).for_signing(algorithm))}
    click.echo(f"{path}:")
    for key in found:
        state = "signs" if key.kid in signing else "announced" if key.is_private else "published until retired"
        click.echo(f"  {algorithm_of(key)}  {key.kid}  {state}")


def _done(work: Callable[[Path], list[SigningKey]], path: Path) -> list[SigningKey]:
    try:
        return work(path)
    except ConfigurationError as error:
        raise Failure(str(error)) from None


def _existing(file: Path | None) -> Path:
    path = file or _setting()
    if path is None:
        raise click.UsageError("Which FILE? Give it, or set RLS_SIGNING_KEY_FILE.")
    return path


def _setting() -> Path | None:
    try:
        return read_settings().signing_key_file
    except ConfigurationError as error:
        raise Failure(*str(error).splitlines()) from None
