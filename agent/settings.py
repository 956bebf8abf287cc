"""Settings, from the environment (`POSTURE_*`), a `.env` file in the working folder, or the defaults.

`OPENAI_API_KEY` and `OPENAI_BASE_URL` are read under their usual names, because that is how people have them.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

BUILT_IN = "built-in"


class TenantAuth(StrEnum):
    """How the tenant wants to be asked (Cortex API key types, or OAuth 2.0 at a gateway)."""

    STANDARD = "standard"
    ADVANCED = "advanced"
    OAUTH = "oauth"


class Settings(BaseSettings):
    """Everything an operator may set; see `.env.example` for one line on each."""

    model_config = SettingsConfigDict(
        env_prefix="POSTURE_", env_file=".env", extra="ignore", frozen=True, populate_by_name=True
    )

    home: Path | None = None
    database_url: SecretStr | None = None

    tenant_url: str | None = None
    tenant_prefix: str = "/public_api/v1"
    tenant_auth: TenantAuth = TenantAuth.ADVANCED
    tenant_generation: Literal["platform", "classic"] = "platform"
    tenant_key_id: str | None = None
    tenant_key: SecretStr | None = None
    tenant_token_url: str | None = None
    tenant_client_id: str | None = None
    tenant_client_secret: SecretStr | None = None
    tenant_scope: str | None = None
    tenant_ca_file: Path | None = None
    tenant_timeout_s: float = Field(default=30.0, gt=0, le=600)

    servicenow_url: str | None = None
    servicenow_user: str | None = None
    servicenow_password: SecretStr | None = None
    servicenow_token: SecretStr | None = None
    servicenow_classes: str = "cmdb_ci"

    taxii_url: str | None = None
    taxii_user: str | None = None
    taxii_password: SecretStr | None = None
    taxii_token: SecretStr | None = None

    model: str = BUILT_IN
    model_key: SecretStr | None = Field(
        default=None, validation_alias=AliasChoices("POSTURE_MODEL_KEY", "OPENAI_API_KEY")
    )
    model_url: str | None = Field(
        default=None, validation_alias=AliasChoices("POSTURE_MODEL_URL", "OPENAI_BASE_URL")
    )
    model_calls: Literal["auto", "native", "schema"] = "auto"
    model_timeout_s: float = Field(default=60.0, gt=0, le=600)
    model_context_tokens: int = Field(default=32_000, ge=2_000)
    model_query_tokens: int = Field(default=4_500, ge=500, le=100_000)

    phase: Literal["audit", "assist", "automate"] = "assist"
    approval_hours: float = Field(default=24.0, gt=0, le=24 * 30)

    turn_max_calls: int = Field(default=12, ge=1, le=100)
    turn_max_seconds: float = Field(default=120.0, gt=0)

    auth: Literal["password", "header", "oauth"] = "password"
    auth_header: str = "X-Forwarded-User"
    auth_role_header: str = "X-Forwarded-Role"
    oauth_roles_file: Path | None = None
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65_535)
    public_url: str | None = None

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "WARNING"

    @field_validator(
        *("tenant_url", "model_url", "tenant_token_url", "tenant_key_id", "servicenow_url", "taxii_url"),
        mode="before",
    )
    @classmethod
    def _blank_is_unset(cls, value: object) -> object:
        return None if isinstance(value, str) and not value.strip() else value

    @field_validator("model", mode="before")
    @classmethod
    def _blank_model_is_built_in(cls, value: object) -> object:
        return BUILT_IN if isinstance(value, str) and not value.strip() else value

    @model_validator(mode="after")
    def _tenant_is_complete(self) -> Settings:
        if self.tenant_url is None:
            return self
        if self.tenant_auth is TenantAuth.OAUTH:
            missing = [
                name
                for name in ("tenant_token_url", "tenant_client_id", "tenant_client_secret")
                if getattr(self, name) is None
            ]
        else:
            missing = [name for name in ("tenant_key_id", "tenant_key") if getattr(self, name) is None]
        if missing:
            names = ", ".join(f"POSTURE_{name.upper()}" for name in missing)
            raise ValueError(f"POSTURE_TENANT_URL is set, but {names} is not; set it, or unset the URL")
        return self

    @cached_property
    def home_dir(self) -> Path:
        """The data directory; created (mode 0700) by whoever first writes there."""
        if self.home is not None:
            return self.home.expanduser()
        from platformdirs import user_data_path

        return user_data_path("posture-agent", appauthor=False)

    def prepared_home(self) -> Path:
        """The data directory, made if needed, readable by its owner only."""
        home = self.home_dir
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        return home

    @property
    def store_url(self) -> str:
        """Where our own state lives: the configured database, or a SQLite file in the data directory."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite+aiosqlite:///{self.home_dir / 'posture.db'}"

    @property
    def uses_built_in_planner(self) -> bool:
        return self.model == BUILT_IN
