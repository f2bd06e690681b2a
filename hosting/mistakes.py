"""What an operator got wrong, said to an operator.

::

    ConfigurationError          the service cannot start as it is configured
    ├── SettingsError           an RLS_… variable
    └── RegistryError           an entry of the EHR registry

Their text is one or more plain sentences and never holds the value of a secret.
"""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError


class ConfigurationError(Exception):
    """The service cannot start as it is configured; the text says what to change."""


class SettingsError(ConfigurationError):
    """An RLS_… variable is missing or cannot be used."""


class RegistryError(ConfigurationError):
    """The EHR registry cannot be read, or one of its entries cannot be used."""


def problems(error: ValidationError) -> list[tuple[tuple[int | str, ...], str]]:
    """Each place that pydantic refused, and why; without the refused value, which may be a secret."""
    found = error.errors(include_url=False, include_input=False)
    return [(entry["loc"], _reason(entry["msg"], entry.get("ctx", {}))) for entry in found]


def _reason(message: str, context: dict[str, Any]) -> str:
    cause = context.get("error")
    if isinstance(cause, ValueError):
        return str(cause)
    if message == "Extra inputs are not permitted":
        return "this word is not known here"
    return message[:1].lower() + message[1:]
