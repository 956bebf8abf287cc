"""The system prompt of a turn: who reads, which tenant, which phase, and what can be queried. No secrets."""

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
_DATASETS = ("asset_inventory", "issues", "findings", "issue_to_asset")
_FIELDS = 30


class SystemPrompt:
    """Renders `prompts/system.md` for a turn."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def __call__(self, turn: TurnContext) -> str:
        return load("system").render(
            profile=_READERS[turn.profile.value],
            tenant=self._services.tenant,
            today=utcnow().date().isoformat(),
            phase=self._services.settings.phase,
            schema=self._schema(),
        )

    def _schema(self) -> str:
        catalog = self._services.catalog
        lines = []
        for name in _DATASETS:
            dataset = catalog.dataset(name)
            if dataset is None:
                continue
            fields = ", ".join(f"{c.name}:{c.kind}" for c in list(dataset.columns.values())[:_FIELDS])
            lines.append(f"- {name}: {fields}")
        return "\n".join(lines)
