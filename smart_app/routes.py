"""The addresses of the SMART app."""

from __future__ import annotations

from flask import Blueprint

from hosting import EhrRegistry, Settings


def front_door(settings: Settings, registry: EhrRegistry) -> Blueprint:
    """The SMART app."""
    del settings, registry
    return Blueprint("smart_app", __name__)
