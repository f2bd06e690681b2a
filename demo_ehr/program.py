"""``rls-nutrients demo``: starts the CDS service, opens three charts, shows their cards, and goes on serving."""

from __future__ import annotations

import signal
import time
from datetime import date
from types import FrameType
from typing import NoReturn

import click
from rich.console import Console

from demo_ehr.mistakes import CannotDemonstrate
from demo_ehr.patients import hook_calls
from demo_ehr.ports import Ports, is_free, ports_from
from demo_ehr.screen import console, show_addresses, show_chart
from demo_ehr.service import CdsService, cds_service

SERVICE = "rls-nutrients"
HIGHEST_FIRST_PORT = 65533
# SIGHUP too: a terminal that is closed must not leave a server behind.
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class _Asked(BaseException):
    """Somebody asked the demo to end: Ctrl-C, SIGTERM, a closed terminal. No error, hence no Exception."""


@click.command()
@click.option(
    "--port",
    type=click.IntRange(1024, HIGHEST_FIRST_PORT),
    default=8000,
    show_default=True,
    help="First of three ports: demo EHR, SMART app (+1), CDS service (+2).",
)
def demo(port: int) -> None:
    """Show the product with invented patients on this machine. Ctrl-C stops it."""
    try:
        for kind in ENDINGS:
            signal.signal(kind, _stop)
        _run(ports_from(port))
    except CannotDemonstrate as error:
        raise click.ClickException(" ".join(str(error).split())) from None
    except _Asked:
        click.echo("Stopped.")


def _stop(_signal: int, _frame: FrameType | None) -> NoReturn:
    # A second Ctrl-C while the service is being stopped would leave it running.
    for kind in ENDINGS:
        signal.signal(kind, signal.SIG_IGN)
    raise _Asked


def _run(ports: Ports) -> None:
    if not is_free(ports.cds_service):
        raise CannotDemonstrate(f"port {ports.cds_service} is in use; choose another first port with --port")
    screen = console()
    with cds_service(ports.cds_service) as service:
        service.wait_until_it_answers()
        _show_charts(screen, service)
        show_addresses(screen, ports)
        click.echo("ready")
        _wait(service)


def _show_charts(screen: Console, service: CdsService) -> None:
    for call in hook_calls(date.today()):
        show_chart(screen, call, service.call(SERVICE, call.body)["cards"])


def _wait(service: CdsService) -> None:
    while service.is_running:
        time.sleep(0.5)
    raise CannotDemonstrate("the CDS service has ended by itself")
