"""A request to the EHR's token endpoint, with the proof of who asks that the registry's entry says.

Source: SMART App Launch 2.2 sections Obtain access token and Client Authentication.
"""

from __future__ import annotations

import os
import time
from base64 import b64encode
from uuid import uuid4

from joserfc import jwt

from doctor.asking import Reply, ask
from doctor.examination import Examination

_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def ask_token(examination: Examination, form: dict[str, str]) -> Reply:
    """Raises ``NotReached``, and ``ConfigurationError`` without the key or secret that the entry wants."""
    address = examination.endpoint("token_endpoint") or ""
    sent, headers = {"redirect_uri": callback_of(examination), **form}, {}
    ehr = examination.ehr
    if ehr.client_authentication == "private_key_jwt":
        sent |= {"client_assertion_type": _ASSERTION_TYPE, "client_assertion": _assertion(examination, address)}
    elif ehr.client_authentication == "client_secret_basic":
        pair = f"{ehr.client_id}:{os.environ.get(ehr.client_secret_env or '', '')}"
        headers = {"Authorization": f"Basic {b64encode(pair.encode()).decode()}"}
    else:
        sent["client_id"] = ehr.client_id or ""
    return ask(address, method="POST", form=sent, headers=headers)


def _assertion(examination: Examination, address: str) -> str:
    algorithm = examination.ehr.signing_algorithm
    key = examination.keys.signing_key(algorithm)
    claims = {
        "iss": examination.ehr.client_id,
        "sub": examination.ehr.client_id,
        "aud": address,
        "exp": int(time.time()) + 240,
        "jti": str(uuid4()),
    }
    return jwt.encode({"alg": algorithm, "kid": key.kid, "typ": "JWT"}, claims, key, algorithms=[algorithm])


def callback_of(examination: Examination) -> str:
    return f"{examination.settings.app_url}/callback"
