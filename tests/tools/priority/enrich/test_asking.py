"""Sources are asked once, in bulk; each may fail by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tools.cortex import CortexError
from tools.findings.model import FindingSet
from tools.priority.enrich import queries
from tools.priority.enrich.asking import enrichments
from tools.priority.enrich.model import Business, Flaw

FLAW = {
    "xdm.finding.asset_id": "a",
    "xdm.finding.normalized_fields": {
        "xdm.vulnerability.cve_id": "CVE-2024-1",
        "xdm.vulnerability.cvss_score": 9.8,
    },
}


@dataclass
class Run:
    rows: Sequence[Mapping[str, Any]]


@dataclass
class Tenant:
    """Answers each query from a table; a text is an error."""

    answers: Mapping[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    @property
    def xql(self) -> Tenant:
        return self

    async def run(self, query: str, **_: Any) -> Run:
        self.asked.append(query)
        answer = self.answers.get(query, ())
        if isinstance(answer, str):
            raise CortexError(answer)
        return Run(answer)


NOTHING_FOUND = FindingSet((), {}, datetime(2026, 11, 25, tzinfo=UTC), 0)


class Intel:
    as_of = datetime(2026, 11, 1, tzinfo=UTC)

    def __init__(self, known: Mapping[str, Flaw] | None) -> None:
        self._known = known

    async def flaws(self, cves: Sequence[str]) -> Mapping[str, Flaw]:
        if self._known is None:
            raise TimeoutError("no answer")
        return {cve: self._known[cve] for cve in cves if cve in self._known}


class Register:
    async def business(self) -> Mapping[str, Business]:
        return {"a": Business("1", 1.0, source="CMDB")}


async def test_every_source_is_asked_once() -> None:
    tenant = Tenant({queries.VULNERABILITIES: [FLAW]})
    found = await enrichments(
        tenant,
        NOTHING_FOUND,
        intelligence=Intel({"CVE-2024-1": Flaw("CVE-2024-1", epss=0.9, kev=True)}),
        registers=Register(),
    )
    assert sorted(tenant.asked) == sorted(queries.ALL.values())
    (flaw,) = found.flaws["a"]
    assert (flaw.cvss, flaw.epss, flaw.kev) == (9.8, 0.9, True)
    assert found.business["a"].tier == "1"
    assert all(found.answered(name) for name in ("vulnerabilities", "data", "alerts", "intel", "cmdb"))
    assert found.states["intel"].as_of == Intel.as_of
    assert found.answered("activity")


async def test_a_source_that_fails_leaves_the_others() -> None:
    tenant = Tenant({queries.VULNERABILITIES: [FLAW], queries.ALERTS: "Cortex refused the key (401)."})
    found = await enrichments(tenant, NOTHING_FOUND, intelligence=Intel(None))
    assert found.flaws["a"][0].kev is None
    assert not found.answered("alerts")
    assert "401" in found.states["alerts"].problem
    assert not found.answered("intel")
    assert "no answer" in found.states["intel"].problem
