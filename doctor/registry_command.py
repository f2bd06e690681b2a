"""``rls-nutrients registry check``: is the file of EHRs in order, entry by entry?"""

from __future__ import annotations

import os
import sys

import click

from clinical import KnowledgeError
from doctor.examination import Examination
from doctor.registry_advice import advice_on
from doctor.rounds import examine_briefly
from doctor.verdicts import Verdict, fail, has_failed, in_short, show
from hosting import (
    ConfigurationError,
    Ehr,
    EhrRegistry,
    Settings,
    SigningKeys,
    create_application,
    read_registry,
    read_settings,
    read_signing_keys,
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def registry() -> None:
    """Look after the registry of EHRs (RLS_EHR_REGISTRY)."""


@registry.command()
@click.option("--ask", is_flag=True, help="Ask each EHR, too: its SMART configuration and its callers' keys.")
def check(ask: bool) -> None:
    """Say of each entry what is wrong and what to do. Nobody is contacted unless --ask is given.

    Status 1 if there is anything to mend.
    """
    try:
        settings = read_settings()
        found = read_registry(settings.ehr_registry)
    except ConfigurationError as error:
        _end([fail("registry", sentence, "correct the file and check again.") for sentence in str(error).splitlines()])
    if not found.ehrs:
        _end([fail("registry", "no EHR is registered", "set RLS_EHR_REGISTRY to a file with an [[ehr]] entry.")])
    keys, verdicts = _keys(settings)
    show(verdicts)
    for ehr in found.ehrs:
        click.echo(f'\nEHR "{ehr.name}", {ehr.fhir_base}')
        advice = advice_on(ehr, found, settings, keys, os.environ)
        advice += _asked(ehr, found, settings, keys) if ask else []
        show(advice)
        verdicts += advice
    started = _starts(settings, found)
    show(started)
    _end([*verdicts, *started], shown=True)


def _asked(ehr: Ehr, found: EhrRegistry, settings: Settings, keys: SigningKeys) -> list[Verdict]:
    return list(examine_briefly(Examination(settings, found, keys, ehr, is_registered=True)))


def _keys(settings: Settings) -> tuple[SigningKeys, list[Verdict]]:
    try:
        return read_signing_keys(settings), []
    except ConfigurationError as error:
        file = settings.signing_key_file
        todo = "correct the file" if file is not None and file.exists() else "run `rls-nutrients keys new`"
        return SigningKeys(), [fail("signing keys", str(error), f"{todo}, or correct the path.")]


def _starts(settings: Settings, found: EhrRegistry) -> list[Verdict]:
    """What only the front doors know: names of services and topics, files of keys."""
    try:
        create_application(settings, found)
    except (ConfigurationError, KnowledgeError) as error:
        told = str(error).splitlines()
        return [fail("service", f"would not start: {sentence}", "correct it and check again.") for sentence in told]
    return []


def _end(verdicts: list[Verdict], *, shown: bool = False) -> None:
    if not shown:
        show(verdicts)
    click.echo(f"\n{in_short(verdicts)}.")
    sys.exit(1 if has_failed(verdicts) else 0)
