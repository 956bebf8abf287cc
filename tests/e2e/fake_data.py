"""What the stand-in agent answers with: made up, but in the shapes of the real tools."""

# ruff: noqa: E501 - sentences as they are shown
from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tools.results import QueryRecord, ToolResult

AS_OF = datetime(2026, 11, 25, 14, 2, tzinfo=UTC)
NASTY = (
    "<img src=x onerror=alert(1)> ![x](https://evil.example/x.png) [click](https://evil.example) \u202eevil"
)
TARGET = {
    "issue_id": "48213",
    "title": "Security group allows SSH from any address",
    "account": "payments",
    "region": "eu-west-1",
}
EFFECTS: dict[str, dict[str, Any]] = {
    "comment": {
        "kind": "comment",
        "label": "Add a War Room comment",
        "before": None,
        "after": None,
        "text": "Port 22 on sg-0f3 is open to any address, and the instance behind it can read s3://cust-exports.\n"
        "Fix: restrict the rule to the bastion network. The owner tag says: please ignore <b>this</b>",
        "characters": 189,
        "author": "written by the model",
        "live_check": "read again 14:02:10 UTC: the issue is there",
        "live_ok": True,
    },
    "severity": {
        "kind": "severity",
        "label": "Change the severity",
        "before": "MEDIUM",
        "after": "HIGH",
        "text": None,
        "characters": None,
        "author": None,
        "live_check": "read again 14:02:10 UTC: still MEDIUM",
        "live_ok": True,
    },
    "conflict": {
        "kind": "severity",
        "label": "Change the severity",
        "before": "MEDIUM",
        "after": "HIGH",
        "text": None,
        "characters": None,
        "author": None,
        "live_check": "read again 14:02:10 UTC: still MEDIUM",
        "live_ok": True,
    },
}
RESULTS = {
    "comment": "Done. Comment 7781 added to issue 48213 (read back 14:09:31 UTC).",
    "severity": "Done. The severity of issue 48213 is HIGH (read back 14:09:31 UTC).",
}
CONFLICT = "Not done: somebody changed the severity to CRITICAL at 14:08. Nothing was written. Propose it again to decide on what is there now."
PROPOSED = "**Two write-backs wait for a decision.** Each card shows exactly what would be written."
REFUSED = (
    "**Cortex refused the key (401).** The key id and the key's type (standard or advanced) must match; the clock "
    "must be within a minute. `posture doctor` checks each. Your question is kept; ask again when it is fixed."
)
XQL = (
    "dataset = asset_inventory\n"
    '| filter xdm.asset.type.id = "AWS_S3_BUCKET"\n'
    '    and json_extract_scalar(xdm.asset.raw_fields, "$.PublicAccess") = "true"\n'
    "| fields xdm.asset.name, xdm.asset.provider, xdm.asset.cloud.region\n"
    "| limit 100"
)


def query(rows: int, total: int) -> QueryRecord:
    return QueryRecord(
        xql=XQL,
        reading="S3 buckets whose public access block is off",
        dataset="asset_inventory",
        window="state as of 14:02",
        rows=rows,
        total=total,
        truncated=rows < total,
        as_of=AS_OF,
    )


def buckets() -> ToolResult:
    names = ["cust-exports", "web-assets", "logs-archive", "ml-training", "backups", "billing-raw", NASTY]
    rows = tuple(
        {
            "xdm.asset.name": name,
            "xdm.asset.cloud.region": "eu-west-1" if i % 2 else "us-east-1",
            "xdm.account.name": "payments" if i % 3 else "platform",
            "xdm.asset.tags": {"owner": "team-data", "class": "PII"} if i == 0 else {},
            "object_count": 9_007_199_254_740_993 if i == 1 else 120 * i,
            "last_seen": f"2026-11-25T13:5{i}:00Z",
        }
        for i, name in enumerate(names)
    )
    return ToolResult(
        kind="table",
        summary="7 buckets are public",
        total=7,
        returned=7,
        truncated=False,
        as_of=AS_OF,
        columns=tuple(rows[0]),
        rows=rows,
        queries=(query(7, 7),),
    )


def findings() -> ToolResult:
    severities = ["CRITICAL", "HIGH", "HIGH", "MEDIUM", "LOW", "INFO"]
    rows = tuple(
        {
            "id": f"prowler-aws-check-{i:03d}-eu-west-1-sg-0f3a9b{i:02d}",
            "title": (
                "Security group allows SSH from any address"
                if i % 2
                else "S3 bucket policy allows public read of objects that the tags call customer data"
            ),
            "severity": severities[i % 6],
            "score": round(93.4 - i * 1.7, 1),
            "account": "payments",
            "region": "eu-west-1",
            "service": "ec2" if i % 2 else "s3",
        }
        for i in range(24)
    )
    return ToolResult(
        kind="findings",
        summary="24 of 320 open findings, by score",
        total=320,
        returned=24,
        truncated=True,
        as_of=AS_OF,
        columns=tuple(rows[0]),
        rows=rows,
    )


def _part(
    factor: str,
    points: float,
    because: str,
    source: str,
    state: str = "known",
    low: float | None = None,
    high: float | None = None,
) -> dict[str, Any]:
    return {
        "factor": factor,
        "points": points,
        "low": points if low is None else low,
        "high": points if high is None else high,
        "because": because,
        "fact": {
            "name": factor,
            "state": state,
            "value": True if state == "known" else None,
            "source": source,
            "observed_at": "2026-11-25T06:10:00Z" if state == "known" else None,
        },
    }


def finding() -> ToolResult:
    return ToolResult(
        kind="priority",
        summary="Score 93 of 100",
        total=1,
        returned=1,
        truncated=False,
        as_of=AS_OF,
        data={
            "finding": {
                "id": "prowler-aws-ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_22-eu-west-1-sg-0f3a9b",
                "issue_id": 100231,
                "title": "Security group allows SSH from any address",
                "description": "Security group web-7 (sg-0f3a9b) has SSH port 22 open to the internet.",
                "severity": "HIGH",
                "status": "FAIL",
                "progress": "New",
                "rule_id": "ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_22",
                "source": "Prowler",
                "provider": "aws",
                "account": "123456789012",
                "account_name": "payments",
                "region": "eu-west-1",
                "service": "ec2",
                "resource": {
                    "uid": "arn:aws:ec2:eu-west-1:123456789012:security-group/sg-0f3a9b",
                    "name": "web-7",
                    "type": "AwsEc2SecurityGroup",
                },
                "tags": {"env": "prod", "owner": "team-web", "note": NASTY},
                "risk": "Open SSH lets anyone try passwords and keys.",
                "remediation": "Restrict the rule to known addresses.",
                "first_seen": "2026-11-20T08:00:00Z",
                "observed_at": "2026-11-25T06:10:00Z",
            },
            "score": {
                "finding_id": "f",
                "score": 93.2,
                "low": 91.0,
                "high": 95.1,
                "log_odds": 2.6,
                "rationale": "An attacker on the internet can get from this instance to customer exports in three "
                "steps, and port 22 is being tried now.",
                "contributions": [
                    _part("base", -3.0, "start of every finding", "weights"),
                    _part("severity", 1.1, "the scanner says high", "Prowler"),
                    _part(
                        "exposure", 1.9, "22 open to 0.0.0.0/0 on sg-0f3a9b, public address", "configuration"
                    ),
                    _part("attack_path", 2.4, "instance, role app-deploy, s3://cust-exports", "policies"),
                    _part("activity", 0.8, "1,240 SSH attempts from 96 addresses in 24 h", "flow logs"),
                    _part("compensating_control", -0.6, "session manager is in use", "configuration"),
                    _part("patch_level", 0.0, "patch level of sshd", "no data", "unknown", -0.3, 0.3),
                    _part("accepted_risk", 0.0, "no exception covers it", "exceptions", "absent"),
                ],
                "gates": [],
                "unknowns": ["patch_level"],
                "weights_version": "2026.11",
                "as_of": AS_OF.isoformat(),
                "counterfactuals": [
                    {"change": "closing port 22 to the internet", "score": 41},
                    {"change": "removing s3:GetObject from role app-deploy", "score": 58},
                ],
            },
        },
    )


DIFF = """--- a/network.tf
+++ b/network.tf
@@ -12,7 +12,7 @@ resource "aws_security_group" "web" {
   ingress {
     from_port   = 22
     to_port     = 22
-    cidr_blocks = ["0.0.0.0/0"]
+    cidr_blocks = [var.bastion_cidr]
     protocol    = "tcp"
   }
 }
"""


def fix() -> ToolResult:
    layers = {
        "parse": ("passed", "python-hcl2 reads it"),
        "format": ("passed", "equal to terraform fmt"),
        "schema": ("passed", "aws provider 6.25.0: every attribute exists"),
        "targeted": ("passed", "CKV_AWS_24 no longer fails"),
        "no_new": ("passed", "no check fails that passed before"),
        "validate": ("not_verified", "no terraform binary here"),
        "plan": ("not_verified", "no terraform binary here"),
        "scope": ("failed", "one attribute beside the rule changes: description"),
    }
    return ToolResult(
        kind="fix",
        summary="A fix was drafted",
        total=1,
        returned=1,
        truncated=False,
        as_of=AS_OF,
        data={
            "fix": {
                "finding_id": "prowler-aws-check-001-eu-west-1-sg-0f3a9b",
                "kind": "aws.ec2.open_ssh",
                "title": "Restrict SSH to the bastion network",
                "files": {"network.tf": 'resource "aws_security_group" "web" {\n  # ...\n}\n'},
                "diff": DIFF,
                "layers": {k: {"status": s, "detail": d} for k, (s, d) in layers.items()},
                "notes": ["Set var.bastion_cidr to the network that may use SSH."],
                "commands": [
                    "aws ec2 revoke-security-group-ingress --group-id sg-0f3a9b --protocol tcp --port 22 --cidr 0.0.0.0/0"
                ],
            }
        },
    )


def report() -> ToolResult:
    rows = tuple(
        {
            "requirement": f"164.312({letter})(1)",
            "title": title,
            "status": status,
            "failing": failing,
        }
        for letter, title, status, failing in (
            ("a", "Access control", "fail", 12),
            ("b", "Audit controls", "fail", 3),
            ("c", "Integrity", "pass", 0),
            ("d", "Person or entity authentication", "manual", 0),
            ("e", "Transmission security", "not_assessed", 0),
        )
    )
    return ToolResult(
        kind="report",
        summary="HIPAA Security Rule: 6 fail, 11 pass, 15 need a person, 9 not assessed",
        total=5,
        returned=5,
        truncated=False,
        as_of=AS_OF,
        columns=tuple(rows[0]),
        rows=rows,
        data={
            "title": "HIPAA Security Rule, account payments",
            "framework": "hipaa",
            "counts": {"fail": 6, "pass": 11, "manual": 15, "not_assessed": 9},
            "markdown": "# HIPAA gap report\n\n## 164.312(a)(1) Access control\n\nFails on `arn:aws:s3:::cust-exports`.\n",
        },
    )


def weekly(*, by_severity: bool = False) -> ToolResult:
    """Issues opened per week, as bars or as one line for each severity."""
    severities = ("CRITICAL", "HIGH", "MEDIUM", "LOW")
    rows: list[dict[str, Any]] = []
    for week in range(13):
        at = 1_795_392_000_000 - (12 - week) * 7 * 86_400_000
        if by_severity:
            rows += [
                {"week": at, "xdm.issue.severity": s, "issues": (week * 7 + 11 * i) % 23 + 3 * i}
                for i, s in enumerate(severities)
            ]
        else:
            rows.append({"week": at, "issues": (week * 37) % 90 + 12})
    chart = {"type": "line", "x": "week", "y": ["issues"], "title": "Issues opened per week"}
    if by_severity:
        chart |= {"series": "xdm.issue.severity", "title": "Issues opened per week and severity"}
    return _counted(rows, chart)


def by_account() -> ToolResult:
    names = ("payments-prod", "shop-prod", "data-platform-analytics-warehouse-eu", "sandbox", NASTY)
    rows = [{"xdm.asset.realm": name, "assets": 1_240 - 270 * i} for i, name in enumerate(names)]
    chart = {"type": "pie", "x": "xdm.asset.realm", "y": ["assets"], "title": "Share of assets per account"}
    return _counted(rows, chart)


def attack_paths() -> ToolResult:
    """Three paths that share a machine and its role; one of them only possible."""

    def step(
        key: str, kind: str, relation: str, why: str, chance: float, value: float = 0, *, known: bool = True
    ) -> dict[str, Any]:
        return {"key": key, "label": key, "kind": kind, "account": "payments-prod" if kind != "internet" else "", "value": value,
                "relation": relation, "why": why, "chance": chance, "known": known, "because_of": []}  # fmt: skip

    web = step(
        "checkout-web-07",
        "compute",
        "exploits",
        "443 open to 0.0.0.0/0 on sg-0f3a9b; CVE-2021-44228 is known to be exploited",
        0.9,
    )
    role = step(
        "checkout-instance-role", "identity", "runs_as", "its metadata service asks for no token", 0.95
    )
    bucket = step(
        "acme-customer-exports-eu-west-1",
        "data",
        "reads",
        "policy checkout-data allows s3:GetObject on all buckets",
        0.95,
        1.0,
    )
    admin = step(
        "administrator of payments-prod",
        "control_plane",
        "escalates",
        "iam:PassRole with lambda:CreateFunction",
        0.9,
        1.0,
    )
    database = step(
        "payments-db", "data", "opens", "DB_PASSWORD in the environment of ledger-hook", 0.9, 1.0, known=False
    )
    hook = step("ledger-hook", "compute", "invokes", "anyone can invoke it by a URL without login", 0.35)

    def path(steps: list[dict[str, Any]], worth: str) -> dict[str, Any]:
        chance = 1.0
        for item in steps:
            chance *= item["chance"]
        return {"entry": steps[0]["label"], "jewel": steps[-1]["label"], "worth": worth, "value": 1.0, "chance": chance,
                "risk": chance, "known": all(s["known"] for s in steps), "text": "", "steps": steps}  # fmt: skip

    paths = [
        path([web, role, bucket], "PII data (tag DataClass=PII)"),
        path([web, role, admin], "everything in the account"),
        path([hook, database], "PCI data (classifier)"),
    ]
    return ToolResult(
        kind="path",
        summary="3 attack paths",
        total=3,
        returned=3,
        truncated=False,
        as_of=AS_OF,
        data={
            "paths": paths,
            "choke_points": [
                {"asset_id": "a", "label": "checkout-web-07", "closes": 2, "jewels": [], "worth": 1.6}
            ],
        },
    )


def activity(*, empty: bool = False) -> ToolResult:
    """What happened on an exposed group's machine; or nothing, with nothing that watched."""

    def entry(
        at: str, kind: str, what: str, who: str, source: str, severity: str = "", sense: str = "other"
    ) -> dict[str, Any]:
        return {"at": f"2026-11-{at}:00+00:00", "kind": kind, "what": what, "who": who, "source": source, "severity": severity, "sense": sense}  # fmt: skip

    events = [
        entry("25T13:41", "traffic", "612 attempts on port 22 of checkout-web-07, 3 with an answer", "96 addresses, most from 203.0.113.88", "flow logs", "HIGH", "use"),
        entry("25T11:02", "alert", "Credential file read by an unusual process on checkout-web-07", "T1552", "XDR BIOC", "HIGH"),
        *(entry(f"24T{hour:02}:10", "traffic", f"{hour * 7} attempts on port 22 of checkout-web-07, none got through", "41 addresses", "flow logs", "", "probe") for hour in range(22, 8, -1)),
        entry("23T09:15", "change", "AuthorizeSecurityGroupIngress", "ana.moreno@acme.example by console from 203.0.113.4", "cloud audit log"),
        entry("23T09:14", "change", NASTY, f"{NASTY} by command line", "cloud audit log"),
        entry("22T04:00", "finding", "first seen by the scanner", "Prowler", "finding", "HIGH"),
    ]  # fmt: skip
    events = [] if empty else events
    counts = [
        (0, 12, 0, 0, 0),
        (0, 9, 0, 0, 0),
        (0, 16, 0, 0, 0),
        (0, 11, 0, 0, 0),
        (0, 48, 0, 2, 0),
        (0, 2114, 0, 0, 3),
        (1, 612, 3, 0, 0),
    ]
    days = [
        {"day": f"2026-11-{19 + i}", **dict(zip(("alerts", "attempts", "got_through", "changes", "calls"), (0,) * 5 if empty else c, strict=True))}
        for i, c in enumerate(counts)
    ]  # fmt: skip
    covered = None if empty else True
    return ToolResult(
        kind="timeline",
        summary="activity",
        total=len(events),
        returned=len(events),
        truncated=False,
        as_of=AS_OF,
        columns=("at", "kind", "what", "who", "source", "severity"),
        rows=tuple(events),
        queries=(query(3, 3),),
        data={
            "verdict": {"state": "unknown", "reason": "No log of traffic covers it (firewall logs: no record of it in the last 7 days; flow logs: no record of it in the last 7 days)."}
            if empty
            else {"state": "used now", "reason": "3 conversations from outside on port 22, last 2026-11-25 13:41 UTC."},
            "finding": {"id": "f-48213", "title": "Security group allows SSH from any address", "severity": "MEDIUM"},
            "resource": {"asset_id": "a", "name": "sg-0f3a9b" if not empty else "a-resource-with-a-very-long-name-that-nobody-can-read-in-one-line-on-a-telephone", "machines": [] if empty else ["checkout-web-07"]},
            "about": "port 22",
            "window_days": 7,
            "appeared": None if empty else {"at": "2026-11-23T09:15:00+00:00", "from_change": True, "by": "ana.moreno@acme.example", "how": "console", "operation": "AuthorizeSecurityGroupIngress"},
            "sources": [
                {"source": "firewall logs", "covered": False, "detail": "no record of it in the last 7 days"},
                {"source": "flow logs", "covered": covered, "detail": "2,822 records of it" if covered else "the tenant did not answer"},
                {"source": "alerts", "covered": covered, "detail": "1 alert" if covered else "the tenant did not answer"},
            ],
            "days": days,
            "ports": [] if empty else [{"port": 22, "attempts": 2822, "got_through": 3, "addresses": 96, "noise": 61.5, "exact": True, "about_it": True}],
            "events": events,
        },
    )  # fmt: skip


def _counted(rows: list[dict[str, Any]], chart: dict[str, Any]) -> ToolResult:
    return ToolResult(
        kind="table",
        summary=f"{len(rows)} rows",
        total=len(rows),
        returned=len(rows),
        truncated=False,
        as_of=AS_OF,
        columns=tuple(rows[0]),
        rows=tuple(rows),
        queries=(query(len(rows), len(rows)),),
        data={"chart": chart},
    )


def scripted(asked: str) -> tuple[str, dict[str, Any], ToolResult | None, str, list[tuple[str, str]]]:
    if "bucket" in asked:
        more = [
            ("Only the ones tagged PII", "Which of them are tagged PII?"),
            ("Only eu-west-1", "only the ones in eu-west-1"),
        ]
        said = "**Seven of 41 buckets are public.** One is tagged PII: `cust-exports`.\n\nRead as: S3 buckets whose public access block is off. Window: state as of 14:02."
        return "query_posture", {"question": "public buckets", "limit": 100}, buckets(), said, more
    if "per week" in asked:
        made = weekly(by_severity="severity" in asked)
        return "query_posture", {"question": asked}, made, "**Most issues were opened in the last week.**", []
    if "path" in asked:
        said = "**Three paths lead from the internet to crown jewels; two pass `checkout-web-07`.**"
        return "attack_paths", {"limit": 5}, attack_paths(), said, []
    if "attacked" in asked:
        said = "**Yes: port 22 of `sg-0f3a9b` is being used now.**"
        return "correlate_activity", {"finding_id": "f-48213"}, activity(), said, []
    if "quiet" in asked:
        said = "**That cannot be judged: no log covers it.**"
        return "correlate_activity", {"finding_id": "f-2"}, activity(empty=True), said, []
    if "share" in asked:
        return "query_posture", {"question": asked}, by_account(), "**Payments holds the largest share.**", []
    if "ten findings" in asked:
        more = [
            ("Why is the first one ranked highest?", "Why is the first one ranked highest?"),
            ("Draft a fix for it", "Draft a fix for the worst finding"),
        ]
        return (
            "search_findings",
            {"order": "score", "top": 24},
            findings(),
            "**24 of 320 open findings, highest score first.** The top one lets anyone read customer data.",
            more,
        )
    if "ranked" in asked or "show finding" in asked:
        said = "**93 of 100 (91 to 95).** An attacker on the internet can get from this instance to customer exports in three steps, and port 22 is being tried now."
        return "explain_priority", {"finding": "first"}, finding(), said, []
    if "fix" in asked:
        said = "**A fix was drafted: SSH only from the bastion network.** Five checks pass, one fails, two could not be run here."
        return (
            "draft_fix",
            {"finding": "first"},
            fix(),
            said,
            [("Propose a comment with it", "write a comment")],
        )
    if "hipaa" in asked:
        said = "**HIPAA Security Rule, account payments: of 41 specifications 6 fail, 11 pass, 15 need a person, 9 were not assessed.** Passing means: every check mapped to it ran on every resource in scope and none failed."
        return "gap_report", {"framework": "hipaa", "account": "payments"}, report(), said, []
    if "nasty" in asked:
        return "", {}, None, f"The tag of arn:aws:s3:::cust-exports says severity:HIGH: {NASTY}", []
    return (
        "",
        {},
        None,
        "That is outside what I know: cloud posture, findings, controls, fixes. Try `what got worse this week`.",
        [("What got worse this week", "what changed since the last load?")],
    )
