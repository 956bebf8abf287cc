"""The one door to compliance for those above: search, gap report, one requirement, the list of frameworks."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Protocol

from tools.compliance import catalog as catalogs
from tools.compliance import mapping as mappings
from tools.compliance.assessment import Assessment, RequirementResult, Scope
from tools.compliance.errors import UnknownRequirement
from tools.compliance.ids import IdIndex
from tools.compliance.index import ControlIndex
from tools.compliance.model import FrameworkInfo, SearchResult
from tools.compliance.rollup import assess
from tools.findings.model import FindingSet


class EvidenceSource(Protocol):
    """Where results come from: every one, FAIL, PASS and MANUAL."""

    async def evidence(self) -> FindingSet:
        """All results that the tenant has."""


class ComplianceService:
    """Compliance over one tenant. `data_dir` keeps the search index; a report never needs it."""

    def __init__(self, data_dir: Path, lookup: EvidenceSource, index: ControlIndex | None = None) -> None:
        self._lookup = lookup
        self._index = index or ControlIndex(data_dir)

    async def search(self, text: str, framework: str | None = None, k: int = 5) -> SearchResult:
        """The controls that fit a text. Raises `UnknownFramework`."""
        return await asyncio.to_thread(self._index.search, text, framework, k)

    async def report(
        self, framework: str = "hipaa", account: str | None = None, provider: str | None = None
    ) -> Assessment:
        """Where the tenant stands, for an account (id or name), a provider, or everything; blank means all.

        `report.render_markdown` writes it out.

        Raises `UnknownFramework`, `UnknownAccount` or `UnknownProvider`.
        """
        name = catalogs.resolve(framework)
        evidence = await self._lookup.evidence()
        scope = Scope(account=(account or "").strip() or None, provider=(provider or "").strip() or None)
        return await asyncio.to_thread(assess, name, evidence, scope)

    async def requirement(
        self, framework: str, requirement_id: str, account: str | None = None
    ) -> RequirementResult:
        """Where one requirement stands, with its evidence. Any usual spelling of the id will do.

        Raises `UnknownRequirement` with the nearest ids.
        """
        catalog = catalogs.load(framework)
        index = IdIndex(catalog)
        entry = index.exact(requirement_id)
        if entry is None or entry.kind not in catalog.assessed:
            raise UnknownRequirement(catalog.title, requirement_id, index.near(requirement_id))
        return (await self.report(framework, account)).by_id[entry.id]

    def frameworks(self) -> tuple[FrameworkInfo, ...]:
        """What can be searched and reported on."""
        return catalog_infos()

    async def prepare(self) -> tuple[str, ...]:
        """Make search ready ahead of the first question; what is not available, in sentences."""
        return await asyncio.to_thread(self._index.prepare)

    def close(self) -> None:
        """Let go of the search index."""
        self._index.close()


def catalog_infos() -> tuple[FrameworkInfo, ...]:
    """The frameworks that are here, with their counts; needs no tenant."""
    return tuple(_info(name) for name in catalogs.names())


def _info(name: str) -> FrameworkInfo:
    catalog = catalogs.load(name)
    table = mappings.load(name)
    assessed = [entry for entry in catalog.entries if entry.kind in catalog.assessed]
    return FrameworkInfo(
        framework=catalog.framework,
        title=catalog.title,
        version=catalog.version,
        counts=catalog.counts,
        assessed=len(assessed),
        mapped=sum(entry.id in table.by_requirement for entry in assessed),
        mapping_rows=len(table.rows),
    )
