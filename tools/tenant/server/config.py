"""How the local tenant presents itself: key, spelling, limits."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

Spelling = Literal["live", "documented"]


class TenantConfig(BaseModel):
    """Settings of one local tenant. Times in seconds, sizes in bytes.

    `spelling` chooses between the keys that tenants really send and those of the vendor's OpenAPI files.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    key_id: str = Field(min_length=1)
    key: SecretStr = Field(min_length=1)
    key_type: Literal["standard", "advanced"] = "advanced"
    spelling: Spelling = "live"
    user: str = "local"
    clock_window_s: float = Field(default=60, gt=0)
    max_body_bytes: int = Field(default=32 * 1024 * 1024, ge=1024)
    max_upload_bytes: int = Field(default=8 * 1024 * 1024 * 1024, ge=1024)
    xql_parallel: int = Field(default=4, ge=1)
    xql_daily_quota: float = Field(default=100_000, ge=0)
    xql_timeout_s: float = Field(default=120, gt=0)
    xql_max_rows: int = Field(default=100_000, ge=1)
