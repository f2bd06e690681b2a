"""Plain http is for this very machine: 127.0.0.0/8, ::1 and localhost, whatever tricks an address plays."""

from __future__ import annotations

import pytest

from hosting.addresses import origin, protected_address


@pytest.mark.parametrize(
    "address",
    [
        "https://ehr.example.org/fhir",
        "http://127.0.0.1:8100/fhir",
        "http://127.255.255.254/fhir",
        "http://[::1]:8100/fhir",
        "http://localhost/fhir",
        "http://LOCALHOST:8100",
        "HTTP://localhost",
    ],
)
def test_accepted_as_written(address: str) -> None:
    assert protected_address(address) == address


@pytest.mark.parametrize(
    "address",
    [
        "http://ehr.example.org/fhir",
        "HTTP://ehr.example.org/fhir",
        "http://10.0.0.1/fhir",
        "http://128.0.0.1/fhir",
        "http://0.0.0.0/fhir",
        "http://[::2]/fhir",
        "http://[::ffff:10.0.0.1]/fhir",
        "http://localhost.example.org/fhir",
        "http://127.0.0.1.example.org/fhir",
        "http://127.0.0.1@example.org/fhir",
        "http://127.0.0.1\\@example.org/fhir",
        "http://127.0.0.1\t.example.org/fhir",
        "https://user:password@ehr.example.org/fhir",
        "https://ehr.example.org:port/fhir",
        "https://ehr.example.org/fhir?tenant=1",
        "https://ehr.example.org/fhir#x",
        "https://",
        "//ehr.example.org",
        "ehr.example.org",
        "file:///etc/passwd",
        "ftp://localhost",
        "",
    ],
)
def test_refused(address: str) -> None:
    with pytest.raises(ValueError):
        protected_address(address)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("https://EHR.example.org", "https://ehr.example.org"),
        ("https://ehr.example.org/", "https://ehr.example.org"),
        ("https://ehr.example.org:8443", "https://ehr.example.org:8443"),
    ],
)
def test_an_origin_is_spelt_as_browsers_send_it(written: str, expected: str) -> None:
    assert origin(written) == expected


@pytest.mark.parametrize("written", ["https://a.org/path", "https://a.org; script-src *", "https://*.a.org", "'self'"])
def test_what_would_widen_a_security_policy_is_no_origin(written: str) -> None:
    with pytest.raises(ValueError):
        origin(written)
