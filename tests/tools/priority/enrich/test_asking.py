"""Sources are asked once, in bulk; each may fail by itself."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from tools.cortex import CortexError, XqlRun
from tools.cortex.pages import page_query
from tools.findings.model import AssetRecord, FindingSet
from tools.priority.enrich import queries
from tools.priority.enrich.asking import enrichments
from tools.priority.enrich.model import Campaign, Flaw
from tools.priority.enrich.register import Entry, Register
from tools.priority.enrich.stored import Held, Scan, Sighting

FLAW = {
    "xdm.finding.asset_id": "a",
    "xdm.finding.normalized_fields": {
        "xdm.vulnerability.cve_id": "CVE-2024-1",
        "xdm.vulnerability.cvss_score": 9.8,
    },
}


@dataclass
class Tenant:
    """Answers each query from a table; a text is an error."""

    answers: Mapping[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    @property
    def xql(self) -> Tenant:
        return self

    async def run_each(self, query: str, take: Any, *, limit: int, **asked: Any) -> XqlRun:
        self.asked.append(query)
        text, _, after = query.partition(" | sort asc ")[0].partition(" | filter xdm.finding.id > ")
        answer = self.answers.get(text, ())
        if isinstance(answer, str):
            raise CortexError(answer)
        rows = [row for row in answer if not after or row["xdm.finding.id"] > json.loads(after)][:limit]
        if rows and "ahead" in asked:
            await asked["ahead"](rows[-1], len(rows))
        for row in rows:
            take(row)
        return XqlRun(
            rows=(),
            total=len(rows),
            returned=len(rows),
            truncated=False,
            as_of=NOTHING_FOUND.as_of,
            query_id="q",
        )


NOTHING_FOUND = FindingSet((), {}, datetime(2026, 11, 25, tzinfo=UTC), 0)


class Intel:
    as_of = datetime(2026, 11, 1, tzinfo=UTC)

    def __init__(self, known: Mapping[str, Flaw] | None) -> None:
        self._known = known

    async def flaws(self, cves: Sequence[str]) -> Mapping[str, Flaw]:
        if self._known is None:
            raise TimeoutError("no answer")
        return {cve: self._known[cve] for cve in cves if cve in self._known}


ASSETS = {
    "a": AssetRecord(asset_id="a", uid="arn:aws:s3:::a", name="a-store"),
    "b": AssetRecord(asset_id="b", uid="i-0b", name="b", config={"PrivateIpAddress": "10.0.0.9"}),
}
SNAPSHOT = FindingSet((), ASSETS, datetime(2026, 11, 25, tzinfo=UTC), 0)


class Imported:
    """What was imported: a CMDB, a scan and a feed; or a database that does not answer."""

    def __init__(self, held: Held | None) -> None:
        self._held = held

    async def held(self) -> Held:
        if self._held is None:
            raise OSError("database is locked")
        return self._held


HELD = Held(
    registers=(Register("cmdb.csv", [Entry(("a-store",), tier="1"), Entry(("nobody",), tier="2")]),),
    scans=(
        Scan(
            "scan.csv",
            [
                Sighting(("a-store",), Flaw("CVE-2024-1", cvss=5.0, fixed_version="2.1", source="scan.csv")),
                Sighting(("10.0.0.9",), Flaw("CVE-2024-2", kev=True, source="scan.csv")),
                Sighting(("gone",), Flaw("CVE-2024-3")),
            ],
        ),
    ),
    campaigns=(Campaign("c", "Campaign", ports=(22,)),),
    campaigns_as_of=datetime(2026, 11, 20, tzinfo=UTC),
)


async def test_every_source_is_asked_once() -> None:
    tenant = Tenant({queries.VULNERABILITIES: [FLAW]})
    found = await enrichments(
        tenant,
        SNAPSHOT,
        intelligence=Intel({"CVE-2024-1": Flaw("CVE-2024-1", epss=0.9, kev=True)}),
        stored=Imported(HELD),
    )
    first = {
        name: page_query(text, queries.KEYS[name], queries.PAGE_ROWS) if name in queries.KEYS else text
        for name, text in queries.ALL.items()
    }
    assert sorted(tenant.asked) == sorted(first.values())
    (flaw,) = found.flaws["a"]
    assert (flaw.cvss, flaw.epss, flaw.kev) == (9.8, 0.9, True)
    assert found.business["a"].tier == "1"
    assert all(found.answered(name) for name in ("vulnerabilities", "data", "alerts", "intel", "cmdb"))
    assert found.states["intel"].as_of == Intel.as_of
    assert found.answered("activity")


async def test_what_was_imported_is_matched_merged_and_counted() -> None:
    found = await enrichments(Tenant({queries.VULNERABILITIES: [FLAW]}), SNAPSHOT, stored=Imported(HELD))
    (flaw,) = found.flaws["a"]
    assert (flaw.cvss, flaw.fixed_version) == (9.8, "2.1")
    assert found.flaws["b"][0].kev is True, "an address stands for the machine that has it"
    assert found.states["vulnerabilities"].unmatched == 1
    assert (found.states["cmdb"].rows, found.states["cmdb"].unmatched) == (2, 1)
    assert "cmdb.csv" in found.states["cmdb"].source
    assert found.answered("threats")
    assert found.threats.by_port[22] == HELD.campaigns


async def test_a_database_that_does_not_answer_leaves_the_tenant_and_unknown_threats() -> None:
    found = await enrichments(Tenant({queries.VULNERABILITIES: [FLAW]}), SNAPSHOT, stored=Imported(None))
    assert found.flaws["a"][0].cvss == 9.8
    assert not found.answered("threats")
    assert "database is locked" in found.states["threats"].problem


async def test_the_tenants_own_exclusions_are_told_by_issue() -> None:
    row = {"xdm.issue.id": 7, "xdm.issue.last_modified": 1_795_000_000_000}
    found = await enrichments(Tenant({queries.EXCLUDED: [row, {}]}), SNAPSHOT)
    assert found.excluded == {"7": "an exclusion of the tenant covers it since 2026-11-18"}


async def test_risks_accepted_in_the_platform_are_told_by_issue_and_apart() -> None:
    row = {"xdm.issue.id": 8, "xdm.issue.last_modified": 1_795_000_000_000}
    found = await enrichments(Tenant({queries.EXCEPTED: [row, {}]}), SNAPSHOT)
    assert found.excepted == {"8": "an exception in the platform accepts it since 2026-11-18"}
    assert found.excluded == {}


async def test_a_source_that_fails_leaves_the_others() -> None:
    tenant = Tenant({queries.VULNERABILITIES: [FLAW], queries.ALERTS: "Cortex refused the key (401)."})
    found = await enrichments(tenant, NOTHING_FOUND, intelligence=Intel(None))
    assert found.flaws["a"][0].kev is None
    assert not found.answered("alerts")
    assert "401" in found.states["alerts"].problem
    assert not found.answered("intel")
    assert "no answer" in found.states["intel"].problem


async def test_vulnerabilities_are_read_to_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "PAGE_ROWS", 3)
    rows = [FLAW | {"xdm.finding.id": f"f{n}", "xdm.finding.asset_id": f"a{n}"} for n in range(8)]
    tenant = Tenant({queries.VULNERABILITIES: rows})
    found = await enrichments(tenant, SNAPSHOT)
    assert sorted(found.flaws) == [f"a{n}" for n in range(8)]
    assert sum(query.startswith(queries.VULNERABILITIES) for query in tenant.asked) == 3
    state = found.states["vulnerabilities"]
    assert (state.rows, state.problem) == (8, "")
    assert len({id(flaw) for held in found.flaws.values() for flaw in held}) == 1, "alike flaws are one"


async def test_what_was_not_read_whole_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "PAGE_ROWS", 2)
    monkeypatch.setattr(queries, "MOST_ROWS", 4)
    rows = [FLAW | {"xdm.finding.id": f"f{n}"} for n in range(9)]
    answers = {queries.VULNERABILITIES: rows, queries.REGISTER: [{"name": "a"}, {"name": "b"}, {"name": "c"}]}
    states = (await enrichments(Tenant(answers), SNAPSHOT)).states
    assert states["vulnerabilities"].answered
    assert (
        states["vulnerabilities"].problem
        == "vulnerability findings: only 4 rows were read, and there are more"
    )
    assert states["cmdb"].problem == "ServiceNow CMDB: only 2 rows were read, and there are more"
    assert states["alerts"].problem == ""
