"""Readings: what a person signs as the meaning of a question."""

# ruff: noqa: E501 (a sentence stands on one line)

from __future__ import annotations

from typing import Any

import pytest

from tools.xql import Catalog, PostureQuery, check, compile_plan, describe_plan, format_query
from tools.xql.plan.read import read_plan

CATALOG = Catalog.seeded()
Body = dict[str, Any]


def t(f: str, op: str, v: Any = None, **k: Any) -> Body:
    d: Body = {"field": f, "op": op}
    if isinstance(v, list):
        d["values"] = v
    elif v is not None:
        d["value"] = v
    d.update(k)
    return d


def tag(k: str, op: str, v: Any = None) -> Body:
    d = t("x", op, v)
    d.pop("field")
    d["tag"] = k
    return d


def js(f: str, p: list[str], op: str, v: Any = None) -> Body:
    d = t("x", op, v)
    d.pop("field")
    d["json_path"] = {"field": f, "path": p}
    return d


P = "xdm.asset.provider"
R = "xdm.asset.realm"
G = "xdm.asset.cloud.region"
TY = "xdm.asset.type.id"
CAT = "xdm.asset.type.category"
N = "xdm.asset.name"
FO = "xdm.asset.first_observed"
LO = "xdm.asset.last_observed"
SEV = "xdm.issue.severity"
ST = "xdm.issue.status.progress"
NF = "xdm.finding.normalized_fields"
INF = "xdm.issue.normalized_fields"
AID = "xdm.issue.asset_ids"
OPEN = t(ST, "not_in", ["Resolved", "RESOLVED"])
CRIT = t(SEV, "eq", "CRITICAL")
EC2 = t(TY, "eq", "EC2_INSTANCE")
A = {"dataset": "asset_inventory"}
ISSUES = {"dataset": "issues"}
F = {"dataset": "findings"}
CNT = {"function": "count", "name": "n"}
MOST = [{"field": "n", "direction": "desc"}]


def all_(*a: Body) -> Body:
    return {"all": list(a)}


def any_(*a: Body) -> Body:
    return {"any": list(a)}


def rel(ds: str, where: Body | None = None, **k: Any) -> Body:
    d: Body = {"dataset": ds, **k}
    if where:
        d["where"] = where
    return d


RULES = [
    {
        "name": "rules",
        "array": True,
        "json_path": {"field": "xdm.asset.raw_fields", "path": ["Platform Discovery", "ipPermissions"]},
    },
    {"name": "port", "convert": "integer", "json_path": {"field": "rules", "path": ["fromPort"]}},
    {"name": "ranges", "array": True, "json_path": {"field": "rules", "path": ["ipRanges"]}},
    {"name": "cidr", "json_path": {"field": "ranges", "path": ["cidrIp"]}},
]

SENTENCES: list[tuple[Body, str]] = [
    (
        {
            **A,
            "where": all_(EC2, t(R, "eq", "111"), tag("env", "eq", "prod"), rel("issues", all_(OPEN, CRIT))),
            "group_by": [G],
            "aggregates": [CNT],
            "order": MOST,
        },
        "Number of EC2 instances in account 111 tagged env = prod that have an open critical issue, by region, most first",
    ),
    ({**A, "where": all_(t(TY, "eq", "S3_BUCKET"), t(P, "eq", "AWS"))}, "AWS S3 buckets"),
    (
        {
            **A,
            "where": all_(
                t(CAT, "in", ["VM Instance", "Database"]), t(G, "in", ["eu-west-1", "eu-central-1"])
            ),
        },
        "VM instances or databases in region eu-west-1 or eu-central-1",
    ),
    ({**A, "where": tag("owner", "is_empty")}, "Assets without a tag owner"),
    (
        {**A, "where": all_(t(P, "eq", "GCP"), t(FO, "within_days", 7))},
        "Google Cloud assets first seen in the last 7 days",
    ),
    (
        {**A, "where": t(LO, "older_than_days", 30), "order": [{"field": LO}]},
        "Assets last seen more than 30 days ago, oldest first",
    ),
    ({**A, "where": rel("issues", absent=True), "aggregates": [CNT]}, "Number of assets that have no issues"),
    (
        {**A, "where": rel("issues", all_(OPEN, CRIT), at_least=6)},
        "Assets that have at least 6 open critical issues",
    ),
    (
        {
            **A,
            "where": all_(
                rel("findings", js(NF, ["xdm.vulnerability.cve_id"], "eq", "CVE-2021-44228")),
                rel("issues", t("xdm.issue.category", "eq", "CONFIGURATION")),
            ),
        },
        "Assets that have a finding where CVE is CVE-2021-44228 and that have a configuration issue",
    ),
    (
        {
            **A,
            "where": all_(
                t(TY, "eq", "EC2_SECURITY_GROUP"), t("port", "eq", 22), t("cidr", "eq", "0.0.0.0/0")
            ),
            "compute": RULES,
            "expand": ["rules", "ranges"],
            "fields": [N, "port", "cidr"],
        },
        "Security groups where fromPort is 22 and cidrIp is 0.0.0.0/0, one row for each item of ipPermissions and ipRanges",
    ),
    (
        {
            **A,
            "where": all_(
                t(TY, "eq", "EC2_SECURITY_GROUP"),
                {
                    "dataset": "asset_inventory",
                    "absent": True,
                    "compute": RULES[:2],
                    "expand": ["rules"],
                    "where": t("port", "eq", 22),
                },
            ),
        },
        "Security groups that have no item of ipPermissions where fromPort is 22",
    ),
    (
        {
            **A,
            "joins": [
                {
                    "dataset": "issues",
                    "kind": "left",
                    "where": all_(OPEN, CRIT),
                    "aggregates": [{"function": "count", "name": "crit"}],
                }
            ],
            "order": [{"field": "crit", "direction": "desc"}],
            "limit": 10,
        },
        "Assets, with the number of their open critical issues, most first, the first 10",
    ),
    (
        {
            **A,
            "joins": [
                {
                    "dataset": "issues",
                    "kind": "left",
                    "where": OPEN,
                    "aggregates": [{"function": "count", "name": "open"}],
                }
            ],
            "where": t("open", "gt", 5),
        },
        "Assets where the number of their open issues is more than 5",
    ),
    (
        {
            **A,
            "where": t(TY, "eq", "S3_BUCKET"),
            "aggregates": [
                {
                    "function": "percent",
                    "name": "p",
                    "where": js("xdm.asset.raw_fields", ["Platform Discovery", "publicAccess"], "eq", "true"),
                }
            ],
        },
        "Percentage of S3 buckets for which configuration publicAccess is true",
    ),
    (
        {**A, "group_by": [P], "aggregates": [CNT, {"function": "percent", "name": "share"}], "order": MOST},
        "Assets: number and percentage of all, by provider, most first",
    ),
    (
        {**A, "aggregates": [{"function": "count_distinct", "field": R, "name": "accounts"}]},
        "Number of different accounts of assets",
    ),
    (
        {**A, "where": {"none": any_(t(G, "starts_with", "eu-"), t(G, "eq", "us-east-1"))}},
        "Assets where region does not start with eu- and region is not us-east-1",
    ),
    (
        {**A, "where": any_(t(N, "contains", "pay"), t("xdm.asset.strong_id", "contains", "pay"))},
        "Assets where name or cloud id contains pay",
    ),
    (
        {
            **A,
            "where": any_(
                all_(t(P, "eq", "AWS"), t(G, "eq", "us-east-1")),
                all_(t(P, "eq", "AZURE"), t(G, "eq", "westeurope")),
            ),
        },
        "Assets where (provider is AWS and region is us-east-1) or (provider is AZURE and region is westeurope)",
    ),
    (
        {**A, "where": t("xdm.host.ipv4_addresses", "in_cidr", "10.0.0.0/8")},
        "Assets where IP address is in 10.0.0.0/8",
    ),
    (
        {
            **A,
            "fields": [
                {"field": "xdm.asset.id", "name": "asset_id"},
                {"field": N, "name": "asset_name"},
                {"field": TY, "name": "asset_type_id"},
            ],
            "where": all_(
                t(TY, "eq", "S3_BUCKET"),
                js("xdm.asset.raw_fields", ["Platform Discovery", "versioning"], "ne", "Enabled"),
            ),
        },
        "S3 buckets where configuration versioning is not Enabled",
    ),
    (
        {**A, "top": {"n": 3, "by": [R], "order": FO}, "where": EC2},
        "EC2 instances, the newest 3 for each account",
    ),
    (
        {
            **A,
            "compute": [{"name": "owner", "tag": "owner"}],
            "group_by": ["owner"],
            "aggregates": [CNT],
            "having": t("n", "gt", 10),
            "order": MOST,
            "limit": 5,
        },
        "Number of assets, by tag owner, only where the number of assets is more than 10, most first, the first 5",
    ),
    (
        {
            **A,
            "group_by": [R],
            "aggregates": [CNT],
            "having": t("n", "gt", 10),
            "over": [
                {"function": "count_rows", "name": "groups"},
                {"function": "avg", "field": "n", "name": "mean"},
            ],
        },
        "Number of assets, by account, only where the number of assets is more than 10, of these groups the number and the average number of assets",
    ),
    (
        {
            **ISSUES,
            "where": all_(OPEN, t(SEV, "in", ["HIGH", "CRITICAL"])),
            "group_by": ["xdm.issue.category"],
            "aggregates": [CNT],
            "order": MOST,
            "timeframe": {"last": "7d"},
            "limit": 5,
        },
        "Number of open high or critical issues, by category, most first, in the last 7 days, the first 5",
    ),
    (
        {**ISSUES, "where": all_(OPEN, t(SEV, "eq", "HIGH"), t("_time", "older_than_days", 30))},
        "Open high-severity issues recorded more than 30 days ago",
    ),
    (
        {
            **ISSUES,
            "where": t(SEV, "ne", "LOW"),
            "order": [{"field": "xdm.issue.observation_time", "direction": "desc"}],
            "limit": 20,
        },
        "Issues where severity is not LOW, newest first, the first 20",
    ),
    (
        {**ISSUES, "where": all_(OPEN, CRIT, rel("asset_inventory", all_(EC2, tag("env", "eq", "prod"))))},
        "Open critical issues on an EC2 instance tagged env = prod",
    ),
    (
        {**ISSUES, "where": all_(OPEN, rel("issue_to_asset", rel("asset_inventory", t(P, "eq", "AZURE"))))},
        "Open issues on an Azure asset",
    ),
    (
        {
            **ISSUES,
            "where": OPEN,
            "joins": [
                {
                    "dataset": "asset_inventory",
                    "fields": [{"field": R, "name": "account"}],
                    "where": t(P, "eq", "AWS"),
                }
            ],
            "group_by": ["account"],
            "aggregates": [CNT],
            "order": MOST,
        },
        "Number of open issues on AWS assets, by account, most first",
    ),
    (
        {
            **ISSUES,
            "time_bin": {"field": "xdm.issue.observation_time", "span": "1w"},
            "group_by": [SEV],
            "aggregates": [CNT],
            "order": [{"field": "xdm.issue.observation_time"}],
            "timeframe": {"last": "90d"},
        },
        "Number of issues, by week and severity, oldest first, in the last 90 days",
    ),
    (
        {
            **ISSUES,
            "time_bin": {"field": "_time", "span": "1mo", "name": "month", "format": "%Y-%m"},
            "aggregates": [CNT],
            "order": [{"field": "month"}],
        },
        "Number of issues, by month, oldest first",
    ),
    (
        {
            **ISSUES,
            "compute": [{"name": "days_open", "age_days": "xdm.issue.observation_time"}],
            "where": all_(OPEN, CRIT),
            "aggregates": [
                {"function": "avg", "field": "days_open", "name": "mean"},
                {"function": "max", "field": "days_open", "name": "longest"},
            ],
            "group_by": ["xdm.issue.category"],
        },
        "Open critical issues: average days since observed and most days since observed, by category",
    ),
    (
        {
            **ISSUES,
            "compute": [
                {
                    "name": "days_to_fix",
                    "age_days": "xdm.issue.observation_time",
                    "until": "xdm.issue.last_modified",
                }
            ],
            "where": t(ST, "eq", "Resolved"),
            "aggregates": [{"function": "median", "field": "days_to_fix", "name": "m"}],
            "group_by": [SEV],
        },
        "Median days to fix of resolved issues, by severity",
    ),
    (
        {
            **ISSUES,
            "where": OPEN,
            "group_by": ["xdm.issue.detection.rule_id"],
            "aggregates": [
                CNT,
                {"function": "count", "name": "crit", "where": CRIT},
                {"function": "max", "field": "xdm.issue.observation_time", "name": "latest"},
            ],
            "order": [{"field": "crit", "direction": "desc"}],
        },
        "Open issues: number, number where severity is CRITICAL and latest observed time, by rule, most first",
    ),
    (
        {
            **ISSUES,
            "compute": [{"name": "worst", "rank": SEV, "ranks": ["CRITICAL", "HIGH", "MEDIUM", "LOW"]}],
            "where": OPEN,
            "order": [{"field": "worst"}, {"field": "xdm.issue.observation_time", "direction": "desc"}],
            "limit": 10,
        },
        "Open issues, critical severity first, then newest first, the first 10",
    ),
    ({**ISSUES, "where": t("xdm.issue.is_excluded", "eq", True)}, "Excluded issues"),
    (
        {**ISSUES, "where": t("xdm.issue.last_modified", "gt", None, other="xdm.issue.observation_time")},
        "Issues last changed after observed",
    ),
    (
        {
            **F,
            "where": all_(
                js(NF, ["xdm.vulnerability.cvss_score"], "gte", 9),
                js(NF, ["xdm.vulnerability.has_a_fix"], "eq", "true"),
            ),
            "compute": [{"name": "cve", "json_path": {"field": NF, "path": ["xdm.vulnerability.cve_id"]}}],
            "group_by": ["cve"],
            "aggregates": [{"function": "count_distinct", "field": "xdm.finding.asset_id", "name": "assets"}],
            "order": [{"field": "assets", "direction": "desc"}],
            "limit": 10,
        },
        "Number of different assets of findings where CVSS score is at least 9 and a fix exists, by CVE, most first, the first 10",
    ),
    (
        {
            **F,
            "where": all_(
                t("xdm.finding.category", "eq", "VULNERABILITY"),
                rel("asset_inventory", t(CAT, "eq", "Container Image")),
            ),
        },
        "Vulnerability findings on a container image",
    ),
    ({"dataset": "cases", "where": t("xdm.case.starred", "eq", True)}, "Starred cases"),
    (
        {"dataset": "cases", "where": rel("case_to_issue", rel("issues", CRIT))},
        "Cases that have a critical issue",
    ),
    (
        {
            "dataset": "cloud_audit_logs",
            "where": all_(
                t("operation_name", "contains", "Delete"), t("caller_ip", "not_in_cidr", "10.0.0.0/8")
            ),
            "group_by": ["identity_name"],
            "aggregates": [CNT],
            "order": MOST,
            "timeframe": {"last": "24h"},
        },
        "Number of cloud audit events where operation contains Delete and caller IP address is outside 10.0.0.0/8, by identity, most first, in the last 24 hours",
    ),
    (
        {
            "dataset": "cloud_audit_logs",
            "where": all_(t("identity_name", "eq", "root"), t("cloud_provider", "eq", "AWS")),
            "timeframe": {"start": "2026-01-01", "end": "2026-02-01"},
        },
        "AWS cloud audit events by root, from 2026-01-01 to 2026-02-01",
    ),
    (
        {
            "dataset": "va_cves",
            "where": all_(t("severity_score", "gte", 9), t("publication_date", "within_days", 30)),
            "order": [{"field": "severity_score", "direction": "desc"}],
            "limit": 20,
        },
        "CVEs published in the last 30 days where severity score is at least 9, highest severity score first, the first 20",
    ),
    (
        {
            "dataset": "endpoints",
            "where": all_(t("last_seen", "older_than_hours", 48), t("endpoint_status", "ne", "DISCONNECTED")),
        },
        "Endpoints last seen more than 48 hours ago where status is not DISCONNECTED",
    ),
    (
        {
            "dataset": "cloud_health_auditing",
            "distinct": ["connector", "capability"],
            "having": t("classification", "in", ["Error", "Failed"]),
        },
        "Connector health events, the newest for each connector and capability, only where classification is Error or Failed, in the last 24 hours",
    ),
    (
        {
            "dataset": "cloud_health_auditing",
            "distinct": ["connector"],
            "keep": {"field": "_time", "direction": "asc"},
        },
        "Connector health events, the oldest for each connector, in the last 24 hours",
    ),
    (
        {
            "dataset": "dspm_asset_file_inventory",
            "where": all_(
                t("file_data_patterns", "contains", "credit card"), t("file_is_deleted", "eq", False)
            ),
            "group_by": ["asset_id"],
            "aggregates": [{"function": "sum", "field": "file_size_bytes", "name": "bytes"}, CNT],
            "order": [{"field": "bytes", "direction": "desc"}],
            "limit": 10,
        },
        'Not deleted files where data pattern contains "credit card": total size in bytes and number, by asset id, highest total size in bytes first, the first 10',
    ),
    (
        {
            "dataset": "ciem_permissions_with_last_access",
            "where": all_(
                t("action_name", "eq", "s3:*"), t("dest_cloud_resource_name", "contains", "payments")
            ),
        },
        "Permissions where action starts with s3: and target contains payments",
    ),
    (
        {
            "dataset": "cwp_packages_raw",
            "where": all_(t("name", "eq", "log4j-core"), t("version", "starts_with", "2.14")),
        },
        "Software packages where name is log4j-core and version starts with 2.14",
    ),
    ({"dataset": "my_table", "where": t("tier", "eq", 1)}, "Rows of my_table where tier is 1"),
]


@pytest.mark.parametrize(("body", "text"), SENTENCES, ids=[text[:60] for _, text in SENTENCES])
def test_a_plan_in_words(body: Body, text: str) -> None:
    plan = PostureQuery.model_validate(body)
    assert describe_plan(plan) == text
    if CATALOG.dataset(plan.dataset) is None:
        return
    query = compile_plan(plan, CATALOG)
    assert check(format_query(query), CATALOG).valid
    assert describe_plan(read_plan(query, CATALOG)) == text


def test_a_limit_is_told_where_it_was_asked_for_or_cut() -> None:
    plan = PostureQuery.model_validate(A)
    assert describe_plan(plan) == "Assets"
    assert describe_plan(plan, cut=True) == "Assets, at most 100"
    assert describe_plan(plan.model_copy(update={"limit": 1})) == "Assets, only one"


def test_values_cannot_run_into_the_words() -> None:
    value = 'x" and severity is low\nor so'
    plan = PostureQuery.model_validate({**A, "where": t(N, "eq", value)})
    assert describe_plan(plan) == 'Assets named "x\' and severity is low or so"'


def test_many_values_are_cut() -> None:
    plan = PostureQuery.model_validate({**A, "where": t(G, "in", [f"r{n}" for n in range(20)])})
    assert describe_plan(plan) == "Assets in region r0, r1, r2, r3, r4 or 15 more"
