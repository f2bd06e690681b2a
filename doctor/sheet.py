"""The registration sheet: everything that an EHR's forms ask of us, to be pasted."""

from __future__ import annotations

import json
from collections.abc import Iterator

from clinical import Need
from doctor.examination import Examination
from doctor.launch_trial import scopes_to_ask
from ehr_reader import queries_of

_PATIENT = "{{context.patientId}}"
_SERVICES = (
    ("patient-view", "rls-nutrients"),
    ("order-select", "rls-supplement-select"),
    ("order-sign", "rls-supplement-sign"),
)


def sheet(examination: Examination, needed: tuple[Need, ...], in_hooks: tuple[Need, ...]) -> Iterator[str]:
    """Line by line. ``needed`` by the page, and ``in_hooks`` by hook calls."""
    app, cds = examination.settings.app_url, examination.settings.public_url
    yield f"# Registration of rls-nutrients with {examination.ehr.name}"
    yield ""
    yield "## SMART app"
    yield f"launch address     {app}/launch"
    yield f"redirect address   {app}/callback"
    yield f"standalone launch  {app}/launch/standalone?iss={examination.ehr.fhir_base}"
    yield f"client type        {_client(examination)}"
    yield f"JWKS address       {app}/.well-known/jwks.json"
    yield f"scopes             {scopes_to_ask(examination, needed)}"
    yield f"may be framed by   {' '.join(examination.ehr.frame_ancestors) or 'nobody (frame_ancestors is empty)'}"
    yield ""
    yield "## CDS Hooks services"
    for hook, service in _SERVICES:
        yield f"{hook:<18} {cds}/cds-services/{service}"
    yield f"discovery          {cds}/cds-services"
    yield f"feedback           {cds}/cds-services/{{id}}/feedback"
    yield "caller's JWT       aud is the address called, exactly; ES384 or RS384; an hour at most; each used once"
    yield ""
    yield "## Links on cards (to be allowed)"
    yield f"{app}/launch"
    yield f"{cds}/about"
    yield ""
    yield "## Prefetch, the same for each service"
    for key, query in queries_of(in_hooks, examination.ehr.prefetch_style, _PATIENT).items():
        yield f"{key:<18} {query.template}"
    yield ""
    yield "## Our public keys (where an address is not taken)"
    yield json.dumps(examination.keys.public_jwks())


def _client(examination: Examination) -> str:
    kinds = {
        "private_key_jwt": f"confidential, asymmetric ({examination.ehr.signing_algorithm}), keys by the JWKS address",
        "client_secret_basic": "confidential, symmetric (client_secret_basic)",
        "none": "public, with PKCE",
    }
    return kinds[examination.ehr.client_authentication]
