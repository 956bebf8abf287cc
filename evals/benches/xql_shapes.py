"""Posture query shapes, each with SQL written by hand for the same rows over the same tables.

The hand-written side is what an engineer would type who knows the data: it folds case where XQL does, and no more.
"""

from __future__ import annotations

from typing import Any, NamedTuple


class Shape(NamedTuple):
    """One question in both languages."""

    name: str
    xql: str
    sql: str


SHAPES: tuple[Shape, ...] = (
    Shape(
        "count by dimension",
        'dataset = asset_inventory | filter xdm.asset.provider = "aws" | comp count() as n by xdm.asset.type.class '
        "| sort desc n",
        """SELECT "xdm.asset.type.class", count(*) n FROM asset_inventory WHERE lower("xdm.asset.provider") = 'aws'
        GROUP BY 1 ORDER BY n DESC""",
    ),
    Shape(
        "inventory list",
        'dataset = asset_inventory | filter xdm.asset.provider = "aws" and xdm.asset.type.id = "EC2_INSTANCE" '
        "| fields xdm.asset.id as id, xdm.asset.name as name | limit 1000",
        """SELECT "xdm.asset.id", "xdm.asset.name" FROM asset_inventory WHERE lower("xdm.asset.provider") = 'aws'
        AND lower("xdm.asset.type.id") = 'ec2_instance' LIMIT 1000""",
    ),
    Shape(
        "json drill",
        'dataset = asset_inventory | filter xdm.asset.tags -> env = "prod" | comp count() as n',
        """SELECT count(*) FROM asset_inventory WHERE lower(json_extract_string("xdm.asset.tags", '$.env')) = 'prod'""",
    ),
    Shape(
        "json group",
        "dataset = asset_inventory | alter team = xdm.asset.tags -> team | comp count() as n by team",
        """SELECT json_extract_string("xdm.asset.tags", '$.team') team, count(*) FROM asset_inventory GROUP BY 1""",
    ),
    Shape(
        "array explode",
        "dataset = asset_inventory | alter p = json_extract_array(xdm.asset.raw_fields, "
        "\"$['Platform Discovery'].ports\") | arrayexpand p | alter port = to_integer(p -> p) | filter port < 100 "
        "| comp count() as n by port",
        """SELECT port, count(*) FROM (SELECT try_cast(json_extract_string(p, '$.p') AS BIGINT) port FROM (SELECT
        unnest(json_extract("xdm.asset.raw_fields", '$."Platform Discovery".ports[*]')) p FROM asset_inventory))
        WHERE port < 100 GROUP BY 1""",
    ),
    Shape(
        "issue to asset",
        'dataset = issues | filter xdm.issue.severity in ("HIGH", "CRITICAL") | arrayexpand xdm.issue.asset_ids | join '
        "(dataset = asset_inventory | fields xdm.asset.id as aid, xdm.asset.realm as realm) as a "
        "a.aid = xdm.issue.asset_ids | comp count() as n by realm",
        """SELECT a."xdm.asset.realm", count(*) FROM (SELECT unnest("xdm.issue.asset_ids") aid FROM issues WHERE
        lower("xdm.issue.severity") IN ('high', 'critical')) i JOIN asset_inventory a
        ON lower(a."xdm.asset.id") = lower(i.aid) GROUP BY 1""",
    ),
    Shape(
        "ageing",
        'dataset = issues | filter timestamp_diff(current_time(), _time, "DAY") > 30 and xdm.issue.status.progress '
        'not in ("Resolved", null) | comp count() as n by xdm.issue.severity',
        """SELECT "xdm.issue.severity", count(*) FROM issues WHERE date_sub('day', _time, TIMESTAMP '2026-11-25') > 30
        AND lower("xdm.issue.status.progress") <> 'resolved' AND "xdm.issue.status.progress" IS NOT NULL GROUP BY 1""",
    ),
    Shape(
        "trend",
        "dataset = issues | bin _time span = 1MO | comp count() as n by _time "
        '| alter m = format_timestamp("%Y-%m", _time) | sort asc m',
        """SELECT strftime(m, '%Y-%m') mm, n FROM (SELECT date_trunc('month', _time) m, count(*) n FROM issues GROUP BY 1)
        ORDER BY 1""",
    ),
    Shape(
        "anti-membership",
        'dataset = asset_inventory | filter xdm.asset.id not in (dataset = issues | filter xdm.issue.severity = "LOW" '
        "| arrayexpand xdm.issue.asset_ids | fields xdm.issue.asset_ids) | comp count() as n",
        """SELECT count(*) FROM asset_inventory a WHERE NOT EXISTS (SELECT 1 FROM (SELECT unnest("xdm.issue.asset_ids") k
        FROM issues WHERE lower("xdm.issue.severity") = 'low') i WHERE lower(i.k) = lower(a."xdm.asset.id"))""",
    ),
    Shape(
        "contains",
        'dataset = asset_inventory | filter xdm.asset.name contains "99" | comp count() as n',
        """SELECT count(*) FROM asset_inventory WHERE contains("xdm.asset.name", '99')""",
    ),
    Shape(
        "wildcard",
        'dataset = asset_inventory | filter xdm.asset.name = "*99*" and xdm.asset.provider != "gcp" '
        "| fields xdm.asset.name | limit 500",
        """SELECT "xdm.asset.name" FROM asset_inventory WHERE "xdm.asset.name" LIKE '%99%'
        AND lower("xdm.asset.provider") <> 'gcp' LIMIT 500""",
    ),
    Shape(
        "latest per key",
        "dataset = issues | dedup xdm.issue.name by desc _time | comp count() as n",
        """SELECT count(*) FROM (SELECT * FROM issues QUALIFY row_number() OVER
        (PARTITION BY "xdm.issue.name" ORDER BY _time DESC) = 1)""",
    ),
    Shape(
        "distinct",
        "dataset = issues | comp count_distinct(xdm.issue.name) as rules, max(_time) as last by xdm.issue.severity",
        """SELECT "xdm.issue.severity", count(DISTINCT "xdm.issue.name"), max(_time) FROM issues GROUP BY 1""",
    ),
    Shape(
        "newest",
        "dataset = issues | sort desc _time | limit 20 | fields xdm.issue.id, xdm.issue.name",
        """SELECT "xdm.issue.id", "xdm.issue.name" FROM issues ORDER BY _time DESC LIMIT 20""",
    ),
)


def fill(connection: Any, rows: int) -> None:
    """Tables of `rows` assets and as many issues, made from row numbers: the same every time."""
    connection.execute(
        f"""CREATE TABLE asset_inventory AS SELECT md5(i::VARCHAR) AS "xdm.asset.id", 'asset-' || i AS "xdm.asset.name",
        ['AWS', 'azure', 'GCP'][1 + i % 3] AS "xdm.asset.provider", (i % 50)::VARCHAR AS "xdm.asset.realm",
        ['Compute', 'Data', 'Network'][1 + i % 3] AS "xdm.asset.type.class",
        ['EC2_INSTANCE', 'S3_BUCKET', 'EC2_VPC', 'LAMBDA_FUNCTION'][1 + i % 4] AS "xdm.asset.type.id",
        '{{"env":"' || ['prod', 'dev'][1 + i % 2] || '","team":"t' || (i % 9) || '"}}' AS "xdm.asset.tags",
        '{{"Platform Discovery":{{"ports":[{{"p":' || (i % 1000) || '}},{{"p":443}}],"name":"n' || i || '"}}}}'
        AS "xdm.asset.raw_fields" FROM range({rows}) t(i)"""
    )
    connection.execute(
        f"""CREATE TABLE issues AS SELECT i::VARCHAR AS "xdm.issue.id", 'rule-' || (i % 200) AS "xdm.issue.name",
        ['HIGH', 'LOW', 'CRITICAL', 'MEDIUM'][1 + i % 4] AS "xdm.issue.severity",
        ['New', 'Resolved'][1 + i % 2] AS "xdm.issue.status.progress",
        [md5((i % {rows})::VARCHAR)] AS "xdm.issue.asset_ids",
        TIMESTAMP '2026-11-01' - to_hours(i % 5000) AS _time FROM range({rows}) t(i)"""
    )
