"""The form that goes to an EHR's authorization endpoint: what it holds goes back byte for byte."""

from __future__ import annotations

from html.parser import HTMLParser

from flask import Flask

from hosting import Ehr, Settings
from smart_app.answers import Answers
from smart_app.launching import Launching
from smart_app.sealing import Begun

# A number shown backwards, a control character, a quotation mark and a plus: an EHR may seal anything into it.
LAUNCH = 'a\u202eb\x01+"<&'


class Hidden(HTMLParser):
    """The hidden values of a form, by name."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.values: dict[str, str | None] = {}
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag == "input" and told.get("type") == "hidden":
            self.values[str(told["name"])] = told["value"]


def test_a_launch_value_is_sent_as_it_was_received() -> None:
    ehr = Ehr(name="general-hospital", fhir_base="https://ehr.example.org/fhir", client_id="app")
    endpoint = "https://ehr.example.org/authorize"
    launching = Launching(ehr, Begun("iss", "verifier", "scope"), "state", endpoint, (("launch", LAUNCH),), True)
    with Flask("test").test_request_context():
        html = Answers(Settings()).form(launching).get_data(as_text=True)
    assert Hidden(html).values == {"launch": LAUNCH}


def test_the_policy_names_the_place_it_goes_to_as_browsers_do() -> None:
    """A policy is ASCII: a name with other letters stands in it as it is looked up (Punycode)."""
    ehr = Ehr(name="general-hospital", fhir_base="https://ehr.example.org/fhir", client_id="app")
    endpoint = "https://m\u00fcller.example.org:8443/authorize"
    launching = Launching(ehr, Begun("iss", "verifier", "scope"), "state", endpoint, (), True)
    with Flask("test").test_request_context():
        policy = Answers(Settings()).form(launching).headers["Content-Security-Policy"]
    assert "form-action 'self' https://xn--mller-kva.example.org:8443 https://ehr.example.org;" in policy
