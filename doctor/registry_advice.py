"""What can be said of a registry's entry by reading it, without asking anybody.

That the words are known and the addresses protected was seen when the file was read; this is what one would regret.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from doctor.verdicts import Verdict, fail, ok, warn
from hosting import CdsClient, Ehr, EhrRegistry, Settings, SigningKeys, is_loopback, is_public_sandbox
from terminology import ANALYTES


def advice_on(
    ehr: Ehr, registry: EhrRegistry, settings: Settings, keys: SigningKeys, environment: Mapping[str, str]
) -> list[Verdict]:
    """At least one verdict. ``environment`` is looked into for the variable of a client's secret, and told by name."""
    found = [
        *_address(ehr),
        *_client(ehr, keys, settings, environment),
        *_frames(ehr),
        *_callers(ehr, registry, settings),
        *_local_codes(ehr),
        *_switches(ehr),
    ]
    return found or [ok("entry", "nothing to remark")]


def _address(ehr: Ehr) -> Iterator[Verdict]:
    if is_loopback(urlsplit(ehr.fhir_base).hostname or ""):
        yield warn("fhir_base", "is on this very machine", "use the EHR's https address, unless this is a trial.")


def make_keys(settings: Settings) -> str:
    """The command by which a key comes into being: a file that is there is never written over."""
    file = settings.signing_key_file
    if file is not None and file.exists():
        return "run `rls-nutrients keys rotate`, which adds a key of each algorithm,"
    return "run `rls-nutrients keys new`, set RLS_SIGNING_KEY_FILE,"


def _client(
    ehr: Ehr, keys: SigningKeys, settings: Settings, environment: Mapping[str, str]
) -> Iterator[Verdict]:  # fmt: skip
    if ehr.client_id is None:
        seen = "is missing, so that the SMART app cannot be launched and the EHR never be asked back"
        yield warn("client_id", seen, "register us with the EHR and write down the id that it gives.")
    if ehr.client_authentication == "client_secret_basic" and not environment.get(ehr.client_secret_env or ""):
        seen = f"names {ehr.client_secret_env}, which is not set here"
        yield fail("client_secret_env", seen, "set that variable to the secret before `rls-nutrients serve`.")
    if ehr.client_authentication == "private_key_jwt" and keys.for_signing(ehr.signing_algorithm) is None:
        seen = f"private_key_jwt wants a key for {ehr.signing_algorithm}, and there is none"
        yield fail("client_authentication", seen, f"{make_keys(settings)} and have the EHR read our JWKS.")
    if ehr.client_authentication == "none" and ehr.client_id is not None:
        seen = "none: whoever intercepts an authorization code needs no more than its verifier"
        yield warn("client_authentication", seen, 'register as confidential client: "private_key_jwt".')


def _frames(ehr: Ehr) -> Iterator[Verdict]:
    if not ehr.frame_ancestors:
        seen = "is empty, so that no page of the EHR can show the app within it"
        yield warn("frame_ancestors", seen, "list the origins of the EHR's pages, unless it opens apps in a window.")
    if ehr.cookieless:
        seen = "is on: a launch is bound to its browser less firmly"
        yield warn("cookieless", seen, "turn it off if the EHR's browser keeps third-party cookies.")


def _callers(ehr: Ehr, registry: EhrRegistry, settings: Settings) -> Iterator[Verdict]:
    if not ehr.cds_clients and settings.cds_authentication == "required":
        seen = "there is none, so that every hook call of this EHR is answered with 401"
        yield warn("cds_client", seen, "add one with the EHR's iss and jwks_url, if it is to call hooks.")
    for client in ehr.cds_clients:
        yield from _caller(ehr, client, registry, settings)


def _caller(ehr: Ehr, client: CdsClient, registry: EhrRegistry, settings: Settings) -> Iterator[Verdict]:
    name = f"cds_client {client.iss}"
    if is_public_sandbox(client):
        seen = "is the public CDS Hooks sandbox, whose private key anybody can read"
        state = "trusted (RLS_TRUST_PUBLIC_SANDBOX)" if settings.trust_public_sandbox else "refused"
        yield fail(name, f"{seen}; it is {state}", "remove it wherever patients' data are.")
    if client.jwks_file is not None and not client.jwks_file.exists():
        yield fail(
            name, f"jwks_file {client.jwks_file} is not there", "put the caller's JWK Set there, or mend the path."
        )
    if client.reuse_tokens:
        yield warn(name, "may use a token several times", "set reuse_tokens to false for anything but a test kit.")
    shared = [
        other.name for other, one in registry.clients_of_issuer(client.iss) if other is not ehr and not one.tenants
    ]
    if shared and not client.tenants:
        seen = f"is also listed by {', '.join(shared)}, and neither names tenants"
        yield warn(name, seen, "list each organisation's tenants, so that one cannot speak for the other.")


def _local_codes(ehr: Ehr) -> Iterator[Verdict]:
    for code, analyte in sorted(ehr.local_codes.items()):
        if analyte not in ANALYTES:
            todo = "write one of the ids that `rls-nutrients knowledge show` tells, such as ferritin."
            yield fail(f"local_codes {code}", f"'{analyte}' is no analyte that we know", todo)


def _switches(ehr: Ehr) -> Iterator[Verdict]:
    if ehr.kill_switch:
        yield warn("kill_switch", "is on: every hook call is answered with no card", "set it to false to show cards.")
    if ehr.shadow_services:
        seen = f"{', '.join(ehr.shadow_services)} watch and show no card"
        yield warn("shadow_services", seen, "empty it when the counts look right (`rls-nutrients feedback report`).")
    if ehr.topics_off:
        yield warn("topics_off", f"no card on {', '.join(ehr.topics_off)}", "empty it to show them again.")
