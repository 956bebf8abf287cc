"""Right rows for the XQL suite: SQL that people wrote beside each question, run on the tenant's own tables.

This goes another way than the product on purpose: no plan, no XQL, no compiler of ours. The views only give short
names to columns, so that a person can read and check a case:

    a    assets: id, strong_id, name, provider (upper case), account, account_name, region, class, category, type,
         type_name, tags (JSON), env, owner, team, app, tier, dataclass, cfg (the provider's configuration, JSON),
         first_seen, last_seen
    i    issues: id, external_id, name, severity (upper case), status, open, category, domain, rule, type, method,
         provider, account, account_name, region, service, first_seen, observed, modified, fields (JSON)
    ai   asset x issue: the columns of `a`, and issue_id, external_id, issue_name, severity, open, issue_category,
         rule, first_issue_seen
    f    findings: id, name, category, rule, asset_id, asset_name, status, severity, owner, observed, fields (JSON)
    sg   inbound rules of AWS security groups: the columns of `a`, and proto, from_port, to_port, cidrs

`days_ago(n)` and `utc_now()` are naive UTC, as the store keeps times.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evals.suites.xql_cases import Expect

if TYPE_CHECKING:
    import duckdb

Rows = list[dict[str, Any]]

_NAMES = """
CREATE TEMP VIEW account_names AS
SELECT account, any_value(account_name) AS account_name FROM (
  SELECT fields->>'$."xdm.cloud.project_id"' AS account, fields->>'$."xdm.cloud.project"' AS account_name FROM (
    SELECT "xdm.issue.normalized_fields" AS fields FROM issues
    UNION ALL SELECT "xdm.finding.normalized_fields" FROM findings)
) WHERE account IS NOT NULL AND account_name IS NOT NULL GROUP BY account
"""
_ASSETS = """
CREATE TEMP VIEW a AS
SELECT "xdm.asset.id" AS id, "xdm.asset.strong_id" AS strong_id, "xdm.asset.name" AS name,
  upper("xdm.asset.provider") AS provider, "xdm.asset.realm" AS account, account_name,
  "xdm.asset.cloud.region" AS region, "xdm.asset.type.class" AS class, "xdm.asset.type.category" AS category,
  "xdm.asset.type.id" AS type, "xdm.asset.type.name" AS type_name, "xdm.asset.tags" AS tags,
  "xdm.asset.tags"->>'$.Environment' AS env, "xdm.asset.tags"->>'$.Owner' AS owner,
  "xdm.asset.tags"->>'$.Team' AS team, "xdm.asset.tags"->>'$.Application' AS app,
  "xdm.asset.tags"->>'$.Criticality' AS tier, "xdm.asset.tags"->>'$.DataClass' AS dataclass,
  "xdm.asset.raw_fields"->'$."Platform Discovery"' AS cfg,
  "xdm.asset.first_observed" AS first_seen, "xdm.asset.last_observed" AS last_seen
FROM asset_inventory LEFT JOIN account_names ON account = "xdm.asset.realm"
"""
_ISSUES = """
CREATE TEMP VIEW i AS
SELECT CAST("xdm.issue.id" AS VARCHAR) AS id, "xdm.issue.external_id" AS external_id, "xdm.issue.name" AS name,
  upper("xdm.issue.severity") AS severity, "xdm.issue.status.progress" AS status,
  lower(coalesce("xdm.issue.status.progress", '')) NOT LIKE 'resolved%' AS open,
  "xdm.issue.category" AS category, "xdm.issue.domain" AS domain, "xdm.issue.detection.rule_id" AS rule,
  "xdm.issue.type" AS type, "xdm.issue.detection.method" AS method,
  upper("xdm.issue.normalized_fields"->>'$."xdm.cloud.provider"') AS provider,
  "xdm.issue.normalized_fields"->>'$."xdm.cloud.project_id"' AS account,
  "xdm.issue.normalized_fields"->>'$."xdm.cloud.project"' AS account_name,
  "xdm.issue.normalized_fields"->>'$."xdm.cloud.region"' AS region,
  "xdm.issue.normalized_fields"->>'$."xdm.finding.service"' AS service,
  _insert_time AS first_seen, _time AS observed, "xdm.issue.last_modified" AS modified,
  "xdm.issue.normalized_fields" AS fields
FROM issues
"""
_LINKED = """
CREATE TEMP VIEW ai AS
SELECT a.*, i.id AS issue_id, i.external_id, i.name AS issue_name, i.severity, i.open,
  i.category AS issue_category, i.rule, i.first_seen AS first_issue_seen
FROM issue_to_asset JOIN a ON a.id = "xdm.asset.id" JOIN i ON i.id = CAST("xdm.issue.id" AS VARCHAR)
"""
_FINDINGS = """
CREATE TEMP VIEW f AS
SELECT "xdm.finding.id" AS id, "xdm.finding.name" AS name, "xdm.finding.category" AS category,
  "xdm.finding.type_id" AS rule, "xdm.finding.asset_id" AS asset_id, "xdm.finding.asset_name" AS asset_name,
  "xdm.finding.normalized_fields"->>'$."xdm.finding.status"' AS status,
  upper("xdm.finding.normalized_fields"->>'$."xdm.finding.severity"') AS severity,
  "xdm.finding.owner" AS owner, _time AS observed, "xdm.finding.normalized_fields" AS fields
FROM findings
"""
_GROUPS = """
CREATE TEMP VIEW sg AS
SELECT * EXCLUDE (rule), rule->>'$.IpProtocol' AS proto, CAST(rule->>'$.FromPort' AS INT) AS from_port,
  CAST(rule->>'$.ToPort' AS INT) AS to_port, rule->>'$.IpRanges[*].CidrIp' AS cidrs
FROM (SELECT *, unnest(CAST(cfg->'$.ingress_rules' AS JSON[])) AS rule FROM a WHERE type = 'EC2_SECURITY_GROUP')
"""
_PREPARE = (
    "SET TimeZone = 'UTC'",
    "CREATE TEMP MACRO utc_now() AS (now() AT TIME ZONE 'UTC')",
    "CREATE TEMP MACRO days_ago(n) AS (now() AT TIME ZONE 'UTC') - to_days(CAST(n AS INT))",
    _NAMES, _ASSETS, _ISSUES, _LINKED, _FINDINGS, _GROUPS,
)  # fmt: skip


class GoldTables:
    """The tables of one store, read only. The store must not be open elsewhere."""

    def __init__(self, store: Path) -> None:
        import duckdb

        self._connection: duckdb.DuckDBPyConnection = duckdb.connect(str(store), read_only=True)
        for statement in _PREPARE:
            self._connection.execute(statement)

    def __enter__(self) -> GoldTables:
        return self

    def __exit__(self, *error: object) -> None:
        self._connection.close()

    def rows(self, sql: str) -> Rows:
        """The rows of one statement, as maps."""
        cursor = self._connection.execute(sql)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def gold(self, expect: Expect) -> list[Rows]:
        """The right rows of every acceptable reading."""
        return [self.rows(sql) for sql in expect.sql]

    def size(self, table: str) -> int:
        """How many rows a table or view has."""
        counted: int = self.rows(f'SELECT count(*) AS n FROM "{table}"')[0]["n"]
        return counted


def seed_store(folder: Path, size: str, seed: int) -> Path:
    """Make the store of a seeded estate in `folder`; its path."""
    from tools.tenant.database import TenantDatabase
    from tools.tenant.running import STORE
    from tools.tenant.server.seeding import seed_estate

    path = folder / STORE
    with TenantDatabase.open(path) as database:
        seed_estate(database, size, seed)
    return path


def trivial(expect: Expect, golds: Sequence[Rows], tables: GoldTables) -> str | None:
    """Why a gold tells nothing (empty, all zero, or the whole table), or None when it does tell."""
    for rows in golds:
        if expect.empty:
            continue
        if not rows:
            return "the gold has no row"
        if expect.match in ("number", "counts", "bins") and not any(row[expect.value or ""] for row in rows):
            return "every number of the gold is 0 or missing"
        if expect.match == "rows" and len(rows) >= max(
            tables.size("asset_inventory"), tables.size("issues"), tables.size("findings")
        ):
            return "the gold is a whole table"
        if expect.match in ("counts", "bins") and len(rows) < 2:
            return "the gold has one group only"
        if expect.match == "top" and not expect.per and len(rows) <= (expect.limit or 0):
            return "the gold has no more rows than are asked for"
    return None
