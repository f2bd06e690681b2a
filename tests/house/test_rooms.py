"""Rooms have one door, calm modules, and names that tell something."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.house.repository import PACKAGES, ROOT, files, modules, project

NAMES_THAT_TELL_NOTHING = frozenset(
    {"base", "common", "constants", "core", "handler", "handlers", "helper", "helpers", "manager", "managers"}
    | {"misc", "util", "utils"}
)
LONGEST_MODULE = 300
LONGEST_FUNCTION = 40


def called(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("package", PACKAGES)
def test_a_room_has_one_door_and_all_behind_it_exists(package: str) -> None:
    door = ast.parse((ROOT / package / "__init__.py").read_text("utf-8"))
    offered = [node for node in door.body if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"]
    assert len(offered) == 1, f"{package}/__init__.py needs one __all__"
    names = ast.literal_eval(offered[0].value)
    module = __import__(package)
    assert names, f"{package} offers nothing"
    assert [name for name in names if not hasattr(module, name)] == []


def rooms_behind(path: Path) -> list[tuple[int, str]]:
    """Imports in a module that pass by another room's door: (line, module)."""
    own = path.relative_to(ROOT).parts[0]
    found = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.ImportFrom | ast.Import):
            continue
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
        found += [(node.lineno, name) for name in names if "." in name and name.split(".")[0] in set(PACKAGES) - {own}]
    return found


def test_rooms_are_entered_by_their_door() -> None:
    assert [f"{called(path)}:{line} {name}" for path in modules() for line, name in rooms_behind(path)] == []


def test_no_file_or_folder_is_called_after_nothing_in_particular() -> None:
    python = [path.relative_to(ROOT) for path in files() if path.suffix == ".py"]
    assert [str(path) for path in python if NAMES_THAT_TELL_NOTHING & {*path.parts[:-1], path.stem}] == []


def test_no_module_is_too_long() -> None:
    lengths = {called(path): len(path.read_text("utf-8").splitlines()) for path in modules()}
    assert {name: length for name, length in lengths.items() if length > LONGEST_MODULE} == {}


def test_no_function_is_too_long() -> None:
    too_long = [
        f"{called(path)}:{node.lineno} {node.name}"
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > LONGEST_FUNCTION
    ]
    assert too_long == []


@pytest.mark.parametrize("path", modules(), ids=called)
def test_a_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text("utf-8"))), "a module begins with what it is for"


def test_every_room_is_installed_typed_and_on_a_floor() -> None:
    tools = project()["tool"]
    floors = {room.strip() for layer in tools["importlinter"]["contracts"][0]["layers"] for room in layer.split("|")}
    assert set(PACKAGES) <= floors
    assert floors == set(tools["importlinter"]["root_packages"])
    assert floors <= set(tools["mypy"]["files"])
    assert {f"{room}*" for room in floors} == set(tools["setuptools"]["packages"]["find"]["include"])
