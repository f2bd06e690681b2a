"""Why a clinician sets a card aside, as the EHR may offer it for choice and send it back with its feedback.

Source: CodeSystem non-adherence-reason-codes (AHRQ CDSiC 25-0073), named by CDS Hooks section Override reasons. The
codes are those of the code system, and stay the same from call to call so that they can be counted; the words are ours.
"""

from __future__ import annotations

from cds_hooks.response import Coding

SYSTEM = "http://terminology.hl7.org/CodeSystem/non-adherence-reason-codes"
_WORDS = {
    "action-completed": "This has already been done",
    "cds-not-applicable": "This does not apply to this patient",
    "patient-contraindication": "The patient has a contraindication",
    "patient-refuses": "The patient does not want this",
    "recipient-disagrees-evidence": "I judge the evidence differently",
    "wrong-time-workflow": "Not now",
}
OVERRIDE_REASONS = tuple(Coding(system=SYSTEM, code=code, display=words) for code, words in _WORDS.items())
