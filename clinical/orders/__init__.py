"""Orders to consider, as FHIR R4 resources drafted from the knowledge. Nothing here is ever signed or sent."""

from clinical.orders.medication_requests import draft_medication_request
from clinical.orders.service_requests import draft_service_requests
from clinical.orders.validating import check_orders

__all__ = ["check_orders", "draft_medication_request", "draft_service_requests"]
