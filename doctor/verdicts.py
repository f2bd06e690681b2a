"""What was examined, how it is, what was seen, and what to do about it. No patient's data is ever in a verdict."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

import click

State = Literal["ok", "warn", "fail"]
_COLOURS: dict[State, str] = {"ok": "green", "warn": "yellow", "fail": "red"}
_INDENT = 6


class Verdict(NamedTuple):
    """``check`` names what was examined, always in the same words. ``todo`` is empty where all is well."""

    check: str
    state: State
    seen: str
    todo: str = ""


def ok(check: str, seen: str) -> Verdict:
    return Verdict(check, "ok", seen)


def warn(check: str, seen: str, todo: str) -> Verdict:
    """It works, or may; somebody should know."""
    return Verdict(check, "warn", seen, todo)


def fail(check: str, seen: str, todo: str) -> Verdict:
    """It does not work, or is not safe."""
    return Verdict(check, "fail", seen, todo)


def show(verdicts: Iterable[Verdict]) -> None:
    for verdict in verdicts:
        state = click.style(f"{verdict.state.upper():<{_INDENT - 2}}", fg=_COLOURS[verdict.state])
        click.echo(f"{state}  {verdict.check}: {verdict.seen}")
        if verdict.todo:
            click.echo(f"{'':<{_INDENT}}-> {verdict.todo}")


def in_short(verdicts: Sequence[Verdict]) -> str:
    """``14 OK, 2 to look at, 1 to mend``."""
    count = {state: sum(verdict.state == state for verdict in verdicts) for state in _COLOURS}
    return f"{count['ok']} OK, {count['warn']} to look at, {count['fail']} to mend"


def has_failed(verdicts: Iterable[Verdict]) -> bool:
    return any(verdict.state == "fail" for verdict in verdicts)
