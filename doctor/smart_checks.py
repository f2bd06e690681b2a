"""Does the EHR describe how apps are launched, and is it what this entry of the registry expects?

Source: SMART App Launch 2.2 sections Conformance and Client Authentication.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

from doctor.asking import NotReached, ask
from doctor.examination import Examination
from doctor.forms import member, objects, texts
from doctor.server_checks import what_came
from doctor.verdicts import Verdict, fail, ok, warn

CONFIGURATION = "SMART configuration"
_OAUTH_URIS = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris"
_METHODS = {"private_key_jwt": "client-confidential-asymmetric", "client_secret_basic": "client-confidential-symmetric"}


def check_smart(examination: Examination) -> Iterator[Verdict]:
    path = "/.well-known/smart-configuration"
    try:
        reply = ask(f"{examination.base}{path}")
    except NotReached as reason:
        yield fail(CONFIGURATION, str(reason), "without it no app can be launched: check fhir_base.")
        return
    found = reply.members() if reply.status == 200 else None
    if found is None:
        yield fail(CONFIGURATION, what_came(reply, path), "ask the EHR's operator to switch SMART on for this address.")
        return
    examination.smart = _resolved(found, examination.base)
    yield from _endpoints(examination)
    yield from _against_statement(examination)
    yield from _pkce(found)
    yield from _capabilities(found)
    yield from _scopes(examination, found)
    yield from _client(examination, found)


def _resolved(found: dict[str, Any], base: str) -> dict[str, Any]:
    """Relative addresses are relative to the FHIR base."""
    told = {name: value for name, value in found.items() if name.endswith("_endpoint") and isinstance(value, str)}
    return found | {name: _joined(base, value) for name, value in told.items()}


def _joined(base: str, address: str) -> str | None:
    """None for what is no address."""
    try:
        return urlsplit(urljoin(f"{base}/", address)).geturl()
    except ValueError:
        return None


def _endpoints(examination: Examination) -> Iterator[Verdict]:
    names = ("authorization_endpoint", "token_endpoint")
    missing = [name for name in names if examination.endpoint(name) is None]
    if missing:
        yield fail(CONFIGURATION, f"does not name {' and '.join(missing)}", "ask the EHR's operator to complete it.")
        return
    secure = urlsplit(examination.base).scheme == "https"
    plain = [name for name in names if secure and urlsplit(examination.endpoint(name) or "").scheme != "https"]
    if plain:
        yield fail(CONFIGURATION, f"{plain[0]} is plain http", "no code or token goes there: have it served by https.")
    else:
        yield ok(CONFIGURATION, "names where to authorize and where to get tokens")


def _against_statement(examination: Examination) -> Iterator[Verdict]:
    """Some EHRs move one and forget the other; apps that read the other then fail."""
    told = _oauth_uris(examination.capabilities or {})
    pairs = {"authorize": "authorization_endpoint", "token": "token_endpoint"}
    differing = [name for name, own in pairs.items() if name in told and told[name] != examination.endpoint(own)]
    if differing:
        seen = f"the CapabilityStatement names another address to {' and '.join(differing)}"
        yield warn(CONFIGURATION, seen, "we use the SMART configuration; tell the EHR's operator.")
    elif told:
        yield ok(CONFIGURATION, "agrees with the CapabilityStatement")


def _oauth_uris(capabilities: dict[str, Any]) -> dict[str, str]:
    security = [one.get("security") for one in objects(capabilities.get("rest"))[:1]]
    extensions = [one for told in security for one in objects(member(told, "extension"))]
    listed = next((objects(one.get("extension")) for one in extensions if one.get("url") == _OAUTH_URIS), [])
    return {str(one["url"]): str(one["valueUri"]) for one in listed if "url" in one and "valueUri" in one}


def _pkce(found: dict[str, Any]) -> Iterator[Verdict]:
    methods = texts(found.get("code_challenge_methods_supported"))
    if "S256" not in methods:
        yield warn("PKCE", "S256 is not advertised", "we send it all the same; have the EHR advertise and check it.")
    elif "plain" in methods:
        yield warn("PKCE", "S256, and plain as well, which proves nothing", "tell the EHR's operator to drop plain.")
    else:
        yield ok("PKCE", "S256")


def _capabilities(found: dict[str, Any]) -> Iterator[Verdict]:
    listed = texts(found.get("capabilities"))
    if "launch-ehr" not in listed:
        yield warn("capabilities", "launch-ehr is not advertised", "ask whether apps can be launched from a chart.")
    if "context-ehr-patient" not in listed:
        yield warn("capabilities", "context-ehr-patient is not advertised", "ask whether a launch names its patient.")
    if {"launch-ehr", "context-ehr-patient"} <= listed:
        yield ok("capabilities", f"{len(listed)} advertised, a launch for a patient among them")
    if "sso-openid-connect" not in listed:
        yield warn("capabilities", "no sso-openid-connect", "the page and the access audit will not know the user.")


def _scopes(examination: Examination, found: dict[str, Any]) -> Iterator[Verdict]:
    """``scopes_supported`` is not exhaustive by the standard: what is missing there is no failure."""
    listed = texts(found.get("capabilities"))
    syntax = examination.ehr.scope_syntax
    versions = [version for version in ("v2", "v1") if f"permission-{version}" in listed]
    if syntax != "auto" and versions and syntax not in versions:
        seen = f"scope_syntax is {syntax}, the EHR advertises {' and '.join(versions)}"
        yield fail("scopes", seen, 'set scope_syntax to "auto".')
    else:
        used = syntax if syntax != "auto" else versions[0] if versions else "v1"
        yield ok("scopes", f"asked for in the syntax of SMART {used}")


def _client(examination: Examination, found: dict[str, Any]) -> Iterator[Verdict]:
    ehr, check = examination.ehr, "token endpoint authentication"
    methods = texts(found.get("token_endpoint_auth_methods_supported"))
    algorithms = texts(found.get("token_endpoint_auth_signing_alg_values_supported"))
    wanted = ehr.client_authentication
    if not examination.is_registered:
        yield warn(check, f"offers {', '.join(sorted(methods)) or 'nothing by name'}", "register us there.")
    elif methods and wanted not in methods and _METHODS.get(wanted) not in texts(found.get("capabilities")):
        seen = f"client_authentication is {wanted}, the EHR offers {', '.join(sorted(methods))}"
        yield fail(check, seen, "change the entry, and our registration with the EHR.")
    elif wanted == "private_key_jwt" and algorithms and ehr.signing_algorithm not in algorithms:
        seen = f"signing_algorithm is {ehr.signing_algorithm}, the EHR takes {', '.join(sorted(algorithms))}"
        yield fail(check, seen, "change signing_algorithm.")
    else:
        yield ok(check, wanted)
