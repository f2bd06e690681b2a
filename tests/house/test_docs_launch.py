"""What docs/launch.md shows is what a launch at the demo EHR sends; its registry entry is the one of the manual."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import pytest

from tests.house.a_launch import Launch, claims, launched, parameters, path_and_query
from tests.house.manuals import blocks, differences, shown

PAGE = "docs/launch.md"
REGISTRY = "docs/connecting/demo-ehr.md"


@pytest.fixture(scope="module")
def launch(tmp_path_factory: pytest.TempPathFactory) -> Launch:
    [entry] = [block.text for block in blocks(REGISTRY, "toml") if block.title == "registry.toml"]
    registry: Path = tmp_path_factory.mktemp("launch") / "registry.toml"
    registry.write_text(entry, "utf-8")
    return launched(registry)


def opened(launch: Launch) -> Any:
    address, sent = path_and_query(launch.pages[0].address)
    return {"address": address, "parameters": sent}


def called_back(launch: Launch) -> Any:
    address, sent = path_and_query(launch.pages[1].address)
    return {"address": address, "parameters": sent}


def cookie(launch: Launch) -> Any:
    _, _, flags = launch.pages[0].header("set-cookie").partition("; ")
    told = dict(flag.partition("=")[::2] for flag in flags.split("; "))
    return {name: value or True for name, value in told.items() if name != "Expires"}


def keys(launch: Launch) -> Any:
    return {"keys": sorted(launch.jwks["keys"], key=lambda key: str(key["kty"]))}


def read(launch: Launch) -> Any:
    asked = [one["path"].removeprefix("/fhir/") for one in launch.asked if one["authorization"].startswith("Bearer ")]
    return sorted(asked)


def headers(launch: Launch) -> Any:
    return {name: launch.pages[2].header(name) for name in shown(PAGE, "Headers of the page")}


REAL: dict[str, Callable[[Launch], Any]] = {
    "The address that the EHR opens": opened,
    "What the EHR says of itself": lambda it: it.exchange("/fhir/.well-known/smart-configuration")["answer"],
    "The parameters of the authorization request": lambda it: parameters(it.exchange("/auth/authorize")["query"]),
    "The cookie of the launch": cookie,
    "The callback": called_back,
    "The token request": lambda it: it.exchange("/auth/token")["form"],
    "The claims of the client assertion": lambda it: claims(it.exchange("/auth/token")["form"]["client_assertion"]),
    "Our public keys": keys,
    "The token reply": lambda it: it.exchange("/auth/token")["answer"],
    "The claims of the id_token": lambda it: claims(it.exchange("/auth/token")["answer"]["id_token"]),
    "Headers of the page": headers,
}
OTHERS = {"The page's address", "What is read, in any order"}


def test_every_block_is_tested() -> None:
    assert {block.title for block in blocks(PAGE)} == {*REAL, *OTHERS}


@pytest.mark.parametrize("title", REAL)
def test_what_is_shown_is_what_is_sent(launch: Launch, title: str) -> None:
    assert list(differences(shown(PAGE, title), launch.told(REAL[title](launch)))) == []


def test_the_page_has_an_address_that_tells_nothing(launch: Launch) -> None:
    told = shown(PAGE, "The page's address")["address"].removesuffix("…")
    assert re.fullmatch(re.escape(told) + r"[\w-]{43}", launch.told(launch.pages[2].address))
    assert launch.pages[2].status == 200


def test_what_is_read(launch: Launch) -> None:
    assert Counter(read(launch)) == Counter(shown(PAGE, "What is read, in any order"))


def test_the_cookie_is_new_at_the_callback(launch: Launch) -> None:
    values = [SimpleCookie(page.header("set-cookie").replace("; Partitioned", "")) for page in launch.pages[:2]]
    names = [json.dumps(sorted(value)) for value in values]
    assert names[0] == names[1]
    assert len({next(iter(value.values())).value for value in values}) == 2
