"""Errors of the chart reader, named by what the caller should do.

CannotRead            tell the person the sentence; the input cannot be assessed
├── WrongFhirVersion  ask for FHIR R4
└── TwoPatients       hand in one patient at a time
"""

from __future__ import annotations


class CannotRead(ValueError):
    """The input cannot be assessed; the text is one clear sentence without patient data."""


class WrongFhirVersion(CannotRead):
    """The payload is STU3 or DSTU2."""


class TwoPatients(CannotRead):
    """The input is about more than one patient."""
