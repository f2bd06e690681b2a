"""A small honest EHR to demonstrate the product with.

It talks to the product over HTTP only and imports nothing of it; nothing imports it. ``demo`` is a click command that
the command line finds under the entry-point group ``rls_nutrients.commands``.
"""

from __future__ import annotations

from demo_ehr.program import demo

__all__ = ["demo"]
