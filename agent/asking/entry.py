"""Open the model that questions are asked of, and ask it, with the built-in planner behind it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from httpx import AsyncClient

from agent.asking.ask import ask_model
from agent.asking.endpoint import Endpoint
from agent.asking.errors import ModelUnavailableError
from agent.models import open_model
from agent.settings import BUILT_IN, Settings

if TYPE_CHECKING:
    from agent.runtime import Services

Otherwise = Callable[[], Awaitable[dict[str, Any]]]


def open_endpoint(settings: Settings, name: str | None = None) -> Endpoint | None:
    """The endpoint of a model, by default the configured one; None where that is the built-in planner."""
    wanted = (name or settings.model).strip()
    if wanted == BUILT_IN:
        return None
    key = settings.model_key.get_secret_value() if settings.model_key else None
    connections = AsyncClient(timeout=settings.model_timeout_s, follow_redirects=True)
    return Endpoint(
        open_model(
            wanted,
            key=key,
            url=settings.model_url,
            timeout_s=settings.model_timeout_s,
            connections=connections,
        ),
        wanted,
        calls=settings.model_calls,
        timeout_s=settings.model_timeout_s,
        window=settings.model_context_tokens,
        strict_first=_enforces_strict(settings.model_url),
        close=connections.aclose,
    )


def _enforces_strict(url: str | None) -> bool:
    """Whether the address is of a service that is known to hold models to a strict schema."""
    host = urlsplit(url).hostname if url else "api.openai.com"
    return (host or "").endswith((".openai.com", ".azure.com"))


async def ask_or(
    question: str,
    services: Services,
    model: Endpoint,
    previous: Mapping[str, Any] | None,
    otherwise: Otherwise,
) -> dict[str, Any]:
    """The outcome of a question as JSON values; where the endpoint is away, that of `otherwise` with a `notice`."""
    try:
        return (await ask_model(question, services, model, previous)).as_json()
    except ModelUnavailableError as error:
        body = await otherwise()
        return {**body, "answered_by": BUILT_IN, "notice": f"{error} The built-in planner answered instead."}
