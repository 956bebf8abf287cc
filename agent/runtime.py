"""Put the parts together: settings in, a running agent out. The only place that knows them all.

Nothing heavy is imported until it is needed: a shell question pays for neither the chat page, nor the index, nor
a model's client library.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING

import structlog

from agent.settings import Settings, TenantAuth
from tools.cortex import AdvancedKey, ClientCredentials, CortexClient, CortexConfig, StandardKey
from tools.findings import FindingLookup
from tools.priority import PriorityService
from tools.results import ToolResult
from tools.xql import Catalog, XqlService

if TYPE_CHECKING:
    from agent.conversation import Conversation
    from tools.compliance import ComplianceService, SearchResult
    from tools.remediation import RemediationService
    from tools.store import Store
    from tools.writeback import WritebackService
    from tools.writeback.gate import RoleLookup

_log = structlog.get_logger(__name__)
_RECOVER_EVERY_S = 45.0
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
        return PriorityService(self.findings)

    @cached_property
    def catalog(self) -> Catalog:
        return Catalog.seeded()

    @cached_property
    def xql(self) -> XqlService:
        return XqlService(self.client, self.catalog)

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
        timeout_s=settings.tenant_timeout_s,
        verify=str(settings.tenant_ca_file) if settings.tenant_ca_file else True,
    )


@asynccontextmanager
async def open_services(
    settings: Settings, *, demo_if_empty: bool = False, serve: bool = False
) -> AsyncIterator[Services]:
    """The reading services over the configured tenant, or over the local one (started here if need be).

    `serve` puts the local tenant on a loopback port, so that other commands reach it while this one runs.
    """
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
async def open_store(settings: Settings) -> AsyncIterator[Store]:
    """Our own database, migrated."""
    from tools.store import Store

    if settings.database_url is None:
        settings.prepared_home()
    store = await Store.open(settings.store_url)
    try:
        await store.migrate()
        yield store
    finally:
        await store.close()


def _writeback(
    settings: Settings, store: Store, client: CortexClient, roles: RoleLookup | None = None
) -> WritebackService:
    from tools.writeback import Limits, Phase, Policy, WritebackService

    return WritebackService(
        store,
        client,
        Policy(phase=Phase(settings.phase)),
        limits=Limits(expiry=timedelta(hours=settings.approval_hours)),
        roles=roles,
    )


@asynccontextmanager
async def _recovering(writeback: WritebackService) -> AsyncIterator[None]:
    """Finish what was approved and left open: now, and now and then, since a lost answer settles only with time."""

    async def keep_on() -> None:
        while True:
            try:
                await writeback.recover()
            except Exception:  # noqa: BLE001 - the tenant or the database may be away; the next round tries again
                _log.warning("recovery of approved write-backs failed; it is tried again", exc_info=True)
            await asyncio.sleep(_RECOVER_EVERY_S)

    task = asyncio.create_task(keep_on(), name="writeback-recovery")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def open_writeback(settings: Settings) -> AsyncIterator[WritebackService]:
    """The write-back service alone, for deciding from the shell."""
    async with open_services(settings) as services, open_store(settings) as store:
        service = _writeback(settings, store, services.client)
        try:
            yield service
        finally:
            await service.close()


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

    def __init__(
        self, services: Services, store: Store, writeback: WritebackService, conversation: Conversation
    ) -> None:
        self.services = services
        self.settings = services.settings
        self.store = store
        self.client = services.client
        self.writeback = writeback
        self.conversation = conversation
        self.findings = services.findings
        self.priority = services.priority
        self.notice = services.notice

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        settings: Settings,
        *,
        demo_if_empty: bool = True,
        serve: bool = True,
        roles: RoleLookup | None = None,
    ) -> AsyncIterator[Runtime]:
        """Open everything a conversation needs. What a crash left open at the tenant is finished meanwhile.

        `serve` puts the local tenant on a loopback port, so that `posture tenant load` works meanwhile. `roles`
        tells what a user may do now; without it the role recorded with an approval counts.
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
            store = await stack.enter_async_context(open_store(settings))
            saver = await stack.enter_async_context(checkpoints(settings.store_url))
            writeback = _writeback(settings, store, services.client, roles)
            stack.push_async_callback(writeback.close)
            await stack.enter_async_context(_recovering(writeback))
            toolbox = build_toolbox(services, writeback)
            models = build_models(services, toolbox)

            async def settle(ids: Sequence[str]) -> ToolResult:
                return await settled(writeback, list(ids))

            graph = build_graph(models, toolbox, SystemPrompt(services), settle, saver)
            limits = TurnLimits(
                max_calls=settings.turn_max_calls,
                max_seconds=settings.turn_max_seconds,
                context_tokens=settings.model_context_tokens,
            )
            yield cls(services, store, writeback, Conversation(graph, waiting_of(writeback), limits))
