"""As many requests as can be answered in time; the others are told at once to come back."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from io import BytesIO
from threading import Event, Semaphore

import pytest
from flask import Blueprint, Flask, request
from werkzeug.test import TestResponse

from hosting import EhrRegistry, FrontDoor, Settings, admission, create_application


class Room:
    """A front door where callers stay until they are let go."""

    def __init__(self, name: str) -> None:
        self.let_go = Event()
        self.arrived = Semaphore(0)
        self.name = name

    def door(self, _: Settings, __: EhrRegistry) -> Blueprint:
        blueprint = Blueprint(self.name, __name__)

        @blueprint.post(f"/{self.name}/stay")
        def stay() -> str:
            self.arrived.release()
            self.let_go.wait(300)
            return str(len(request.get_data()))

        @blueprint.get(f"/{self.name}/broken")
        def broken() -> str:
            raise ValueError

        return blueprint


@pytest.fixture(autouse=True)
def few_places(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "CALLS_AT_ONCE", 3)
    monkeypatch.setattr(admission, "OF_ONE_FRONT_DOOR", 2)
    monkeypatch.setattr(admission, "LARGE_AT_ONCE", 1)
    monkeypatch.setattr(admission, "LARGE_BYTES", 100)


def application(*rooms: Room) -> Flask:
    doors: list[FrontDoor] = [room.door for room in rooms]
    return create_application(Settings(), EhrRegistry(), doors)


@contextmanager
def staying(app: Flask, room: Room, number: int, body: bytes = b"") -> Iterator[list[Future[TestResponse]]]:
    """So many callers inside, until the end of the block."""
    with ThreadPoolExecutor(max(1, number)) as pool:
        inside = [pool.submit(_post, app, room, body) for _ in range(number)]
        try:
            for _ in inside:
                assert room.arrived.acquire(timeout=60)
            yield inside
        finally:
            room.let_go.set()


def _post(app: Flask, room: Room, body: bytes = b"") -> TestResponse:
    return app.test_client().post(f"/{room.name}/stay", data=body)


def sent_away(answer: TestResponse) -> None:
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.get_json()["issue"][0]["code"] == "transient"


def test_one_front_door_never_takes_every_place() -> None:
    cards, pages = Room("cards"), Room("pages")
    app = application(cards, pages)
    with staying(app, pages, 2) as inside:
        sent_away(_post(app, pages))
        with staying(app, cards, 1) as others:
            sent_away(_post(app, cards))
            assert app.test_client().get("/healthz").status_code == 200
            assert app.test_client().get("/readyz").status_code in (200, 503)
    assert [one.result().status_code for one in (*inside, *others)] == [200, 200, 200]
    assert _post(app, pages).status_code == 200


def test_what_breaks_gives_its_place_back() -> None:
    room = Room("cards")
    app = application(room)
    room.let_go.set()
    for _ in range(5):
        assert app.test_client().get("/cards/broken").status_code == 500
        assert app.test_client().get("/nowhere").status_code == 404
    assert _post(app, room).status_code == 200


@pytest.mark.parametrize("size", [101, None])
def test_large_bodies_and_those_of_unannounced_length_have_few_places(size: int | None) -> None:
    room = Room("cards")
    app = application(room)

    def large() -> TestResponse:
        if size is not None:
            return _post(app, room, b"x" * size)
        unannounced = {"wsgi.input_terminated": True, "wsgi.input": BytesIO()}
        return app.test_client().post("/cards/stay", environ_overrides=unannounced)

    with staying(app, room, 1, b"x" * 200):
        sent_away(large())
        room.let_go.set()
        assert _post(app, room, b"x" * 100).status_code == 200


def test_nothing_is_read_of_who_is_sent_away() -> None:
    room = Room("cards")
    app = application(room)

    class Untouched(BytesIO):
        def read(self, _: int | None = -1, /) -> bytes:
            raise AssertionError("read")

    with staying(app, room, 2):
        answer = app.test_client().post("/cards/stay", input_stream=Untouched(), content_length=50)
        sent_away(answer)


def test_a_database_that_is_away_says_when_to_come_back_as_well() -> None:
    def door(settings: Settings, registry: EhrRegistry) -> Blueprint:
        blueprint = Blueprint("away", __name__)
        blueprint.get("/<int:status>")(lambda status: ("", status))
        return blueprint

    client = create_application(Settings(), EhrRegistry(), [door]).test_client()
    assert [client.get(f"/{status}").headers.get("Retry-After") for status in (503, 429, 200)] == ["2", "2", None]
