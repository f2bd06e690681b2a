"""The order tray: what was drafted and not signed yet, per patient. Signing moves it into the chart.

An accepted suggestion lands here and never in the chart: nothing is ordered without a signature.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from datetime import date
from threading import Lock
from typing import Any

from demo_ehr.charts import Charts, Resource
from demo_ehr.desk.exchanges import new_id


class Tray:
    def __init__(self) -> None:
        self._drafts: dict[str, list[Resource]] = {}
        self._lock = Lock()

    def drafts(self, patient_id: str) -> list[Resource]:
        return list(self._drafts.get(patient_id, ()))

    def put(self, patient_id: str, order: Mapping[str, Any]) -> Resource:
        """A draft for this patient under an id of its own, whatever the order said of either."""
        subject = {"reference": f"Patient/{patient_id}"}
        draft = {**deepcopy(dict(order)), "id": new_id(), "status": "draft", "subject": subject}
        with self._lock:
            self._drafts.setdefault(patient_id, []).append(draft)
        return draft

    def replace(self, patient_id: str, order: Mapping[str, Any]) -> bool:
        """Whether there was such a draft to replace."""
        with self._lock:
            drafts = self._drafts.get(patient_id, [])
            for place, draft in enumerate(drafts):
                if _reference(draft) == _reference(order):
                    drafts[place] = {**deepcopy(dict(order)), "status": "draft", "subject": draft["subject"]}
                    return True
        return False

    def drop(self, patient_id: str, reference: str) -> None:
        """Takes ``Type/id`` off the tray; an id alone will do."""
        with self._lock:
            kept = [it for it in self._drafts.get(patient_id, []) if reference not in (_reference(it), it["id"])]
            self._drafts[patient_id] = kept

    def act(self, patient_id: str, action: Mapping[str, Any]) -> None:
        """Carries out one action of a suggestion: CDS Hooks 2.0.1 section Action."""
        resource = action.get("resource")
        if action.get("type") == "delete":
            self.drop(patient_id, str(action.get("resourceId") or resource))
        elif isinstance(resource, dict) and not (action.get("type") == "update" and self.replace(patient_id, resource)):
            self.put(patient_id, resource)

    def sign(self, patient_id: str, charts: Charts, today: date) -> int:
        """Moves all drafts into the chart as active orders; how many they were."""
        with self._lock:
            drafts = self._drafts.pop(patient_id, [])
        for draft in drafts:
            charts.add({**draft, "status": "active", "intent": "order", "authoredOn": today.isoformat()})
        return len(drafts)

    def clear(self) -> None:
        with self._lock:
            self._drafts.clear()


def _reference(resource: Mapping[str, Any]) -> str:
    return f"{resource.get('resourceType')}/{resource.get('id')}"
