"""The FHIR R4 server of the demo EHR under ``/fhir``: read, search and create over the charts.

Source: FHIR R4 sections RESTful API and Search. Everything but ``metadata`` needs a bearer token.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, request

from demo_ehr.authority import USER
from demo_ehr.charts import SEARCHABLE, CannotSearch, Parameters, SearchResult, included_by, subject_of
from demo_ehr.fhir.access import Access, access_of
from demo_ehr.fhir.capability_statement import CREATABLE, capability_statement
from demo_ehr.fhir.misbehaving import (
    DSTU2_JSON,
    ELSEWHERE,
    before_answering,
    must_be_allowed,
    with_strangers,
    with_wrong_version,
)
from demo_ehr.fhir.outcomes import FHIR_JSON, Refused, fhir_answer, refusal
from demo_ehr.fhir.paging import next_link, page_of, searchset, self_link

if TYPE_CHECKING:
    from demo_ehr.application import DemoEhr

Resource = dict[str, Any]
CLINICIAN: Resource = {
    "resourceType": "Practitioner",
    "id": USER.rpartition("/")[2],
    "active": True,
    "name": [{"family": "Invented", "given": ["Irma"], "prefix": ["Dr"]}],
}


def fhir_server(demo: DemoEhr) -> Blueprint:
    """Mounted at ``/fhir``. Its view functions raise ``Refused``, which becomes an OperationOutcome."""
    server = _Server(demo)
    routes = Blueprint("fhir", __name__, url_prefix="/fhir")
    routes.before_request(lambda: None if request.path.endswith("/metadata") else before_answering(demo.faults))
    routes.add_url_rule("/metadata", "metadata", server.metadata)
    routes.add_url_rule("/<resource_type>", "search", server.search, methods=["GET"])
    routes.add_url_rule("/<resource_type>/_search", "search_by_post", server.search_by_post, methods=["POST"])
    routes.add_url_rule("/<resource_type>", "create", server.create, methods=["POST"])
    routes.add_url_rule("/<resource_type>/<id>", "read", server.read, methods=["GET"])
    routes.register_error_handler(Refused, refusal)
    routes.register_error_handler(CannotSearch, lambda error: refusal(Refused(400, error.code, str(error))))
    return routes


class _Server:
    def __init__(self, demo: DemoEhr) -> None:
        self._demo, self._charts, self._faults = demo, demo.charts, demo.faults

    def metadata(self) -> Response:
        version = "1.0.2" if self._faults.on("wrong-fhir-version") else "4.0.1"
        return self._answer(capability_statement(self._demo.base_url, date.today().isoformat(), version))

    def read(self, resource_type: str, id: str) -> Response:
        if f"{resource_type}/{id}" == USER and access_of(request, self._demo.authority, "r").knows_user:
            return self._answer(CLINICIAN)
        access = self._access("r", resource_type)
        resource = self._charts.read(resource_type, id)
        if resource is None:
            raise Refused(404, "not-found", f"there is no such {resource_type}")
        if not access.covers(resource, self._charts.owner_of(resource_type, id)):
            raise Refused(403, "forbidden", "the token's patient and scopes do not cover this resource")
        return self._answer(resource)

    def search(self, resource_type: str) -> Response:
        return self._found(resource_type, tuple(request.args.items(multi=True)))

    def search_by_post(self, resource_type: str) -> Response:
        return self._found(resource_type, (*request.args.items(multi=True), *request.form.items(multi=True)))

    def create(self, resource_type: str) -> Response:
        """Orders only, for the patient whom the token is about."""
        access = self._access("c", resource_type)
        resource = request.get_json(silent=True, force=True)
        if resource_type not in CREATABLE:
            raise Refused(405, "not-supported", f"{resource_type} cannot be created here")
        if not isinstance(resource, dict) or resource.get("resourceType") != resource_type:
            raise Refused(400, "invalid", f"the body must be a {resource_type} in JSON")
        access.must_be_about(subject_of(resource), resource_type)
        try:
            added = self._charts.add(resource)
        except KeyError:
            raise Refused(422, "not-found", "the order is about a patient who is not here") from None
        answer = self._answer(added, 201)
        answer.headers["Location"] = f"{self._demo.fhir_base}/{resource_type}/{added['id']}"
        return answer

    def _found(self, resource_type: str, parameters: Parameters) -> Response:
        access = self._access("s", resource_type)
        for name, value in parameters:
            if name.partition(":")[0] in ("patient", "subject") or (resource_type, name) == ("Patient", "_id"):
                access.must_be_about(value, resource_type)
        must_be_allowed(self._faults, resource_type, parameters)
        found = self._covered(access, self._charts.search(resource_type, parameters), parameters)
        patient_id = access.token.context.patient_id
        found = with_strangers(self._faults, self._charts, found, patient_id, resource_type)
        offset, count = page_of(parameters)
        if self._faults.on("endless-paging"):
            offset %= max(len(found.matches), 1)
        matches = found.matches[offset : offset + count]
        page = SearchResult(matches, included_by(matches, found.included, parameters))
        links = list(self._links(resource_type, parameters, len(found.matches)))
        return self._answer(searchset(page, self._demo.fhir_base, len(found.matches), links))

    def _covered(self, access: Access, found: SearchResult, parameters: Parameters) -> SearchResult:
        matches = [it for it in found.matches if access.covers(it, self._charts.owner_of(it["resourceType"], it["id"]))]
        return SearchResult(matches, included_by(matches, found.included, parameters))

    def _links(self, resource_type: str, parameters: Parameters, total: int) -> Iterator[dict[str, str]]:
        offset, count = page_of(parameters)
        yield self_link(self._demo.fhir_base, resource_type, parameters)
        base = ELSEWHERE if self._faults.on("next-elsewhere") else self._demo.fhir_base
        more = 0 < count < total - offset
        if more or self._faults.on("next-elsewhere") or self._faults.on("endless-paging"):
            yield next_link(base, resource_type, parameters, offset + max(count, 1))

    def _access(self, letter: str, resource_type: str) -> Access:
        access = access_of(request, self._demo.authority, letter)
        if resource_type not in SEARCHABLE:
            raise Refused(404, "not-supported", f"this server knows no {resource_type}")
        access.must_permit(resource_type)
        return access

    def _answer(self, resource: Resource, status: int = 200) -> Response:
        if self._faults.on("wrong-fhir-version"):
            return fhir_answer(with_wrong_version(resource), status, DSTU2_JSON)
        return fhir_answer(resource, status, FHIR_JSON)
