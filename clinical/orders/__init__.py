"""Orders to consider, as FHIR R4 resources drafted from the knowledge. Nothing here is ever signed or sent."""

from clinical.orders.codings import codings_of_orders, systems_and_codes
from clinical.orders.medication_requests import draft_medication_request
from clinical.orders.service_requests import draft_service_requests
from clinical.orders.validating import check_orders

__all__ = [
    "check_orders",
    "codings_of_orders",
    "draft_medication_request",
    "draft_service_requests",
    "systems_and_codes",
]
