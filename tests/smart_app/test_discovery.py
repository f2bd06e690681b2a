"""Where a secret may be sent: https anywhere, plain http on this machine, and that only for an EHR that is here too."""

from __future__ import annotations

import pytest

from smart_app.discovery import may_be_asked

ELSEWHERE, HERE = "https://ehr.example.org/fhir", "http://127.0.0.1:9000/fhir"


@pytest.mark.parametrize(
    ("address", "base"),
    [
        ("https://login.example.net/token", ELSEWHERE),
        ("https://login.example.net/token?tenant=north", ELSEWHERE),
        ("http://127.0.0.1:9001/token", HERE),
        ("http://localhost:9001/token", HERE),
        ("https://login.example.net/token", HERE),
    ],
)
def test_it_may(address: str, base: str) -> None:
    assert may_be_asked(address, base)


@pytest.mark.parametrize(
    "address",
    [
        "http://ehr.example.org/token", "http://127.0.0.1/token", "https://127.0.0.1/token", "http://[::1]/token",
        "https://localhost/token", "ftp://ehr.example.org/token", "//ehr.example.org/token", "token", "",
        "https://user:word@ehr.example.org/token", "https://ehr.example.org/token#part", "https://ehr.example.org\\@x/",
        "https://ehr.example.org /token", "https://:443/token", "https://ehr.example.org:no/token", "data:x",
        "https://ehr.example.org/token?a=\nb", "https://ehr.example.org/token?a=\x7f", "https://\ud800.example.org/token",
        "https://ehr.example.org/token\udfff", "https://ehr..example.org/token", f"https://{'e' * 64}.example.org/t",
        "https://\uff11\uff12\uff17.0.0.1/token", "https://\u24db\u24de\u24d2\u24d0\u24db\u24d7\u24de\u24e2\u24e3/token",
    ],
    ids=ascii,
)  # fmt: skip
def test_it_may_not(address: str) -> None:
    assert not may_be_asked(address, ELSEWHERE)
