"""``rls-nutrients assess``: one chart in, one assessment out, as text, JSON or cards."""

from __future__ import annotations

import sys
from datetime import date, datetime
from importlib.metadata import entry_points
from typing import Any

import click

from clinical import (
    Assessment,
    CannotRead,
    Chart,
    Knowledge,
    KnowledgeError,
    load_knowledge,
    needs,
    read_chart,
    read_document,
)
from clinical import assess as assess_chart
from command_line.failures import Failure
from command_line.input_file import bytes_of
from command_line.json_form import json_of, written
from command_line.options import JURISDICTION
from command_line.text_form import text_of

FORMATS_GROUP = "rls_nutrients.formats"
DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.argument("file", required=False, metavar="[FILE|-]")
@click.option("--today", type=DAY, metavar="YYYY-MM-DD", help="Assess as of this day instead of the real one.")
@click.option("--format", "form", type=click.Choice(["text", "json", "cards"]), default="text", show_default=True)
@JURISDICTION
def assess(file: str | None, today: datetime | None, form: str, jurisdiction: str) -> None:
    """Say what a patient's nutrient results mean, and why.

    FILE holds one patient: a FHIR R4 Bundle, a CDS Hooks request, a JSON array of resources, or NDJSON.
    Without FILE, or with "-", it is read from standard input.
    """
    knowledge = _knowledge(jurisdiction)
    chart = _chart(bytes_of(file), knowledge)
    assessment = assess_chart(chart, knowledge, today.date() if today else date.today())
    sys.stdout.buffer.write(_written(assessment, form))
    sys.stdout.buffer.flush()


def _chart(data: bytes, knowledge: Knowledge) -> Chart:
    try:
        document = read_document(data, needs(knowledge, with_open_orders=True))
        return read_chart(document.resources, patient_id=document.patient_id, answered=document.answered)
    except CannotRead as error:
        raise Failure(str(error)) from None
    except RecursionError:
        raise Failure("the input is nested too deeply to be read") from None


def _knowledge(jurisdiction: str) -> Knowledge:
    try:
        return load_knowledge(jurisdiction)
    except KnowledgeError as error:
        raise Failure(*str(error).splitlines()) from None


def _written(assessment: Assessment, form: str) -> bytes:
    if form == "text":
        return text_of(assessment).encode("ascii")
    return written(json_of(assessment) if form == "json" else _by_another_room(form, assessment))


def _by_another_room(form: str, assessment: Assessment) -> Any:
    # Front doors do not import each other: the card writer is found by its entry point.
    for entry in entry_points(group=FORMATS_GROUP, name=form):
        return entry.load()(assessment)
    raise Failure(f"the format '{form}' is not installed: no entry point of that name in the group {FORMATS_GROUP}")
