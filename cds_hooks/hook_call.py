"""A hook call, in order: who calls, which service, what was sent, what is missing, chart, assessment, cards.

Everything that does not depend on the call is prepared once, in ``HookCalls``. What is not in the prefetch is fetched
where the EHR has given leave, and told as missing otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from flask import Request, Response

from cds_hooks.authentication import Authentication, Caller
from cds_hooks.cards import CardWriter
from cds_hooks.completing import Completion
from cds_hooks.crd_compat import as_crd_wants
from cds_hooks.dialects import in_dialect
from cds_hooks.occasion import Occasion
from cds_hooks.order_calls import OrderCalls
from cds_hooks.order_codes import NO_ORDER_CODES, order_codes_of
from cds_hooks.order_context import ORDER_HOOKS, OrdersAtHand, read_orders
from cds_hooks.prefetch import Prefetched, read_any_prefetch, read_prefetch
from cds_hooks.refusals import DataMissing, NotUnderstood, Refusal
from cds_hooks.request import HookRequest, read_request
from cds_hooks.response import HookResponse, as_json
from cds_hooks.services import Service, service_of
from cds_hooks.showing import RecordedShowing, Restraint
from cds_hooks.witness import has_answered, has_assessed, has_looked, has_missed_data, witness
from clinical import CannotRead, Chart, Knowledge, assess, needs, read_chart
from hosting import Ehr, EhrRegistry, Settings, database_of, log

MEDIA_TYPE = "application/json"


class HookCalls:
    """Answers hook calls of every service. ``today`` is asked at each call: the service runs over midnight."""

    def __init__(
        self, settings: Settings, registry: EhrRegistry, authentication: Authentication, knowledge: Knowledge,
        today: Callable[[], date],
    ) -> None:  # fmt: skip
        self._authentication = authentication
        self._completion = Completion(settings)
        self._knowledge = knowledge
        self._needs = needs(knowledge, with_open_orders=True)
        self._writer = CardWriter(knowledge, settings.public_url, settings.app_url)
        self._codes = order_codes_of(registry)
        self._restraint = Restraint(settings, lambda: database_of(settings))
        self._orders = OrderCalls(settings, knowledge, lambda: database_of(settings), today)
        self._today = today

    def answer(self, service_id: str, call: Request) -> Response:
        """The answer to one POST, be it cards or the reason why there are none."""
        try:
            caller = self._authentication.caller(call)
            service = service_of(service_id)
            data = call.get_data(cache=False)
            request = read_request(data, call.mimetype)
            _expect_hook(request, service)
            occasion = _occasion(service, caller, request)
            witness(occasion)
            if occasion.is_silenced:
                return _no_cards(request, occasion.ehr, "hook call silenced")
            orders = read_orders(data, service.hook, request.patient_id) if service.hook in ORDER_HOOKS else None
            if orders is not None and not self._orders.matter(orders):
                return _no_cards(request, occasion.ehr, "orders of no concern")
            showing = self._restraint.showing(occasion)
            response = self._cards(caller, request, orders, occasion, showing)
        except DataMissing as missing:
            return _without_data(missing, request, caller.ehr(request.fhir_server))
        except Refusal as refused:
            return refused.answer()
        except RecursionError:  # what the decoder still followed, and whoever reads it later does not
            return NotUnderstood("What was sent is nested too deeply to be read.").answer()
        self._restraint.keep(showing)
        return _answer(response, request, occasion.ehr)

    def _cards(
        self, caller: Caller, request: HookRequest, orders: OrdersAtHand | None, occasion: Occasion,
        showing: RecordedShowing,
    ) -> HookResponse:  # fmt: skip
        has_looked()
        completed = self._completion.complete(request, caller.ehr_at(request.fhir_server), self._needs)
        read = read_prefetch if orders is None else read_any_prefetch
        prefetched = read(completed.prefetch, self._needs, request.patient_id, completed.failed)
        chart = self._chart(caller, request, prefetched)
        codes = self._codes.get(occasion.ehr_name, NO_ORDER_CODES)
        if orders is not None:
            response = self._orders.answer(orders, chart, prefetched, occasion, showing, codes)
            data_quality = len(chart.data_quality)
        else:
            assessment = assess(chart, self._knowledge, self._today())
            has_assessed(assessment)
            response = self._writer.write(assessment, prefetched.gaps, showing, codes)
            data_quality = len(assessment.data_quality)
        has_answered(response)
        self._log(request, prefetched, data_quality, response)
        return response

    def _chart(self, caller: Caller, request: HookRequest, prefetched: Prefetched) -> Chart:
        try:
            return read_chart(
                prefetched.resources,
                patient_id=request.patient_id,
                answered=prefetched.answered,
                local_codes=_local_codes(caller, request),
                refuse_other_patients=False,
            )
        except CannotRead as error:
            sentence = str(error)
            raise DataMissing(f"{sentence[:1].upper()}{sentence[1:]}.") from None

    def _log(self, request: HookRequest, prefetched: Prefetched, data_quality: int, response: HookResponse) -> None:
        log.info(
            "hook call",
            hook=request.hook,
            hook_instance=request.hook_instance,
            cards=len(response.cards),
            resources=len(prefetched.resources),
            data_quality=data_quality,
            missing_keys=len(prefetched.gaps),
            knowledge_version=self._knowledge.version,
        )


def _occasion(service: Service, caller: Caller, request: HookRequest) -> Occasion:
    ehr = caller.ehr(request.fhir_server)
    return Occasion(service.id, ehr, request.fhir_server, request.user_id, request.patient_id)


def _answer(response: HookResponse, request: HookRequest, ehr: Ehr | None) -> Response:
    """As this EHR takes it."""
    said = as_crd_wants(in_dialect(response, ehr), request.hook, ehr)
    return Response(as_json(said), content_type=MEDIA_TYPE)


def _no_cards(request: HookRequest, ehr: Ehr | None, why: str) -> Response:
    """The EHR's kill switch, or orders of which nothing is ever said: no chart is read, nothing assessed."""
    log.info(why, hook=request.hook, hook_instance=request.hook_instance)
    return _answer(HookResponse(cards=()), request, ehr)


def _without_data(missing: DataMissing, request: HookRequest, ehr: Ehr | None) -> Response:
    """Some EHRs show a 412 to the clinician as an error of theirs: the registry can have it answered with no card."""
    has_missed_data()
    if ehr is None or ehr.missing_data_answer == "412":
        return missing.answer()
    log.warning("data missing", ehr=ehr.name)
    return _answer(HookResponse(cards=()), request, ehr)


def _local_codes(caller: Caller, request: HookRequest) -> Mapping[str, str]:
    """What the laboratory of the caller's EHR calls our analytes."""
    ehr = caller.ehr(request.fhir_server)
    return ehr.local_codes if ehr else {}


def _expect_hook(request: HookRequest, service: Service) -> None:
    if request.hook != service.hook:
        raise NotUnderstood(f"hook must be {service.hook} for the service {service.id}.")
