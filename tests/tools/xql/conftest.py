"""A small estate in DuckDB, and a way to run queries on it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import duckdb
import pytest

from tools.xql import local, parse

NOW = datetime(2026, 11, 25, 12, 0, 0)
Rows = list[tuple[Any, ...]]
Ask = Callable[..., Rows]

ASSETS = [
    ("a1", "Web-01", "AWS", "111", "eu-west-1", "Compute", "EC2_INSTANCE", {"env": "Prod", "team": "web"},
     {"Platform Discovery": {"ipPermissions": [{"fromPort": 22, "cidr": "0.0.0.0/0"}, {"fromPort": 443}], "ssm.agent": "3.1",  # noqa: E501
      "policy": '{"Version":"2012"}'}}, {"xdm.cloud.vpc_id": "vpc-1"}, "10.0.0.5", NOW - timedelta(days=40)),
    ("a2", "db%_1", "azure", "222", "westeurope", "Data", "AZURE_SQL_SERVER", {"env": "dev"},
     {"Platform Discovery": {"ipPermissions": []}}, {"xdm.cloud.vpc_id": "vpc-2"}, "172.16.4.4", NOW - timedelta(days=5)),  # noqa: E501
    ("a3", None, "gcp", "333", "", "Data", "GOOGLE_CLOUD_STORAGE_BUCKET", None, None, None, "8.8.8.8", None),
    ("a4", "web-02", "aws", "111", "us-east-1", "Compute", "EC2_INSTANCE", {}, {"Platform Discovery": {}}, {}, "not an ip",  # noqa: E501
     NOW - timedelta(hours=30)),
]  # fmt: skip
ISSUES = [
    ("1", "Open port", "HIGH", "New", ["a1"], 3, NOW - timedelta(days=2)),
    ("2", "Open bucket", "critical", "In Progress", ["a1", "a2"], 10, NOW - timedelta(days=35)),
    ("3", "Old key", "LOW", "Resolved", [], 2, NOW - timedelta(hours=1)),
    ("4", "No MFA", None, "New", None, None, NOW - timedelta(days=100)),
]
EVENTS = [
    ("login", "10.1.1.1", "u1", NOW - timedelta(hours=1)),
    ("login", "192.168.0.9", "u2", NOW - timedelta(hours=2, minutes=30)),
    ("logout", "fd00::1", "u1", NOW - timedelta(hours=3)),
    ("login", "203.0.113.7", "u1", NOW - timedelta(days=3)),
]


@pytest.fixture(scope="session")
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect()
    connection.execute(
        'CREATE TABLE asset_inventory ("xdm.asset.id" VARCHAR, "xdm.asset.name" VARCHAR, "xdm.asset.provider" VARCHAR, '
        '"xdm.asset.realm" VARCHAR, "xdm.asset.cloud.region" VARCHAR, "xdm.asset.type.class" VARCHAR, '
        '"xdm.asset.type.id" VARCHAR, "xdm.asset.tags" VARCHAR, "xdm.asset.raw_fields" VARCHAR, '
        '"xdm.asset.normalized_fields" JSON, "xdm.host.ipv4_addresses" VARCHAR, "xdm.asset.first_observed" TIMESTAMP)'
    )
    for asset in ASSETS:
        cells = [json.dumps(cell) if isinstance(cell, dict) else cell for cell in asset]
        connection.execute(f"INSERT INTO asset_inventory VALUES ({', '.join('?' * len(cells))})", cells)
    connection.execute(
        'CREATE TABLE issues ("xdm.issue.id" VARCHAR, "xdm.issue.name" VARCHAR, "xdm.issue.severity" VARCHAR, '
        '"xdm.issue.status.progress" VARCHAR, "xdm.issue.asset_ids" VARCHAR[], "xdm.issue.alert_count" BIGINT, '
        "_time TIMESTAMP)"
    )
    for issue in ISSUES:
        connection.execute("INSERT INTO issues VALUES (?, ?, ?, ?, ?, ?, ?)", list(issue))
    connection.execute("CREATE TABLE logs (kind VARCHAR, ip VARCHAR, who VARCHAR, _time TIMESTAMP)")
    for event in EVENTS:
        connection.execute("INSERT INTO logs VALUES (?, ?, ?, ?)", list(event))
    connection.execute("CREATE TABLE texts (id BIGINT, t VARCHAR, j VARCHAR, l VARCHAR)")
    connection.execute("""INSERT INTO texts VALUES (1, 'a,b', '{"k":{"n":1.5},"s":"x","A":1}', '["p","q"]'),
        (2, 'not json', 'broken', 'broken'), (3, NULL, '{"k":null,"big":12345678901234567}', '[]')""")
    yield connection
    connection.close()


@pytest.fixture
def ask(database: duckdb.DuckDBPyConnection) -> Ask:
    """Rows of a query as tuples of the columns it names, in their order."""

    def run(text: str, **options: Any) -> Rows:
        result = local.run(database.cursor(), parse(text), now=NOW, **options)
        keep = [
            n
            for n, name in enumerate(result.columns)
            if name != "_time" or "_time" in text.rsplit("fields", 1)[-1]
        ]
        return [tuple(row[n] for n in keep) for row in result.rows]

    return run
