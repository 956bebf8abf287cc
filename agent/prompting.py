"""The system prompt of a turn: who reads, which tenant, which phase, and what helps with the question. No secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.state import TurnContext
from prompts import load
from tools.results import utcnow

if TYPE_CHECKING:
    from agent.runtime import Services

_READERS = {
    "engineer": "an engineer who wants the resources, the query and the fix",
    "auditor": "an auditor who wants requirements, evidence and what was not assessed",
    "analyst": "an analyst who wants what to do first, why, and the write-back",
}
_SHARE = 5  # of the window: the help takes at most this part


class SystemPrompt:
    """Renders `prompts/system.md` for a turn and its question."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def __call__(self, turn: TurnContext, question: str) -> str:
        # only a question to a model needs this
        from agent.asking.prompt import help_for

        settings = self._services.settings
        budget = min(settings.model_query_tokens, turn.limits.context_tokens // _SHARE)
        given = await help_for(question, self._services, budget)
        return load("system").render(
            profile=_READERS[turn.profile.value],
            tenant=self._services.tenant,
            today=utcnow().date().isoformat(),
            phase=settings.phase,
            schema=given.schema,
            estate=given.estate,
            examples=given.examples,
        )
