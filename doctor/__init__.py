"""The doctor: examines a connection to an EHR, or the registry that lists them, and says what to mend.

``doctor`` and ``registry`` are found by the entry point group ``rls_nutrients.commands``.
"""

from __future__ import annotations

from doctor.doctor_command import doctor
from doctor.registry_command import registry

__all__ = ["doctor", "registry"]
