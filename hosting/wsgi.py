"""For any WSGI server: ``hosting.wsgi:application`` is a factory that builds from the environment."""

from __future__ import annotations

from flask import Flask

from hosting.application import create_application
from hosting.logs import quieten_libraries
from hosting.registry import read_registry
from hosting.settings import Settings, read_settings


def application() -> Flask:
    """Builds from RLS_… variables. Raises ConfigurationError, worded for an operator."""
    return build(read_settings())


def build(settings: Settings) -> Flask:
    """Builds from given settings, in the process that is going to answer."""
    quieten_libraries()
    return create_application(settings, read_registry(settings.ehr_registry))
