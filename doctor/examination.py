"""What an examination knows from the start, and what it finds out on the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hosting import Ehr, EhrRegistry, Settings, SigningKeys


@dataclass
class Permission:
    """An access token for one patient, as an EHR's token endpoint or the operator gave it. Its repr shows neither."""

    token: str = field(repr=False)
    patient: str | None = field(default=None, repr=False)
    scope: str | None = None
    refresh_token: str | None = field(default=None, repr=False)


@dataclass
class Examination:
    """``ehr`` is the registry's entry, or one made up of nothing but an address. ``launch`` is a launch value of the
    EHR, spent by the trial; ``smart`` and ``capabilities`` are its documents, once read; ``can_read``: whether it
    answered a question with the permission's token; ``has_searched``: whether results were searched."""

    settings: Settings
    registry: EhrRegistry
    keys: SigningKeys
    ehr: Ehr
    is_registered: bool
    launch: str | None = field(default=None, repr=False)
    permission: Permission | None = None
    smart: dict[str, Any] | None = None
    capabilities: dict[str, Any] | None = None
    can_read: bool = False
    has_searched: bool = False

    @property
    def base(self) -> str:
        """The FHIR base without a trailing slash."""
        return self.ehr.fhir_base.rstrip("/")

    def endpoint(self, name: str) -> str | None:
        """An address of the SMART configuration."""
        value = (self.smart or {}).get(name)
        return value if isinstance(value, str) and value else None
