"""Reads the TOML files of one folder, as they stand, for all jurisdictions."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError

from clinical.knowledge.problems import KnowledgeError, Problem
from clinical.knowledge.refusals import problems_of
from clinical.knowledge.schema import KnowledgeManifest, NutrientFile, SourceFile

MANIFEST = "knowledge.toml"
SOURCES = "sources.toml"
ITEM_KINDS = (
    "limit", "band", "finding", "rule", "caution", "proposal", "advice", "freshness", "span", "conflict",
    "derivation", "reserve", "orderable", "order_caution", "order_answer", "products",
)  # fmt: skip
SECTION = "section"  # of a handout
INHERITED = ("reviewed", "due")

Model = TypeVar("Model", bound=BaseModel)


class KnowledgeFile(NamedTuple):
    """One TOML file with its name, as read."""

    name: str
    content: NutrientFile


class KnowledgeFolder(NamedTuple):
    """All files in reading order, and the history. ``version`` is the manifest's, with seven digits of any edit."""

    version: str
    sources: SourceFile
    files: tuple[KnowledgeFile, ...]
    changes: tuple[str, ...]


def read_folder(folder: Path) -> KnowledgeFolder:
    """Raises `KnowledgeError` with every refusal of every file, so that one run shows all there is to mend."""
    manifest_bytes, sources_bytes = _bytes(folder, MANIFEST), _bytes(folder, SOURCES)
    manifest = _model(KnowledgeManifest, MANIFEST, _table(MANIFEST, manifest_bytes))
    contents = {name: _bytes(folder, name) for name in manifest.files}
    problems: list[Problem] = []
    files = [file for name, content in contents.items() if (file := _file_or_none(name, content, problems))]
    sources = _model_or_none(SourceFile, SOURCES, sources_bytes, problems)
    if problems or sources is None:
        raise KnowledgeError(problems)
    digest = _digest({MANIFEST: manifest_bytes, SOURCES: sources_bytes, **contents})
    return KnowledgeFolder(f"{manifest.version}+{digest}", sources, tuple(files), manifest.changes)


def read_model(kind: type[Model], folder: Path, name: str) -> Model:
    """One file by itself, its items with the file's dates. Raises `KnowledgeError` naming file, item and word."""
    return _model(kind, name, _with_inherited_dates(_table(name, _bytes(folder, name))))


def _bytes(folder: Path, name: str) -> bytes:
    try:
        return (folder / name).read_bytes()
    except OSError as error:
        raise KnowledgeError([Problem(name, "", f"the file cannot be read ({error.strerror})")]) from error


def _table(name: str, content: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(content.decode(), parse_float=Decimal)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise KnowledgeError([Problem(name, "", f"this is not TOML: {error}")]) from error


def _model(kind: type[Model], name: str, table: Mapping[str, Any]) -> Model:
    try:
        return kind.model_validate(table)
    except ValidationError as error:
        raise KnowledgeError(problems_of(error, name, table)) from error


def _model_or_none(kind: type[Model], name: str, content: bytes, problems: list[Problem]) -> Model | None:
    try:
        return _model(kind, name, _with_inherited_dates(_table(name, content)))
    except KnowledgeError as error:
        problems.extend(error.problems)
        return None


def _file_or_none(name: str, content: bytes, problems: list[Problem]) -> KnowledgeFile | None:
    file = _model_or_none(NutrientFile, name, content, problems)
    return KnowledgeFile(name, file) if file else None


def _with_inherited_dates(table: dict[str, Any]) -> dict[str, Any]:
    """An item without its own ``reviewed`` or ``due`` has those of its file."""
    dates = {word: table[word] for word in INHERITED if word in table}
    for kind in (*ITEM_KINDS, SECTION):
        items = table.get(kind)
        if isinstance(items, list):
            table[kind] = [dates | item if isinstance(item, dict) else item for item in items]
    return table


def _digest(contents: Mapping[str, bytes]) -> str:
    """Seven hex digits over names, lengths and bytes, in reading order."""
    seal = hashlib.sha256()
    for name, content in contents.items():
        seal.update(f"{name} {len(content)}\n".encode())
        seal.update(content)
    return seal.hexdigest()[:7]
