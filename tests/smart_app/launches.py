"""Applications under test and their EHRs, one per kind of client; and browsers to launch them with.

One application serves most tests, so that they are quick; ``app_of`` makes another where a test needs its own.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from flask import Flask
from joserfc.jwk import ECKey, RSAKey

from hosting import EhrRegistry, FrontDoor, Settings, create_application
from smart_app import front_door
from tests.databases import new_sqlite
from tests.smart_app.browser import Browser, inside
from tests.smart_app.calls import Reply
from tests.smart_app.mock_smart_ehr import MockSmartEhr, mock_smart_ehr

HOME = "https://app.example"
LOOPBACK_HOME = "http://127.0.0.1:8000"
SECRET_KEY = "a-secret-of-the-app-of-more-than-32-characters"
CLIENT_SECRET = "client-secret_0123456789-abcdef"
SECRET_VARIABLE = "MOCK_HOSPITAL_SECRET"
CLIENT_ID = "rls-nutrients-at-mock"
CLIENTS: dict[str, dict[str, str]] = {
    "public": {"client_authentication": "none"},
    "basic": {"client_authentication": "client_secret_basic", "client_secret_env": SECRET_VARIABLE},
    "ES384": {"client_authentication": "private_key_jwt", "signing_algorithm": "ES384"},
    "RS384": {"client_authentication": "private_key_jwt", "signing_algorithm": "RS384"},
}
FORGETTABLE = "forgettable"
FRAMES = {name: f"https://{name.lower()}.hospital.example" for name in CLIENTS}
Hospitals: TypeAlias = dict[str, MockSmartEhr]
AppOf: TypeAlias = Callable[..., Browser]


@cache
def signing_keys() -> dict[str, Any]:
    """The app's own private keys, one for each algorithm, as a JWK Set."""
    keys = (ECKey.generate_key("P-384", {"kid": "app-ec"}), RSAKey.generate_key(2048, {"kid": "app-rsa"}))
    return {"keys": [key.as_dict(private=True) for key in keys]}


def entry(ehr: MockSmartEhr, client: str = "public", **words: Any) -> dict[str, Any]:
    """The EHR's entry in the registry; ``words`` override those of its kind of client."""
    told = {"name": f"mock-{client}", "fhir_base": ehr.base, "client_id": CLIENT_ID}
    return told | CLIENTS[client] | {"frame_ancestors": [FRAMES[client]]} | words


def application(*entries: dict[str, Any], doors: Sequence[FrontDoor] | None = (front_door,), **settings: Any) -> Flask:
    """The SMART app alone, which is made quickly; with ``doors=None`` every installed front door, as it is served."""
    own = {"public_url": HOME, "database_url": new_sqlite(), "secret_key": SECRET_KEY}
    registry = EhrRegistry.model_validate({"ehr": list(entries)})
    return create_application(Settings(**(own | settings)), registry, doors)


@pytest.fixture(scope="session", autouse=True)
def client_secret() -> Iterator[str]:
    """The secret that the registry's entries name."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(SECRET_VARIABLE, CLIENT_SECRET)
        yield CLIENT_SECRET


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that stands still for some seconds makes no fault of a sound EHR. Who tests these very limits has a
    fixture of this name that leaves them as they are."""
    for limit in (
        "launching.SECONDS_FOR_DISCOVERY", "callback.SECONDS_FOR_CALLBACK", "charts.SECONDS_FOR_CHART",
        "charts._SECONDS_FOR_STYLESHEET", "token_requests._SECONDS_TO_REVOKE",
    ):  # fmt: skip
        monkeypatch.setattr(f"smart_app.{limit}", 60.0)


@pytest.fixture(scope="session")
def key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("keys") / "keys.json"
    file.write_text(json.dumps(signing_keys()), "utf-8")
    return file


@pytest.fixture(scope="session")
def all_hospitals() -> Iterator[Hospitals]:
    hospitals = {name: MockSmartEhr() for name in (*CLIENTS, FORGETTABLE)}
    yield hospitals
    for ehr in hospitals.values():
        ehr.close()


@pytest.fixture
def hospitals(all_hospitals: Hospitals) -> Hospitals:
    """An EHR for each kind of client, all known to ``app``."""
    for ehr in all_hospitals.values():
        ehr.usual()
    return all_hospitals


@pytest.fixture(scope="session")
def app(all_hospitals: Hospitals, key_file: Path) -> Flask:
    """The application that most tests share. It remembers what an EHR once said of itself."""
    entries = [entry(all_hospitals[name], name) for name in CLIENTS]
    entries.append(entry(all_hospitals[FORGETTABLE], name=FORGETTABLE))
    return application(*entries, doors=None, signing_key_file=key_file)


@pytest.fixture
def ehr(hospitals: Hospitals) -> MockSmartEhr:
    """The EHR where the app is a public client."""
    return hospitals["public"]


@pytest.fixture
def forgettable(hospitals: Hospitals) -> MockSmartEhr:
    """Another one, and ``app`` may not remember what it says of itself, so that each test may have it say otherwise."""
    ehr = hospitals[FORGETTABLE]
    ehr.replies["configuration"] = lambda _: Reply(200, ehr.configuration, {"Cache-Control": "no-store"})
    return ehr


@pytest.fixture(params=CLIENTS)
def kind(request: pytest.FixtureRequest) -> str:
    """Each kind of client in turn."""
    return str(request.param)


@pytest.fixture
def ehr_of_kind(hospitals: Hospitals, kind: str) -> MockSmartEhr:
    return hospitals[kind]


@pytest.fixture
def stranger() -> Iterator[MockSmartEhr]:
    """A server that nobody has registered. Whatever reaches it is a fault."""
    with mock_smart_ehr() as server:
        yield server


@pytest.fixture
def own_ehr() -> Iterator[MockSmartEhr]:
    """An EHR that no app knows yet, for a test that has it say unusual things of itself."""
    with mock_smart_ehr() as server:
        yield server


@pytest.fixture
def new_browser(app: Flask) -> Callable[[], Browser]:
    """Another person's browser each time."""
    return lambda: Browser(HOME, inside(app))


@pytest.fixture
def browser(new_browser: Callable[[], Browser]) -> Browser:
    return new_browser()


@pytest.fixture(scope="session")
def shared_database() -> str:
    """For applications that are made for one test: to make a database anew takes longer than most tests."""
    return new_sqlite()


@pytest.fixture
def app_of(key_file: Path, shared_database: str) -> AppOf:
    """A browser of an application of its own: ``app_of(ehr, client="basic", scope_syntax="v1")``."""

    def make(ehr: MockSmartEhr, client: str = "public", home: str = HOME, **words: Any) -> Browser:
        settings = {name: words.pop(name) for name in list(words) if name in Settings.model_fields}
        key = {"signing_key_file": key_file} if CLIENTS[client]["client_authentication"] == "private_key_jwt" else {}
        told = {"public_url": home, "database_url": shared_database} | key | settings
        return Browser(home, inside(application(entry(ehr, client, **words), **told)))

    return make
