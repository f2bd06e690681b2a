"""The EHR registry: the example of the manual is read, and every mistake names its entry."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hosting import EhrRegistry, RegistryError, read_registry

Read = Callable[[str], EhrRegistry]

MANUAL = """
[[ehr]]
name = "general-hospital"
fhir_base = "https://ehr.example.org/fhir/r4"
client_id = "rls-nutrients"
client_authentication = "private_key_jwt"
client_secret_env = "GENERAL_HOSPITAL_SECRET"
signing_algorithm = "ES384"
scope_syntax = "auto"
frame_ancestors = ["https://ehr.example.org"]
card_dialect = "epic"
prefetch_style = "category"

[[ehr.cds_client]]
iss = "https://ehr.example.org"
jwks_url = "https://ehr.example.org/jwks.json"
tenants = []

[[ehr.cds_client]]
iss = "https://second.example.org"
jwks_file = "keys/second.json"
jku = "https://second.example.org/keys"
tenants = ["north"]
algorithms = ["RS256"]
reuse_tokens = true

[ehr.local_codes]
"urn:oid:1.2.3|FERR" = "ferritin"

[[ehr]]
name = "demo"
fhir_base = "http://127.0.0.1:8000/fhir/"
"""

SMALL = '[[ehr]]\nname = "general-hospital"\nfhir_base = "https://ehr.example.org/fhir"\n'


def test_the_example_of_the_manual(registry_of: Read, tmp_path: Path) -> None:
    hospital, demo = registry_of(MANUAL).ehrs
    assert hospital.name == "general-hospital"
    assert hospital.fhir_base == "https://ehr.example.org/fhir/r4"
    assert hospital.client_authentication == "private_key_jwt"
    assert hospital.frame_ancestors == ("https://ehr.example.org",)
    assert hospital.card_dialect == "epic"
    assert hospital.prefetch_style == "category"
    assert hospital.local_codes == {"urn:oid:1.2.3|FERR": "ferritin"}
    assert [client.tenants for client in hospital.cds_clients] == [(), ("north",)]
    first, second = hospital.cds_clients
    assert (first.jku, first.algorithms, first.reuse_tokens) == (None, ("ES384", "RS384"), False)
    assert (second.jku, second.algorithms, second.reuse_tokens) == ("https://second.example.org/keys", ("RS256",), True)
    assert hospital.cds_clients[1].jwks_file == tmp_path / "keys" / "second.json"
    assert (demo.card_dialect, demo.prefetch_style, demo.cookieless) == ("standard", "codes", False)
    assert (demo.scope_syntax, demo.signing_algorithm, demo.cds_clients) == ("auto", "ES384", ())


def test_an_absolute_key_file_stays_where_it_is(registry_of: Read) -> None:
    text = SMALL + '[[ehr.cds_client]]\niss = "x"\njwks_file = "/etc/keys.json"\n'
    assert registry_of(text).ehrs[0].cds_clients[0].jwks_file == Path("/etc/keys.json")


@pytest.mark.parametrize("asked", ["https://ehr.example.org/fhir/r4", "https://ehr.example.org/fhir/r4/"])
def test_a_fhir_base_is_found_with_and_without_trailing_slash(registry_of: Read, asked: str) -> None:
    found = registry_of(MANUAL).by_fhir_base(asked)
    assert found is not None
    assert found.fhir_base == "https://ehr.example.org/fhir/r4"  # kept as received: the iss of a launch


def test_a_slash_in_the_registry_does_not_matter_either(registry_of: Read) -> None:
    registry = registry_of(MANUAL)
    assert registry.by_fhir_base("http://127.0.0.1:8000/fhir") is registry.ehrs[1]


@pytest.mark.parametrize("asked", ["https://ehr.example.org/fhir", "https://ehr.example.org/fhir/r4/x", "", "/"])
def test_what_is_not_registered_is_not_found(registry_of: Read, asked: str) -> None:
    assert registry_of(MANUAL).by_fhir_base(asked) is None


def test_callers_are_found_by_their_exact_issuer(registry_of: Read) -> None:
    registry = registry_of(MANUAL)
    [(ehr, client)] = registry.clients_of_issuer("https://second.example.org")
    assert (ehr.name, client.tenants) == ("general-hospital", ("north",))
    assert registry.clients_of_issuer("https://second.example.org/") == ()
    assert registry.by_name("demo") is registry.ehrs[1]
    assert registry.by_name("other") is None


def test_without_a_registry_no_ehr_is_known() -> None:
    assert read_registry(None).ehrs == ()


HOSPITAL = 'EHR "general-hospital"'


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (SMALL.replace("https", "http"), f"{HOSPITAL}, fhir_base: .*plain http"),
        (SMALL + 'frame_ancestors = ["http://ehr.example.org"]', f"{HOSPITAL}, frame_ancestors.0: .*plain http"),
        (SMALL + 'frame_ancestors = ["https://ehr.example.org/x"]', f"{HOSPITAL}, frame_ancestors.0: .*without a path"),
        (SMALL + '[[ehr.cds_client]]\niss = "x"\njwks_url = "http://ehr.example.org/j"', f"{HOSPITAL}.*plain http"),
        (SMALL + '[[ehr.cds_client]]\niss = "http://e.org"\njwks_file = "j"', f"{HOSPITAL}.*iss: .*plain http"),
        (SMALL + '[[ehr.cds_client]]\niss = "x"', f"{HOSPITAL}.*either jwks_url or jwks_file"),
        (SMALL + '[[ehr.cds_client]]\niss = "x"\njwks_file = "j"\nalgorithms = ["none"]', f"{HOSPITAL}.*algorithms"),
        (SMALL + '[[ehr.cds_client]]\niss = "x"\njwks_file = "j"\nalgorithms = []', f"{HOSPITAL}.*algorithms"),
        (SMALL + '[[ehr.cds_client]]\niss = "x"\njwks_file = "j"\njku = "http://e.org"', f"{HOSPITAL}.*plain http"),
        (SMALL + 'client_authentication = "client_secret_basic"', f"{HOSPITAL}: .*needs client_secret_env"),
        (SMALL + 'card_dialcet = "epic"', f"{HOSPITAL}, card_dialcet: this word is not known here"),
        (SMALL + 'card_dialect = "cerner"', f"{HOSPITAL}, card_dialect: "),
        (SMALL + 'local_codes = { FERR = "ferritin" }', f'{HOSPITAL}, local_codes: .*"system|code"'),
        (SMALL + SMALL.replace("/fhir", "/other"), "name 'general-hospital' stands in two entries"),
        (SMALL + SMALL.replace("general", "other").replace("/fhir", "/fhir/"), "fhir_base '.*' stands in two entries"),
        ('[[ehr]]\nfhir_base = "https://ehr.example.org"', "EHR number 1, name: "),
        ('[[her]]\nname = "x"', "EHR registry, her: this word is not known here"),
        ("ehr = 3", "EHR registry, ehr: "),
        ("[[ehr]", "is not valid TOML"),
    ],
)
def test_a_mistake_names_its_entry(registry_of: Read, text: str, sentence: str) -> None:
    with pytest.raises(RegistryError, match=sentence):
        registry_of(text)


def test_a_code_of_no_analyte_is_named(registry_of: Read) -> None:
    registry = registry_of(SMALL + 'local_codes = { "urn:x|FERR" = "ferritinn" }')
    with pytest.raises(RegistryError, match=f"{HOSPITAL}, local_codes: 'urn:x.FERR' is mapped to 'ferritinn'.*folate"):
        registry.check_local_codes({"ferritin", "folate"})


def test_a_registry_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match=r"RLS_EHR_REGISTRY: .*cannot be read"):
        read_registry(tmp_path / "none.toml")


@pytest.mark.parametrize("host", ["127.0.0.1:8100", "127.9.9.9", "[::1]:8100", "localhost:8100"])
def test_loopback_may_be_plain_http(registry_of: Read, host: str) -> None:
    registry = registry_of(f'[[ehr]]\nname = "demo"\nfhir_base = "http://{host}"\nframe_ancestors = ["http://{host}"]')
    assert registry.ehrs[0].frame_ancestors == (f"http://{host}",)
