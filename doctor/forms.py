"""What stands in an EHR's JSON, in the form that it should have; whatever has another form is left out."""

from __future__ import annotations

from typing import Any


def objects(value: object) -> list[dict[str, Any]]:
    """The objects of a list."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def member(value: object, name: str) -> Any:
    """A member of what may or may not be an object."""
    return value.get(name) if isinstance(value, dict) else None


def texts(value: object) -> set[str]:
    """The texts of a list."""
    return {one for one in value if isinstance(one, str)} if isinstance(value, list) else set()
