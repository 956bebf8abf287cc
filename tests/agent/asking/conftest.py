"""The reading services over the small estate, and a model at a scripted endpoint."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from agent.asking import Endpoint, open_endpoint
from agent.runtime import Services, open_services
from tests.agent.conftest import settings_for
from tests.agent.openai_server import ScriptedEndpoint, Step, calls, scripted_endpoint, text

Opened = Callable[..., tuple[Endpoint, ScriptedEndpoint]]

PUBLIC: dict[str, Any] = {
    "dataset": "issues",
    "where": {"field": "xdm.issue.detection.rule_id", "op": "eq", "value": "s3_bucket_public_access"},
    "fields": ["xdm.issue.id", "xdm.issue.description"],
}
RIGHT: dict[str, Any] = {"outcome": "answer", "reading": "issues of public buckets", "plan": PUBLIC}


@pytest.fixture
async def services(estate: Path) -> AsyncIterator[Services]:
    async with open_services(settings_for(estate)) as opened:
        yield opened


@pytest.fixture
async def scripted() -> AsyncIterator[Opened]:
    """Open a model over a script: `scripted(step, ..., model_calls="auto")`."""
    async with AsyncExitStack() as stack:

        def open_(*steps: Step, **changes: Any) -> tuple[Endpoint, ScriptedEndpoint]:
            server = stack.enter_context(scripted_endpoint(*steps))
            chosen = settings_for(
                Path("unused"),
                model="scripted",
                model_key="sk-not-secret",
                model_url=server.url,
                model_timeout_s=20,
                **changes,
            )
            endpoint = open_endpoint(chosen)
            assert endpoint is not None
            stack.push_async_exit(endpoint)
            return endpoint, server

        yield open_


def as_call(answer: dict[str, Any]) -> Step:
    return calls(("answer_question", answer))


def as_json(answer: dict[str, Any]) -> Step:
    return text(json.dumps(answer))


def as_fence(answer: dict[str, Any]) -> Step:
    return text(f"Here is the plan.\n```json\n{json.dumps(answer, indent=1)}\n```\nGood luck.")
