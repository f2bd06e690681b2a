"""``rls-nutrients doctor``: one connection to an EHR, examined end to end, and the sheet to register it with."""

from __future__ import annotations

import sys
from typing import IO

import click
from pydantic import ValidationError

from clinical import load_knowledge, needs
from doctor.examination import Examination, Permission
from doctor.rounds import examine
from doctor.sheet import sheet
from doctor.verdicts import Verdict, fail, has_failed, in_short, show
from hosting import ConfigurationError, Ehr, EhrRegistry, read_registry, read_settings, read_signing_keys


@click.command(
    short_help="Examine an EHR connection end to end; say what to mend.",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.argument("connection", metavar="NAME|FHIR_BASE")
@click.option("--launch", help="A launch value of the EHR, to try a whole launch with. It is spent by that.")
@click.option("--token-file", type=click.File("r"), help="A file with an access token (- is standard input).")
@click.option("--patient", help="The id of the patient whom the token is for; a test patient.")
@click.option("--sheet/--no-sheet", "with_sheet", default=True, help="Print the registration sheet at the end.")
def doctor(
    connection: str, launch: str | None, token_file: IO[str] | None, patient: str | None, with_sheet: bool
) -> None:
    """Examine one EHR connection end to end, say what to mend, and print the registration sheet.

    NAME is an entry of the registry; a FHIR_BASE need not be registered. Results are searched only with a token: of a
    launch (--launch), or given (--token-file with --patient). Status 1 if there is anything to mend.
    """
    if token_file is not None and not patient:
        raise click.UsageError("--token-file needs --patient.")
    if patient is not None and token_file is None:
        raise click.UsageError("--patient needs --token-file: without a token nobody's results are read.")
    examination = _examination(connection)
    examination.launch = launch
    if token_file is not None:
        examination.permission = Permission(_token(token_file), patient)
    sys.exit(1 if has_failed(_run(examination, with_sheet)) else 0)


def _run(examination: Examination, with_sheet: bool) -> list[Verdict]:
    knowledge = load_knowledge(examination.settings.jurisdiction)
    needed = needs(knowledge)
    verdicts: list[Verdict] = []
    if not examination.is_registered:
        verdicts.append(_not_registered())
        show(verdicts)
    for heading, run in examine(examination, needed):
        click.echo(f"\n{heading}")
        for verdict in run():
            show([verdict])
            verdicts.append(verdict)
    untried = "" if examination.has_searched else " Results were not searched: nothing is said of them."
    click.echo(f"\n{in_short(verdicts)}.{untried}")
    if with_sheet:
        click.echo("\n" + "\n".join(sheet(examination, needed, needs(knowledge, with_open_orders=True))))
    return verdicts


def _not_registered() -> Verdict:
    todo = "add an [[ehr]] entry: nothing that is not registered is ever launched, answered or asked back."
    return fail("registry", "this FHIR base is not registered", todo)


def _examination(connection: str) -> Examination:
    try:
        settings = read_settings()
        registry = read_registry(settings.ehr_registry)
        keys = read_signing_keys(settings)
    except ConfigurationError as error:
        raise click.ClickException("; ".join(str(error).splitlines())) from None
    found = registry.by_name(connection) or registry.by_fhir_base(connection)
    ehr = found or _unregistered(connection, registry)
    return Examination(settings, registry, keys, ehr, is_registered=found is not None)


def _unregistered(connection: str, registry: EhrRegistry) -> Ehr:
    if "://" not in connection:
        names = ", ".join(ehr.name for ehr in registry.ehrs) or "none"
        raise click.UsageError(f"no EHR is registered as {connection} (registered: {names}).")
    try:
        return Ehr(name="unregistered", fhir_base=connection)
    except ValidationError:
        raise click.UsageError("FHIR_BASE must be an https address, or http to this very machine.") from None


def _token(file: IO[str]) -> str:
    token = file.read().strip()
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise click.UsageError("--token-file must hold one access token and nothing else.")
    return token
