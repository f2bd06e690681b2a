"""A hook call, in order: who calls, which service, what was sent, the chart, the assessment, the cards.

Everything that does not depend on the call is prepared once, in ``HookCalls``. Nothing is fetched: what is not in the
prefetch is told as missing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from flask import Request, Response

from cds_hooks.authentication import authenticate
from cds_hooks.cards import CardWriter
from cds_hooks.prefetch import Prefetched, read_prefetch
from cds_hooks.refusals import DataMissing, NotUnderstood, Refusal, UnknownService
from cds_hooks.request import HookRequest, read_request
from cds_hooks.response import HookResponse, as_json
from cds_hooks.services import SERVICE_BY_ID, Service
from clinical import Assessment, CannotRead, Chart, Knowledge, assess, needs, read_chart
from hosting import EhrRegistry, Settings, log

MEDIA_TYPE = "application/json"


class HookCalls:
    """Answers hook calls of every service. ``today`` is asked at each call: the service runs over midnight."""

    def __init__(
        self, settings: Settings, registry: EhrRegistry, knowledge: Knowledge, today: Callable[[], date]
    ) -> None:
        self._settings = settings
        self._registry = registry
        self._knowledge = knowledge
        self._needs = needs(knowledge)
        self._writer = CardWriter(knowledge, settings.public_url)
        self._today = today

    def answer(self, service_id: str, call: Request) -> Response:
        """The answer to one POST, be it cards or the reason why there are none."""
        try:
            authenticate(self._settings)
            service = _service(service_id)
            request = read_request(call.get_data(cache=False), call.mimetype)
            _expect_hook(request, service)
            prefetched = read_prefetch(request.prefetch, self._needs, request.patient_id)
            chart = self._chart(request, prefetched)
            assessment = assess(chart, self._knowledge, self._today())
            response = self._writer.write(assessment, prefetched.gaps)
        except Refusal as refused:
            return refused.answer()
        self._log(request, prefetched, assessment, response)
        return Response(as_json(response), content_type=MEDIA_TYPE)

    def _chart(self, request: HookRequest, prefetched: Prefetched) -> Chart:
        try:
            return read_chart(
                prefetched.resources,
                patient_id=request.patient_id,
                answered=prefetched.answered,
                local_codes=self._local_codes(request),
                refuse_other_patients=False,
            )
        except CannotRead as error:
            sentence = str(error)
            raise DataMissing(f"{sentence[:1].upper()}{sentence[1:]}.") from None

    def _local_codes(self, request: HookRequest) -> Mapping[str, str]:
        """``fhirServer`` names the EHR whose laboratory codes to read by; it is not contacted."""
        ehr = self._registry.by_fhir_base(request.fhir_server) if request.fhir_server else None
        return ehr.local_codes if ehr else {}

    def _log(
        self, request: HookRequest, prefetched: Prefetched, assessment: Assessment, response: HookResponse
    ) -> None:
        log.info(
            "hook call",
            hook=request.hook,
            hook_instance=request.hook_instance,
            cards=len(response.cards),
            resources=len(prefetched.resources),
            data_quality=len(assessment.data_quality),
            missing_keys=len(prefetched.gaps),
            knowledge_version=self._knowledge.version,
        )


def _service(service_id: str) -> Service:
    if service_id not in SERVICE_BY_ID:
        raise UnknownService("There is no CDS service of this id; GET /cds-services lists them.")
    return SERVICE_BY_ID[service_id]


def _expect_hook(request: HookRequest, service: Service) -> None:
    if request.hook != service.hook:
        raise NotUnderstood(f"hook must be {service.hook} for the service {service.id}.")
