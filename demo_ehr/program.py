"""``rls-nutrients demo``: starts the demo EHR, the SMART app and the CDS service, says where they are, and waits."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from types import FrameType
from typing import NoReturn

import click

from demo_ehr.application import create_demo_ehr, demo_ehr_of
from demo_ehr.authority import RegisteredApp
from demo_ehr.desk import FrontDesk, Places, desk_pages
from demo_ehr.desk.cds_client import CdsClient
from demo_ehr.ehr_server import serving
from demo_ehr.mistakes import CannotDemonstrate
from demo_ehr.ports import Ports, address, address_elsewhere, is_free, ports_from
from demo_ehr.quietness import RestartedQuietness
from demo_ehr.screen import show_addresses
from demo_ehr.service import Service, service
from demo_ehr.stage import CLIENT_ID, stage

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
    # A second Ctrl-C while the services are being stopped would leave them running.
    for kind in ENDINGS:
        signal.signal(kind, signal.SIG_IGN)
    raise _Asked


def _run(ports: Ports) -> None:
    for port in ports:
        if not is_free(port):
            raise CannotDemonstrate(f"port {port} is in use; choose another first port with --port")
    with (
        stage(ports) as scene,
        service("SMART app", ports.smart_app, scene) as app,
        service("CDS service", ports.cds_service, scene) as cds,
        _demo_ehr(ports, quietness := RestartedQuietness(cds)),
    ):
        _start(app, cds)
        show_addresses(ports)
        click.echo("ready")
        _wait((app, cds), quietness)


def _start(app: Service, cds: Service) -> None:
    """One after the other: the first one makes the database that both use."""
    cds.start()
    cds.wait_until_it_answers()
    app.start()
    app.wait_until_it_answers()


@contextmanager
def _demo_ehr(ports: Ports, quietness: RestartedQuietness) -> Iterator[None]:
    places = Places(
        ehr=address(ports.demo_ehr),
        ehr_elsewhere=address_elsewhere(ports.demo_ehr),
        smart_app=address(ports.smart_app),
        cds_service=address(ports.cds_service),
    )
    today = date.today()
    app = RegisteredApp(
        CLIENT_ID,
        (f"{places.smart_app}/callback",),
        authentication="private_key_jwt",
        jwks_url=f"{places.smart_app}/.well-known/jwks.json",
    )
    ehr = demo_ehr_of(places.ehr, [app], today)
    desk = FrontDesk(ehr, places, CdsClient(ehr, places.cds_service, CLIENT_ID), quietness, today)
    with serving(create_demo_ehr(ehr, further=[desk_pages(desk)]), ports.demo_ehr):
        yield


def _wait(services: Sequence[Service], quietness: RestartedQuietness) -> NoReturn:
    while True:
        for one in services:
            if not one.is_running and not quietness.is_switching:
                raise CannotDemonstrate(f"the {one.name} has ended by itself")
        time.sleep(0.5)
