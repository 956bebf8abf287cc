"""Tools, models and lookups of a conversation, made from the services."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from agent.models import ChatModels, open_model
from agent.planner.asking import estate_of
from agent.planner.model import BuiltInPlanner
from agent.state import ProposalRef
from agent.toolbox import Toolbox
from tools.writeback.model import Quote, State
from tools.writeback.tool import Subject

if TYPE_CHECKING:
    from agent.conversation import Waiting
    from agent.desk import WritebackDesk
    from agent.runtime import Services


def build_toolbox(services: Services, desk: WritebackDesk) -> Toolbox:
    """Every tool that a model sees."""
    from agent.reading_more import read_more_tool
    from tools.compliance.tool import build_tools as compliance_tools
    from tools.findings.tool import build_tools as findings_tools
    from tools.priority.tool import build_tools as priority_tools
    from tools.remediation.tool import build_tools as remediation_tools
    from tools.writeback.tool import build_tools as writeback_tools
    from tools.xql.tool import build_tools as xql_tools

    return Toolbox(
        [
            *xql_tools(services.xql),
            *priority_tools(services.findings, services.priority, services.client),
            *findings_tools(services.findings, services.client),
            *compliance_tools(lambda: services.compliance),
            *remediation_tools(lambda: services.remediation),
            *writeback_tools(desk.service, Subjects(services)),
            read_more_tool(),
        ]
    )


def build_models(services: Services, toolbox: Toolbox) -> ChatModels:
    """The configured model with the built-in planner behind it."""
    settings = services.settings
    planner = BuiltInPlanner(estate=estate_of(services))
    model = None
    if not settings.uses_built_in_planner:
        key = settings.model_key.get_secret_value() if settings.model_key else None
        model = open_model(
            settings.model, key=key, url=settings.model_url, timeout_s=settings.model_timeout_s
        )
    return ChatModels(
        planner,
        toolbox.tools,
        model=model,
        name=settings.model,
        calls=settings.model_calls,
        timeout_s=settings.model_timeout_s,
        window=settings.model_context_tokens,
    )


def waiting_of(desk: WritebackDesk) -> Waiting:
    """The undecided proposals of a thread."""

    async def waiting(thread_id: str) -> Sequence[ProposalRef]:
        if desk.unused:
            return []
        writeback = await desk.service()
        page = await writeback.list(states=(State.PENDING,), thread_id=thread_id)
        return [ProposalRef(id=p.id, hash=p.payload_hash) for p in reversed(page.proposals)]

    return waiting


class Subjects:
    """Looks a finding up for a proposal: where to write, the reasons in code's words, and texts of others."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def __call__(self, finding_id: str) -> Subject:
        finding, score = await self._services.priority.explained(finding_id)
        tags = [
            Quote(source=f"tag {key}"[:200], text=value[:500]) for key, value in finding.tags.items() if value
        ]
        headline = score.headline
        return Subject(
            finding_id=finding.id,
            issue_id=finding.issue_id,
            title=finding.title,
            because=(
                f"Action Priority Score {score.score:.0f} of 100 ({score.low:.0f} to {score.high:.0f}), "
                f"weights {score.weights_version}",
                *((headline,) if headline else ()),
            ),
            quotes=(Quote(source="title", text=finding.title[:2_000]), *tags[:20]),
            reasons=f"Action Priority Score: {score.rationale}",
        )
