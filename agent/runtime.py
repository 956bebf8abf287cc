"""Put the parts together: settings in, a running agent out. The only place that knows them all.

Nothing heavy is imported until it is needed: a shell question pays for neither the chat page, nor the index, nor
a model's client library.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from agent.desk import WritebackDesk
from agent.settings import Settings, TenantAuth
from tools.cortex import AdvancedKey, ClientCredentials, CortexClient, CortexConfig, StandardKey
from tools.findings import FindingLookup
from tools.priority import PriorityService
from tools.results import ToolResult
from tools.xql import Catalog, XqlService

if TYPE_CHECKING:
    from agent.asking.facets import FacetSource
    from agent.conversation import Conversation
    from tools.compliance import ComplianceService, SearchResult
    from tools.remediation import RemediationService
    from tools.store import Store
    from tools.writeback import WritebackService
    from tools.writeback.gate import RoleLookup

DEMO_NOTICE = (
    "This is a made-up demo estate. Load your own findings with `posture tenant load FILE`; that replaces it."
)


@dataclass
class Services:
    """Everything that reads, over one tenant."""

    settings: Settings
    client: CortexClient
    tenant: str
    notice: str = ""

    @cached_property
    def findings(self) -> FindingLookup:
        return FindingLookup(self.client)

    @cached_property
    def priority(self) -> PriorityService:
        from agent.intelligence import StoredHoldings, StoredIntelligence, StoredTolerances, StoredWeights
        from tools.priority.enrich.asking import enrichments

        known, held = StoredIntelligence(self.settings), StoredHoldings(self.settings)
        return PriorityService(
            self.findings,
            enrich=lambda snapshot: enrichments(self.client, snapshot, intelligence=known, stored=held),
            current=StoredWeights(self.settings),
            tolerated=StoredTolerances(self.settings),
        )

    @cached_property
    def catalog(self) -> Catalog:
        return Catalog.seeded()

    @cached_property
    def xql(self) -> XqlService:
        return XqlService(self.client, self.catalog)

    @cached_property
    def facets(self) -> FacetSource:
        from agent.asking.facets import FacetSource

        return FacetSource(self.findings)

    @cached_property
    def compliance(self) -> ComplianceService:
        from tools.compliance import ComplianceService

        return ComplianceService(self.settings.prepared_home() / "index", self.findings)

    @cached_property
    def remediation(self) -> RemediationService:
        from tools.remediation import RemediationService

        return RemediationService(self.findings)


def tenant_config(settings: Settings) -> CortexConfig | None:
    """The configured tenant, or None when the local one is to be used."""
    if settings.tenant_url is None:
        return None
    auth: StandardKey | AdvancedKey | ClientCredentials
    if settings.tenant_auth is TenantAuth.OAUTH:
        assert settings.tenant_client_secret is not None
        auth = ClientCredentials(
            token_url=settings.tenant_token_url or "",
            client_id=settings.tenant_client_id or "",
            client_secret=settings.tenant_client_secret,
            scope=settings.tenant_scope,
        )
    else:
        assert settings.tenant_key is not None
        kind = StandardKey if settings.tenant_auth is TenantAuth.STANDARD else AdvancedKey
        auth = kind(key_id=settings.tenant_key_id or "", key=settings.tenant_key)
    return CortexConfig(
        base_url=settings.tenant_url,
        prefix=settings.tenant_prefix,
        auth=auth,
        generation=settings.tenant_generation,
        timeout_s=settings.tenant_timeout_s,
        verify=str(settings.tenant_ca_file) if settings.tenant_ca_file else True,
    )


def _retries_to_our_log() -> None:
    """The retry library would print to stdout, which belongs to a command's result."""
    from stamina import instrumentation

    instrumentation.set_on_retry_hooks([instrumentation.LoggingOnRetryHook])


@asynccontextmanager
async def open_services(
    settings: Settings, *, demo_if_empty: bool = False, serve: bool = False
) -> AsyncIterator[Services]:
    """The reading services over the configured tenant, or over the local one (started here if need be).

    `serve` puts the local tenant on a loopback port, so that other commands reach it while this one runs.
    """
    _retries_to_our_log()
    async with AsyncExitStack() as stack:
        config = tenant_config(settings)
        notice = ""
        if config is not None:
            client = await stack.enter_async_context(CortexClient(config))
            name = settings.tenant_url or ""
        else:
            from tools.tenant.running import open_tenant

            local = await stack.enter_async_context(
                open_tenant(settings.prepared_home(), serve=serve, seed_if_empty=demo_if_empty)
            )
            client = await stack.enter_async_context(CortexClient(local.config, transport=local.transport))
            name = "the local tenant"
            notice = DEMO_NOTICE if local.seeded else ""
        yield Services(settings, client, name, notice)


@asynccontextmanager
async def open_writeback(settings: Settings) -> AsyncIterator[WritebackService]:
    """The write-back service alone, for deciding from the shell. What a crash left open is finished first."""
    async with open_services(settings) as services, WritebackDesk(settings, services.client) as desk:
        service = await desk.service()
        await service.recover()
        yield service


async def control_search(settings: Settings, text: str, framework: str | None, k: int) -> SearchResult:
    """Search the control catalogs; needs no tenant."""
    from tools.compliance import ControlIndex

    index = ControlIndex(settings.prepared_home() / "index")
    try:
        return await asyncio.to_thread(index.search, text, framework, k)
    finally:
        index.close()


class Runtime:
    """The running agent behind the chat page and `posture ask`."""

    def __init__(self, services: Services, desk: WritebackDesk, conversation: Conversation) -> None:
        self.services = services
        self.settings = services.settings
        self.client = services.client
        self.conversation = conversation
        self.findings = services.findings
        self.priority = services.priority
        self.notice = services.notice
        self._desk = desk

    @property
    def store(self) -> Store:
        """Our own database. Not there while a runtime for a new thread has proposed nothing."""
        return self._desk.store

    @property
    def writeback(self) -> WritebackService:
        """The one way to an effect. Not there while a runtime for a new thread has proposed nothing."""
        return self._desk.writeback

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        settings: Settings,
        *,
        demo_if_empty: bool = True,
        serve: bool = True,
        roles: RoleLookup | None = None,
        new_thread: bool = False,
    ) -> AsyncIterator[Runtime]:
        """Open everything a conversation needs. What a crash left open at the tenant is finished meanwhile.

        `serve` puts the local tenant on a loopback port, so that `posture tenant load` works meanwhile. `roles`
        tells what a user may do now; without it the role recorded with an approval counts. `new_thread`
        promises that only threads without a past are used; then our own database is opened when something is
        proposed, not before.
        """
        from agent.conversation import Conversation
        from agent.graph import build_graph
        from agent.memory import checkpoints
        from agent.prompting import SystemPrompt
        from agent.state import TurnLimits
        from agent.wiring import build_models, build_toolbox, waiting_of
        from tools.writeback.tool import settled

        async with AsyncExitStack() as stack:
            services = await stack.enter_async_context(
                open_services(settings, demo_if_empty=demo_if_empty, serve=serve)
            )
            desk = await stack.enter_async_context(WritebackDesk(settings, services.client, roles))
            if not new_thread:
                await desk.keep_recovering()
            saver = await stack.enter_async_context(checkpoints(settings.store_url))
            toolbox = build_toolbox(services, desk)
            models = build_models(services, toolbox)

            async def settle(ids: Sequence[str]) -> ToolResult:
                return await settled(await desk.service(), list(ids))

            graph = build_graph(models, toolbox, SystemPrompt(services), settle, saver)
            limits = TurnLimits(
                max_calls=settings.turn_max_calls,
                max_seconds=settings.turn_max_seconds,
                context_tokens=settings.model_context_tokens,
            )
            yield cls(services, desk, Conversation(graph, waiting_of(desk), limits))
