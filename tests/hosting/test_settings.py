"""Settings come from the environment alone, are typed, and never show a secret."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from hosting import Settings, SettingsError, read_settings

SECRET = "correct-horse-battery-staple-0123456789"


def test_defaults_are_those_of_the_contract() -> None:
    settings = read_settings()
    assert settings.public_url == "http://127.0.0.1:8000"
    assert settings.smart_app_url is None
    assert settings.ehr_registry is None
    assert settings.database_url == "sqlite:///rls-nutrients.db"
    assert settings.secret_key is None
    assert settings.cds_authentication == "required"
    assert settings.trust_public_sandbox is False
    assert settings.prefetch_only is False
    assert settings.repeat_after_days == 0
    assert settings.cors_origins == ()
    assert settings.hook_deadline_seconds == 4.0
    assert settings.signing_key_file is None
    assert settings.jurisdiction == "international"
    assert (settings.retain_access_days, settings.retain_cards_days, settings.retain_comments_days) == (2190, 730, 365)
    assert settings.trusted_proxies == 0


def test_each_setting_is_read_from_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "RLS_PUBLIC_URL": "https://cds.example.org/rls/",
        "RLS_SMART_APP_URL": "https://app.example.org/",
        "RLS_EHR_REGISTRY": "/etc/rls/ehrs.toml",
        "RLS_DATABASE_URL": "postgresql+psycopg://u:p@db/rls",
        "RLS_SECRET_KEY": SECRET,
        "RLS_CDS_AUTHENTICATION": "off",
        "RLS_TRUST_PUBLIC_SANDBOX": "true",
        "RLS_PREFETCH_ONLY": "true",
        "RLS_REPEAT_AFTER_DAYS": "30",
        "RLS_CORS_ORIGINS": "https://a.example.org, https://B.example.org:8443/",
        "RLS_HOOK_DEADLINE_SECONDS": "2.5",
        "RLS_SIGNING_KEY_FILE": "key.pem",
        "RLS_JURISDICTION": "uk",
        "RLS_RETAIN_ACCESS_DAYS": "3650",
        "RLS_RETAIN_CARDS_DAYS": "90",
        "RLS_RETAIN_COMMENTS_DAYS": "30",
        "RLS_TRUSTED_PROXIES": "2",
    }.items():
        monkeypatch.setenv(name, value)
    settings = read_settings()
    assert settings.public_url == "https://cds.example.org/rls"
    assert settings.smart_app_url == settings.app_url == "https://app.example.org"
    assert settings.ehr_registry == Path("/etc/rls/ehrs.toml")
    assert settings.database_url == "postgresql+psycopg://u:p@db/rls"
    assert settings.secret_key is not None and settings.secret_key.get_secret_value() == SECRET
    assert settings.cds_authentication == "off"
    assert settings.trust_public_sandbox is True
    assert settings.prefetch_only is True
    assert settings.repeat_after_days == 30
    assert settings.cors_origins == ("https://a.example.org", "https://b.example.org:8443")
    assert settings.hook_deadline_seconds == 2.5
    assert settings.signing_key_file == Path("key.pem")
    assert settings.jurisdiction == "uk"
    assert (settings.retain_access_days, settings.retain_cards_days, settings.retain_comments_days) == (3650, 90, 30)
    assert settings.trusted_proxies == 2


def test_an_empty_variable_is_an_unset_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RLS_SECRET_KEY", "")
    monkeypatch.setenv("RLS_CORS_ORIGINS", "")
    assert read_settings().secret_key is None
    assert read_settings().cors_origins == ()


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("RLS_PUBLIC_URL", "cds.example.org"),
        ("RLS_PUBLIC_URL", "https://user:password@cds.example.org"),
        ("RLS_PUBLIC_URL", "https://cds.example.org/?a=b"),
        ("RLS_SMART_APP_URL", "app.example.org"),
        ("RLS_SECRET_KEY", "too short"),
        ("RLS_CDS_AUTHENTICATION", "no"),
        ("RLS_CDS_AUTHENTICATION", "OFF "),
        ("RLS_PREFETCH_ONLY", "perhaps"),
        ("RLS_REPEAT_AFTER_DAYS", "-1"),
        ("RLS_REPEAT_AFTER_DAYS", "a week"),
        ("RLS_CORS_ORIGINS", "*"),
        ("RLS_CORS_ORIGINS", "https://*.example.org"),
        ("RLS_CORS_ORIGINS", "https://a.example.org/path"),
        ("RLS_HOOK_DEADLINE_SECONDS", "0"),
        ("RLS_HOOK_DEADLINE_SECONDS", "nan"),
        ("RLS_HOOK_DEADLINE_SECONDS", "inf"),
        ("RLS_JURISDICTION", "mars"),
        ("RLS_RETAIN_ACCESS_DAYS", "0"),
        ("RLS_RETAIN_CARDS_DAYS", "forever"),
        ("RLS_TRUSTED_PROXIES", "-1"),
        ("RLS_TRUSTED_PROXIES", "10.0.0.0/8"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError, match=f"^{variable}: .+\\.$"):
        read_settings()


def test_all_mistakes_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RLS_JURISDICTION", "mars")
    monkeypatch.setenv("RLS_SECRET_KEY", "short")
    with pytest.raises(SettingsError) as refused:
        read_settings()
    assert len(str(refused.value).splitlines()) == 2


def test_secrets_are_in_no_repr_and_in_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(secret_key=SECRET, database_url="postgresql+psycopg://rls:hunter2@db/rls")
    for text in (repr(settings), str(settings)):
        assert SECRET not in text
        assert "hunter2" not in text
    monkeypatch.setenv("RLS_SECRET_KEY", "hunter2")
    with pytest.raises(SettingsError) as refused:
        read_settings()
    assert "hunter2" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_no_file_of_the_working_directory_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("RLS_CDS_AUTHENTICATION=off\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    assert read_settings().cds_authentication == "required"


def test_settings_do_not_change_while_the_service_runs() -> None:
    with pytest.raises(ValidationError):
        Settings().prefetch_only = True  # type: ignore[misc]
