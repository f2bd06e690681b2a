"""What the demo says in the terminal: where to look, and what to try."""

from __future__ import annotations

import click

from demo_ehr.ports import Ports, address, address_elsewhere

LINES = """
  Demo EHR      {ehr}/            open this in a browser
  SMART app     {app}/            the EHR opens it; by itself: {app}/launch/standalone?iss={ehr}/fhir
  CDS service   {cds}/cds-services

  Try: open Ada Fictional's chart, read the card, follow its link into the app; then accept the iron and sign it.
  {ehr}/switchboard breaks things on purpose; {elsewhere}/ is the same EHR as another site.
  Every patient is invented. Ctrl-C stops it; nothing stays behind.
"""


def show_addresses(ports: Ports) -> None:
    """One address per line, the first one to open first."""
    click.echo(
        LINES.format(
            ehr=address(ports.demo_ehr),
            app=address(ports.smart_app),
            cds=address(ports.cds_service),
            elsewhere=address_elsewhere(ports.demo_ehr),
        )
    )
