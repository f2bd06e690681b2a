"""The EHRs this service knows, read from the TOML file that RLS_EHR_REGISTRY names.

An EHR that is not in here is never contacted, and a caller that is not in here is not answered
(unless authentication is off).
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from hosting.addresses import origin, protected_address
from hosting.mistakes import RegistryError, problems

ProtectedAddress = Annotated[str, AfterValidator(protected_address)]
# What a caller may sign with: never "none", and nothing symmetric (CDS Hooks section JWT Signing Algorithm).
TokenAlgorithm = Literal["ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512"]
ProtectedOrigin = Annotated[str, AfterValidator(protected_address), AfterValidator(origin)]


class RegistryWords(BaseModel):
    """A misspelt word is refused rather than ignored: it would be a safeguard that someone believes to be on."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, hide_input_in_errors=True)


class CdsClient(RegistryWords):
    """One caller of the CDS service: its JWT issuer, where its keys are, and which tenants it may speak for.

    ``jku`` is what its tokens may say beside ``jwks_url``; it is compared and never fetched. ``reuse_tokens`` is for
    test kits that send the same token twice.
    """

    iss: str = Field(min_length=1)
    jwks_url: ProtectedAddress | None = None
    jwks_file: Path | None = None
    jku: ProtectedAddress | None = None
    tenants: tuple[str, ...] = ()
    algorithms: tuple[TokenAlgorithm, ...] = Field(default=("ES384", "RS384"), min_length=1)
    reuse_tokens: bool = False

    @field_validator("iss")
    @classmethod
    def _protected_if_web(cls, value: str) -> str:
        """An issuer is a URI. Where it is a web address it becomes a CORS origin too, hence no plain http."""
        return protected_address(value) if value.lower().startswith(("http:", "https:")) else value

    @field_validator("jwks_file")
    @classmethod
    def _beside_the_registry(cls, value: Path | None, info: ValidationInfo) -> Path | None:
        folder: Path | None = (info.context or {}).get("folder")
        return folder / value if value is not None and folder is not None else value

    @model_validator(mode="after")
    def _one_place_of_keys(self) -> Self:
        if (self.jwks_url is None) == (self.jwks_file is None):
            raise ValueError("a cds_client needs either jwks_url or jwks_file")
        return self


class Ehr(RegistryWords):
    """One EHR connection. ``fhir_base`` is kept as written; it is the ``iss`` of a SMART launch."""

    name: str = Field(min_length=1)
    fhir_base: ProtectedAddress
    client_id: str | None = None
    client_authentication: Literal["private_key_jwt", "client_secret_basic", "none"] = "none"
    client_secret_env: str | None = None
    signing_algorithm: Literal["ES384", "RS384"] = "ES384"
    scope_syntax: Literal["auto", "v2", "v1"] = "auto"
    frame_ancestors: tuple[ProtectedOrigin, ...] = ()
    card_dialect: Literal["standard", "epic", "oracle"] = "standard"
    critical_pop_ups: bool = False
    crd_compat: bool = False
    prefetch_style: Literal["codes", "category"] = "codes"
    missing_data_answer: Literal["412", "no-card"] = "412"
    cookieless: bool = False
    shadow_services: tuple[str, ...] = ()
    topics_off: tuple[str, ...] = ()
    kill_switch: bool = False
    cds_clients: tuple[CdsClient, ...] = Field(default=(), alias="cds_client")
    local_codes: dict[str, str] = Field(default_factory=dict)
    order_codes: dict[str, str] = Field(default_factory=dict)

    @field_validator("order_codes")
    @classmethod
    def _whole_codings(cls, value: dict[str, str]) -> dict[str, str]:
        for key, coding in value.items():
            if not all(part.strip() for part in (*coding.split("|", 2), "", "")[:3]):
                raise ValueError(f"what '{key}' is ordered by must be written \"system|code|display\"")
        return value

    @field_validator("local_codes")
    @classmethod
    def _system_and_code(cls, value: dict[str, str]) -> dict[str, str]:
        for key in value:
            _system, bar, code = key.rpartition("|")
            if not (bar and code):
                raise ValueError(f"'{key}' must be written \"system|code\"")
        return value

    @model_validator(mode="after")
    def _pop_ups_where_there_are_any(self) -> Self:
        if self.critical_pop_ups and self.card_dialect != "oracle":
            raise ValueError('critical_pop_ups is for card_dialect "oracle": elsewhere a critical card is sent as such')
        return self

    @model_validator(mode="after")
    def _secret_where_needed(self) -> Self:
        if self.client_authentication == "client_secret_basic" and not self.client_secret_env:
            raise ValueError('client_authentication "client_secret_basic" needs client_secret_env')
        return self

    def is_at(self, address: str) -> bool:
        """Whether this is its FHIR base, with or without a trailing slash."""
        return _comparable(self.fhir_base) == _comparable(address)


class EhrRegistry(RegistryWords):
    """All known EHRs; names and FHIR bases are unique."""

    ehrs: tuple[Ehr, ...] = Field(default=(), alias="ehr")

    @model_validator(mode="after")
    def _unique(self) -> Self:
        for word, values in (
            ("name", [ehr.name for ehr in self.ehrs]),
            ("fhir_base", [_comparable(ehr.fhir_base) for ehr in self.ehrs]),
        ):
            twice = sorted({value for value in values if values.count(value) > 1})
            if twice:
                raise ValueError(f"{word} '{twice[0]}' stands in two entries")
        return self

    def by_fhir_base(self, address: str) -> Ehr | None:
        """The entry of a FHIR base, with or without a trailing slash; None if it is not registered."""
        return next((ehr for ehr in self.ehrs if ehr.is_at(address)), None)

    def by_name(self, name: str) -> Ehr | None:
        """The entry of that name; None if it is not registered."""
        return next((ehr for ehr in self.ehrs if ehr.name == name), None)

    def check_local_codes(self, analytes: Collection[str]) -> None:
        """Raises ``RegistryError`` for a code mapped to none of ``analytes``: no chart that holds it could be read."""
        for ehr in self.ehrs:
            for code, analyte in ehr.local_codes.items():
                if analyte not in analytes:
                    what = f"'{code}' is mapped to '{analyte}', which is no analyte; these are: "
                    raise RegistryError(f'EHR "{ehr.name}", local_codes: {what}{", ".join(sorted(analytes))}.')

    def clients_of_issuer(self, iss: str) -> tuple[tuple[Ehr, CdsClient], ...]:
        """Each entry that lists this JWT issuer, exactly as spelt (RFC 7519 section 4.1.1: case-sensitive)."""
        return tuple((ehr, client) for ehr in self.ehrs for client in ehr.cds_clients if client.iss == iss)


def read_registry(path: Path | None) -> EhrRegistry:
    """Reads the registry; without a path it is empty. Raises RegistryError, naming entry, word and reason."""
    if path is None:
        return EhrRegistry()
    data = _read_toml(path)
    try:
        return EhrRegistry.model_validate(data, context={"folder": path.resolve().parent})
    except ValidationError as error:
        found = problems(error)
        raise RegistryError("\n".join(_sentence(data, place, reason) for place, reason in found)) from None


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise RegistryError(f"RLS_EHR_REGISTRY: {path} cannot be read ({error.strerror}).") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RegistryError(f"RLS_EHR_REGISTRY: {path} is not valid TOML ({error}).") from None


def _sentence(data: dict[str, Any], place: tuple[int | str, ...], reason: str) -> str:
    """``EHR "general-hospital", fhir_base: …`` where the entry has a name, its number in the file otherwise."""
    words = list(place)
    subject = "EHR registry"
    if len(words) > 1 and words[0] == "ehr" and isinstance(words[1], int):
        subject = _entry_name(data["ehr"][words[1]], words[1])
        words = words[2:]
    return ", ".join(part for part in (subject, ".".join(map(str, words))) if part) + f": {reason}."


def _entry_name(entry: object, position: int) -> str:
    name = entry.get("name") if isinstance(entry, dict) else None
    return f'EHR "{name}"' if name else f"EHR number {position + 1}"


def _comparable(address: str) -> str:
    return address.removesuffix("/")
