"""``rls-nutrients knowledge``: is what the product knows in order, and what is it?"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date

import click

from clinical import (
    JURISDICTIONS,
    PACKAGE_FOLDER,
    Knowledge,
    KnowledgeError,
    check_knowledge,
    check_orders,
    load_knowledge,
    show_nutrient,
)
from command_line.failures import Failure
from command_line.options import JURISDICTION


@click.group()
def knowledge() -> None:
    """Check or show limits, cautions, regimens and their sources."""


@knowledge.command()
def check() -> None:
    """Tell everything that is to be mended in the knowledge files, and what of their orders is no sound FHIR R4.

    Status 1 if there is anything.
    """
    problems = [str(problem) for problem in check_knowledge(PACKAGE_FOLDER, date.today())] or list(_faulty_orders())
    for problem in problems:
        _print(problem)
    if problems:
        raise Failure(f"{len(problems)} thing{'s' if problems[1:] else ''} to mend in the knowledge")
    _print(_all_well(load_knowledge()))


def _faulty_orders() -> Iterator[str]:
    """Every order that can be proposed anywhere, each fault once. Asked of files that can be read only."""
    faults = [fault for jurisdiction in JURISDICTIONS for fault in check_orders(load_knowledge(jurisdiction))]
    yield from dict.fromkeys(faults)


def _all_well(known: Knowledge) -> str:
    counts = {
        "files": len(known.files),
        "limits": len(known.limits),
        "findings": len({*known.findings, *known.bands_by_id}),
        "cautions": len({caution.id for caution in known.cautions}),
        "proposals": len(known.proposals),
        "sources": len(known.sources),
    }
    counted = ", ".join(f"{count} {what}" for what, count in counts.items())
    return f"Knowledge {known.version}: {counted}. All well."


@knowledge.command()
@click.argument("nutrient", required=False)
@JURISDICTION
def show(nutrient: str | None, jurisdiction: str) -> None:
    """Print what is known about NUTRIENT, or about all of them."""
    try:
        text = show_nutrient(load_knowledge(jurisdiction), nutrient)
    except KnowledgeError as error:
        raise Failure(*str(error).splitlines()) from None
    _print(text.rstrip("\n"))


def _print(text: str) -> None:
    # A terminal that cannot write a character gets a "?" for it; refusing the whole text would help nobody.
    encoding = sys.stdout.encoding or "utf-8"
    click.echo(text.encode(encoding, "replace").decode(encoding))
