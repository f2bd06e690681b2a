"""How the pages are served: to anyone, cached a little, under a strict policy, on the day that it is."""

from __future__ import annotations

from datetime import date

import pytest

from clinical import KnowledgeError
from hosting import EhrRegistry, Settings, create_application
from tests.about.conftest import client_of

ADDRESSES = ("/about", "/source-attributes", "/source-attributes.json")


@pytest.fixture(scope="module")
def closed():
    """The pages of a service whose hooks need authentication."""
    return client_of(cds_authentication="required")


@pytest.fixture(scope="module")
def tomorrow():
    return client_of(date(2026, 11, 23))


@pytest.mark.parametrize("address", ADDRESSES)
def test_answers_anyone_even_where_hooks_need_authentication(closed, address):
    answer = closed.get(address)
    assert answer.status_code == 200
    assert answer.mimetype == ("application/json" if address.endswith(".json") else "text/html")


def test_the_bare_address_tells_what_this_is(client):
    answer = client.get("/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "about")
    assert client.get("/", follow_redirects=True).request.path == "/about"


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_policy_allows_one_stylesheet_of_our_own_and_nothing_else(client, address):
    policy = client.get(address).headers["Content-Security-Policy"]
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert directives["default-src"] == "'none'"
    assert directives["style-src"] == "'self'"
    assert "script-src" not in directives
    assert "unsafe" not in policy


@pytest.mark.parametrize("address", ADDRESSES)
def test_is_kept_a_little_and_asked_for_again_by_its_etag(client, address):
    answer = client.get(address)
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    again = client.get(address, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_new_day_is_a_new_page(client, tomorrow, address):
    assert client.get(address).headers["ETag"] != tomorrow.get(address).headers["ETag"]


@pytest.mark.parametrize("page", ["about", "source_attributes"])
def test_its_stylesheet_is_there(client, request, page):
    [link] = request.getfixturevalue(page).all("link")
    with client.get("/" + link.attributes["href"]) as answer:
        assert (answer.status_code, answer.mimetype) == (200, "text/css")
        assert "no-store" not in answer.headers["Cache-Control"]


def test_it_is_an_installed_front_door():
    addresses = {rule.rule for rule in create_application(Settings(), EhrRegistry()).url_map.iter_rules()}
    assert set(ADDRESSES) <= addresses


def test_a_service_without_knowledge_does_not_start(monkeypatch):
    def refuse(_):
        raise KnowledgeError([])

    monkeypatch.setattr("about.routes.load_knowledge", refuse)
    with pytest.raises(KnowledgeError):
        client_of()
