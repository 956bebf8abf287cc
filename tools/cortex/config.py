"""Where the tenant is and how we identify ourselves to it.

Source: vendor's API guide (standard and advanced keys), official Go SDK (header computation).
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class StandardKey(_Settings):
    """A standard API key: sent as it is in `Authorization`."""

    kind: Literal["standard"] = "standard"
    key_id: str = Field(min_length=1, max_length=100)
    key: SecretStr = Field(min_length=1)

    @field_validator("key_id", mode="before")
    @classmethod
    def _id_as_text(cls, value: object) -> object:
        return str(value) if isinstance(value, int) else value


class AdvancedKey(StandardKey):
    """An advanced API key: SHA-256 over key, nonce and millisecond time stamp is sent instead of the key."""

    kind: Literal["advanced"] = "advanced"  # type: ignore[assignment]


class ClientCredentials(_Settings):
    """OAuth 2.0 client credentials, for deployments where a gateway stands before the tenant."""

    kind: Literal["client_credentials"] = "client_credentials"
    token_url: str = Field(pattern=r"^https?://")
    client_id: str = Field(min_length=1)
    client_secret: SecretStr = Field(min_length=1)
    scope: str | None = None
    audience: str | None = None
    send: Literal["header", "body"] = "header"


Credentials = Annotated[StandardKey | AdvancedKey | ClientCredentials, Field(discriminator="kind")]


class RetryPolicy(_Settings):
    """How often and how patiently a call that may be repeated is repeated. Times in seconds."""

    attempts: int = Field(default=4, ge=1, le=10)
    attempts_on_500: int = Field(default=2, ge=1, le=10)
    wait_initial_s: float = Field(default=0.5, ge=0)
    wait_max_s: float = Field(default=20, ge=0)
    wait_jitter_s: float = Field(default=0.5, ge=0)
    total_s: float = Field(default=90, gt=0)


class CortexConfig(_Settings):
    """Everything a client needs to know about one tenant.

    `base_url` is the API host (`https://api-<tenant>...`). `prefix` is the path before every endpoint.
    `timeout_s` bounds the silence of the tenant, and twice as long a whole answer. `verify` is true, false, or the
    path of a CA bundle. `max_answer_bytes` bounds one decoded answer, `max_stream_bytes` one result stream.
    `gzip_streams` asks for compressed result streams: worth it over a network, a cost on one machine.
    `generation` "classic" is for tenants that have alerts and incidents only. `extra_headers` go with every
    request, for gateways that ask for one more key.
    """

    base_url: str = Field(pattern=r"^https?://[^\s/?#]+")
    prefix: str = "/public_api/v1"
    auth: Credentials
    timeout_s: float = Field(default=30, gt=0)
    connect_timeout_s: float = Field(default=10, gt=0)
    verify: bool | str = True
    max_xql_jobs: int = Field(default=4, ge=1, le=4)
    max_answer_bytes: int = Field(default=64 * 1024 * 1024, ge=1024)
    max_stream_bytes: int = Field(default=512 * 1024 * 1024, ge=1024)
    gzip_streams: bool = True
    generation: Literal["platform", "classic"] = "platform"
    retry: RetryPolicy = RetryPolicy()
    extra_headers: dict[str, SecretStr] = Field(default_factory=dict)

    @field_validator("base_url")
    @classmethod
    def _no_end_slash(cls, value: str) -> str:
        return value.rstrip("/")

    @field_validator("prefix")
    @classmethod
    def _prefix_shape(cls, value: str) -> str:
        return "/" + value.strip("/") if value.strip("/") else ""
