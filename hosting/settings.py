"""Every setting of the service, read once from RLS_… variables of the environment.

docs/settings.md explains each of them to an operator; a test holds the two together.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from hosting.addresses import origin, web_address
from hosting.mistakes import SettingsError, problems

SECRET_KEY_LENGTH = 32


class Settings(BaseSettings):
    """What an operator may set. Immutable; neither the secret key nor the database address appears in its repr."""

    model_config = SettingsConfigDict(
        env_prefix="RLS_", env_ignore_empty=True, extra="forbid", frozen=True, hide_input_in_errors=True
    )

    public_url: str = "http://127.0.0.1:8000"
    smart_app_url: str | None = None
    ehr_registry: Path | None = None
    database_url: str = Field(default="sqlite:///rls-nutrients.db", repr=False)
    secret_key: SecretStr | None = Field(default=None, repr=False)
    cds_authentication: Literal["required", "off"] = "required"
    trust_public_sandbox: bool = False
    prefetch_only: bool = False
    repeat_after_days: int = Field(default=0, ge=0)
    cors_origins: Annotated[tuple[str, ...], NoDecode] = ()
    hook_deadline_seconds: float = Field(default=4.0, gt=0, le=60, allow_inf_nan=False)
    signing_key_file: Path | None = None
    # Days. Six years is how long documentation is kept under 45 CFR 164.316(b)(2)(i); a site may need less, or more.
    retain_access_days: int = Field(default=2190, ge=1)
    retain_cards_days: int = Field(default=730, ge=1)
    retain_comments_days: int = Field(default=365, ge=1)
    trusted_proxies: int = Field(default=0, ge=0, le=10)
    jurisdiction: Literal["international", "us", "uk"] = "international"

    @field_validator("public_url", "smart_app_url")
    @classmethod
    def _without_slash(cls, value: str | None) -> str | None:
        return web_address(value).rstrip("/") if value is not None else None

    @property
    def app_url(self) -> str:
        """Where the smart links of cards lead: to this service, unless the app runs elsewhere."""
        return self.smart_app_url or self.public_url

    @field_validator("secret_key")
    @classmethod
    def _long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < SECRET_KEY_LENGTH:
            raise ValueError(f"must have {SECRET_KEY_LENGTH} characters or more")
        return value

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _split_origins(cls, value: object) -> object:
        return [part for part in re.split(r"[,\s]+", value) if part] if isinstance(value, str) else value

    @field_validator("cors_origins")
    @classmethod
    def _plain_origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(origin(part) for part in value)


def read_settings() -> Settings:
    """Reads the environment. Raises SettingsError, naming each variable that cannot be used and why."""
    try:
        return Settings()
    except ValidationError as error:
        raise SettingsError("\n".join(_sentence(place, reason) for place, reason in problems(error))) from None


def _sentence(place: tuple[int | str, ...], reason: str) -> str:
    variable = f"RLS_{place[0]}".upper() if place else "The settings"
    return f"{variable}: {reason}."
