"""Reads the tables of this folder when they are first asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def _toml(path: Path) -> dict[str, Any]:
    import tomllib  # noqa: PLC0415 - a third of this package's import time, and not every process reads a table

    return tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)


@cache
def analyte_tables() -> Mapping[str, dict[str, Any]]:
    """analytes/<id>.toml by analyte id."""
    return {path.stem: _toml(path) for path in sorted((HERE / "analytes").glob("*.toml"))}


@cache
def unit_rows() -> tuple[dict[str, Any], ...]:
    """The rows of units.toml."""
    return tuple(_toml(HERE / "units.toml")["unit"])


@cache
def name_table() -> dict[str, Any]:
    """laboratory_names.toml."""
    return _toml(HERE / "laboratory_names.toml")


@cache
def condition_name_table() -> dict[str, Any]:
    """condition_names.toml."""
    return _toml(HERE / "condition_names.toml")


def value_set_files() -> Iterator[tuple[str, dict[str, Any]]]:
    """value_sets/<file id>.json with its file id: FHIR R4 ValueSet resources.

    One after the other and not kept: together they are a megabyte, and value sets are made of them once.
    """
    for path in sorted((HERE / "value_sets").glob("*.json")):
        yield path.stem, json.loads(path.read_text(encoding="utf-8"))
