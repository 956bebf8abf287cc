"""What happens in an account: changes, traffic, alerts, cases, scans; and what registers know of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from tools.findings.model import Severity
from tools.tenant.estate.cell import HISTORY_DAYS, Cell, Hit, Resource, Rule
from tools.tenant.estate.company import OWNERS, person
from tools.tenant.estate.cves import by_id
from tools.tenant.estate.rows import ISSUE_COLUMNS, Written, plain_json

Table = tuple[str, Sequence[str], list[tuple[Any, ...]]]
_PROBED = (22, 23, 445, 3389, 8080, 5900, 6379)
MOST_HOSTS = 5_000
_ALERTS = (
    ("Suspicious process run by a web server", Severity.HIGH, "Execution", "T1059", "XDR Analytics BIOC"),
    ("Port scan from inside the network", Severity.MEDIUM, "Discovery", "T1046", "XDR Analytics"),
    ("Unusual outbound connection", Severity.MEDIUM, "Command and Control", "T1071", "XDR Analytics"),
    ("Known mining tool", Severity.HIGH, "Impact", "T1496", "XDR Agent"),
    ("Credential file read by an unusual process", Severity.HIGH, "Credential Access", "T1552", "XDR BIOC"),
    ("Many failed logins", Severity.LOW, "Credential Access", "T1110", "XDR Analytics"),
)
_CHANGES: dict[str, tuple[tuple[str, str, str], ...]] = {
    "AWS": (
        ("AuthorizeSecurityGroupIngress", "aws.group", "Security Group"),
        ("PutBucketPolicy", "aws.bucket", "Storage Bucket"),
        ("ModifyDBInstance", "aws.database", "Database"),
        ("UpdateFunctionConfiguration20150331v2", "aws.function", "Serverless Function"),
        ("AttachRolePolicy", "aws.role", "IAM Role"),
        ("RunInstances", "aws.instance", "VM Instance"),
        ("ModifySnapshotAttribute", "aws.snapshot", "Snapshot"),
    ),
    "AZURE": (
        ("Microsoft.Network/networkSecurityGroups/securityRules/write", "azure.nsg", "Security Group"),
        ("Microsoft.Storage/storageAccounts/write", "azure.store", "Storage Bucket"),
        ("Microsoft.Compute/virtualMachines/write", "azure.machine", "VM Instance"),
        ("Microsoft.Authorization/roleAssignments/write", "azure.assignment", "IAM Policy"),
        ("Microsoft.KeyVault/vaults/write", "azure.vault", "Key Vault"),
    ),
    "GCP": (
        ("v1.compute.firewalls.patch", "gcp.firewall", "Security Group"),
        ("storage.setIamPermissions", "gcp.bucket", "Storage Bucket"),
        ("v1.compute.instances.insert", "gcp.machine", "VM Instance"),
        ("SetIamPolicy", "gcp.project", "Account"),
        ("cloudsql.instances.update", "gcp.database", "Database"),
    ),
}
_CONSOLE = {
    "AWS": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0",
    "AZURE": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1 Safari/605.1",
    "GCP": "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/132.0",
}
_PIPELINE = "APN/1.0 HashiCorp/1.0 Terraform/1.9.8 (+https://www.terraform.io)"
_LOGS = {"AWS": "CloudTrail", "AZURE": "Administrative", "GCP": "cloudaudit.googleapis.com/activity"}
_TIERS = {
    "tier-1": "1 - most critical",
    "tier-2": "2 - somewhat critical",
    "tier-3": "3 - less critical",
    "tier-4": "4 - not critical",
}
_CLASSES = {"Compute": "cmdb_ci_vm_instance", "Data": "cmdb_ci_cloud_database", "Network": "cmdb_ci_network"}
_CASE = (
    *("xdm.case.id", "xdm.case.name", "xdm.case.description", "xdm.case.severity"),
    *("xdm.case.status_progress", "xdm.case.domain", "xdm.case.assigned_to", "xdm.case.creation_time"),
    *("xdm.case.modification_time", "xdm.case.starred", "xdm.case.score", "xdm.case.issue_count"),
    *("xdm.case.tags", "_time", "_insert_time"),
)


class Cases:
    """Numbers cases from account to account."""

    def __init__(self) -> None:
        self._next = 9_001
        self.rows: list[tuple[Any, ...]] = []
        self.links: list[tuple[Any, ...]] = []

    def open_for(self, cell: Cell, written: Written) -> None:
        """Open cases over some of the account's applications."""
        self.rows, self.links = [], []
        random = cell.random
        open_ = [n for n, row in enumerate(written.issues) if row[12] != "Resolved"]
        if not open_:
            return
        for _ in range(max(1, len(open_) // 70)):
            chosen = sorted(random.sample(open_, min(len(open_), random.randint(1, 6))))
            case, first = self._next, written.issues[chosen[0]]
            self._next += 1
            ranks = ["INFO", "LOW", "MEDIUM", "HIGH", "CRITICAL"]
            worst = max((written.issues[n][4] for n in chosen), key=ranks.index)
            began = min(written.issues[n][-1] for n in chosen)
            more = f" and {len(chosen) - 1} more" if len(chosen) > 1 else ""
            progress = random.choice(("NEW", "NEW", "UNDER_INVESTIGATION"))
            self.rows.append(
                (
                    *(
                        case,
                        f"{first[2]}{more}",
                        f"{len(chosen)} issues in {cell.account.name}",
                        worst,
                        progress,
                    ),
                    *("POSTURE", OWNERS[cell.account.team] if progress != "NEW" else None, began, first[-2]),
                    *(random.random() < 0.1, 10 * ranks.index(worst) + random.randint(0, 9), len(chosen)),
                    *([f"team:{cell.account.team}"], first[-2], began),
                )
            )
            for n in chosen:
                row = list(written.issues[n])
                row[ISSUE_COLUMNS.index("xdm.issue.case_ids")] = [*row[-3], str(case)]
                written.issues[n] = tuple(row)
                self.links.append((case, row[0]))


class Scans:
    """Gathers over all accounts which machines have which vulnerability."""

    def __init__(self) -> None:
        self._affected: dict[str, list[str]] = {}

    def note(self, cell: Cell) -> None:
        """Add the machines of an account; of very many only the first are named."""
        for host, *_ in cell.used.get("hosts", ()):
            for one in cell.used["by host"].get(host.id, ()):
                named = self._affected.setdefault(one.rule.id, [])
                if len(named) < MOST_HOSTS:
                    named.append(host.name)

    def rows(self) -> Table:
        """One row for each vulnerability."""
        found = []
        for cve in sorted(self._affected):
            one = by_id()[cve]
            found.append(
                (
                    *(cve, one.severity, one.summary, one.score, one.impact, one.exploitability),
                    *(self._affected[cve], [f"{one.package} {one.installed}"]),
                )
            )
        names = (
            *("name", "severity", "description", "severity_score", "impact_score"),
            *("exploitability_score", "affected_hosts", "affected_products"),
        )
        return "va_cves", names, found


def rows_of(cell: Cell, written: Written, cases: Cases) -> Iterator[Table]:
    """The rows of all further data sets for one account."""
    yield "cases", _CASE, cases.rows
    yield "case_to_issue", ("xdm.case.id", "xdm.issue.id"), cases.links
    yield _changes(cell)
    yield _health(cell)
    yield from _agents(cell)
    yield from _traffic(cell)
    yield _vulnerable(cell)
    yield _register(cell)
    files = cell.used.get("files", ())
    if files:
        yield "dspm_asset_file_inventory", tuple(files[0]), [tuple(row.values()) for row in files]
    yield _permissions(cell)


def alerts(cell: Cell) -> None:
    """Alerts of agents on some machines: issues of the domain SECURITY."""
    for host, _, _, _ in cell.used.get("hosts", ()):
        if not cell.chance(0.06):
            continue
        title, severity, tactic, technique, method = cell.pick(_ALERTS)
        rule = Rule(
            f"bioc-{technique.lower()}",
            severity,
            title,
            "Look at the machine and what ran on it.",
            category=tactic.upper().replace(" ", "_"),
            method=method,
            owner="XDR",
            impact="Somebody may be on the machine.",
            domain="SECURITY",
            service="endpoint",
        )
        facts = {"xdm.event.mitre_tactic": tactic, "xdm.event.mitre_technique": technique}
        cell.hit(host, rule, facts, observed=cell.ago(cell.random.random() ** 2 * 30 + 0.05))


def index_hosts(cell: Cell) -> None:
    """Note which vulnerabilities are on which machine."""
    found: dict[str, list[Hit]] = {}
    for hit in cell.hits:
        if hit.rule.category == "VULNERABILITY":
            found.setdefault(hit.resource.id, []).append(hit)
    cell.used["by host"] = found


def _changes(cell: Cell) -> Table:
    provider, random = cell.account.provider, cell.random
    known = {kind: (name, label) for name, kind, label in _CHANGES[provider]}
    rows = []
    for resource in cell.resources:
        if resource.kind not in known or not resource.collected or random.random() > 0.5:
            continue
        operation, label = known[resource.kind]
        console = random.random() < 0.22
        who = f"{person(random.randrange(400))}@halden.example" if console else "pipeline"
        moment = cell.now - timedelta(days=HISTORY_DAYS * random.random() ** 1.4, minutes=7)
        address = f"203.0.113.{random.randint(1, 14)}" if console else f"198.18.0.{random.randint(2, 90)}"
        raw = plain_json(
            {
                "eventName": operation,
                "readOnly": False,
                "sessionCredentialFromConsole": "true" if console else None,
                "requestParameters": {"resource": resource.uid},
            }
        )
        rows.append(
            (
                *(moment, moment, provider, cell.account.id, resource.region, operation, operation),
                *("SUCCESS" if random.random() > 0.04 else "FAILED", who),
                *("USER" if console else "SERVICE", f"{random.getrandbits(64):016x}", label, resource.kind),
                *(asset_label(resource), resource.uid, resource.name, address, 64_500),
                *(_CONSOLE[provider] if console else _PIPELINE, _LOGS[provider], raw),
            )
        )
    rows.sort(key=lambda row: row[0])
    names = (
        *("_time", "_insert_time", "cloud_provider", "project", "region", "operation_name"),
        *("operation_name_orig", "operation_status", "identity_name", "identity_type", "identity_uuid"),
        *("resource_type", "resource_type_orig", "resource_sub_type", "referenced_resource"),
        *("referenced_resource_name", "caller_ip", "caller_ip_asn", "user_agent", "log_name", "raw_log"),
    )
    return "cloud_audit_logs", names, rows


def asset_label(resource: Resource) -> str:
    """The asset type id of a resource."""
    from tools.tenant.estate.kinds import asset_types

    return asset_types()[resource.kind].id


def _health(cell: Cell) -> Table:
    rows: list[tuple[Any, ...]] = []
    for capability in ("Discovery", "ADS", "DSPM", "Permissions", "Registry"):
        moment = cell.ago(cell.random.random() * 1.5)
        roll = cell.random.random()
        word = "Success" if roll < 0.85 else "Error" if roll < 0.93 else "Failed"
        rows.append(
            (
                *(moment, moment, cell.account.id, f"{cell.account.provider.lower()}-connector"),
                *(cell.region, capability, word, "account", None, cell.account.name),
                *(
                    f"{capability} run ended" if word == "Success" else f"{capability} run did not end",
                    None if word == "Success" else "AccessDenied",
                ),
            )
        )
    for resource in cell.resources:
        if not resource.collected:
            moment = cell.ago(cell.random.random())
            rows.append(
                (
                    *(moment, moment, cell.account.id, f"{cell.account.provider.lower()}-connector"),
                    *(resource.region, "Discovery", "Error", "resource", resource.uid, resource.name),
                    *("Configuration was not collected", "AccessDenied"),
                )
            )
    names = (
        *("_time", "_insert_time", "account", "connector", "region", "capability", "classification"),
        *("scope", "resource_id", "name", "message", "error"),
    )
    return "cloud_health_auditing", names, rows


def _agents(cell: Cell) -> Iterator[Table]:
    endpoints, machines = [], []
    random = cell.random
    for host, system, private, shown in cell.used.get("hosts", ()):
        if random.random() < 0.3:
            continue
        agent = f"{random.getrandbits(128):032x}"
        seen = cell.ago(random.random() * (1 if random.random() < 0.9 else 40))
        status = "CONNECTED" if (cell.now - seen).days < 2 else "DISCONNECTED"
        info = {"project_id": cell.account.id, "provider": cell.account.provider, "instance_id": host.uid}
        endpoints.append(
            (
                *(
                    agent,
                    host.name,
                    status,
                    "SERVER",
                    "AGENT_OS_WINDOWS" if system.windows else "AGENT_OS_LINUX",
                ),
                *("halden.example", private, random.choice(("8.6.0.1", "8.5.2.9", "8.4.1.3")), "STANDARD"),
                *(None, host.uid, shown or None, plain_json(info), seen, seen, host.first),
            )
        )
        applications = [
            {
                "application_name": one.facts["xdm.software_package.name"],
                "version": one.facts["xdm.software_package.version"],
            }
            for one in cell.used["by host"].get(host.id, ())
        ]
        machines.append(
            (
                host.name,
                agent,
                cell.account.provider,
                "virtual machine",
                system.name,
                plain_json(applications),
                seen,
            )
        )
    yield (
        "endpoints",
        (
            *("endpoint_id", "endpoint_name", "endpoint_status", "endpoint_type", "platform", "domain"),
            *("ip_address", "agent_version", "installation_type", "cluster_name", "cloud_id"),
            *("last_origin_ip", "cloud_info", "last_seen", "_time", "_insert_time"),
        ),
        endpoints,
    )
    yield (
        "host_inventory",
        ("endpoint_name", "endpoint_id", "manufacturer", "model", "os_name", "applications", "_time"),
        machines,
    )


def _vulnerable(cell: Cell) -> Table:
    rows = []
    for host, *_ in cell.used.get("hosts", ()):
        listed = [one.rule.id for one in cell.used["by host"].get(host.id, ())]
        if listed:
            rows.append((host.name, listed))
    return "va_endpoints", ("endpoint_name", "cves"), rows


def _traffic(cell: Cell) -> Iterator[Table]:
    """Flow logs of AWS interfaces, and of the firewall in front of the other clouds."""
    random, aws = cell.random, cell.account.provider == "AWS"
    flows: list[tuple[Any, ...]] = []
    for host, _, private, shown in cell.used.get("hosts", ()):
        count = random.randint(2, 9) if shown else (1 if random.random() < 0.3 else 0)
        ports = cell.used["ports"][host.id] if shown else (443, 5432)
        for _ in range(count):
            moment = cell.ago(random.random() ** 1.5 * 14 + 0.01)
            source = (
                cell.address()
                if shown
                else f"10.{random.randint(0, 99)}.{random.randint(0, 9)}.{random.randint(4, 250)}"
            )
            probing = shown and random.random() < 0.5
            port = random.choice(_PROBED if probing or not ports else ports)
            passed = port in ports
            flows.append(_flow(random, host, moment, source, private, port, passed, aws))
    names: tuple[str, ...]
    if aws:
        names = (
            *(
                "_time",
                "_insert_time",
                "account_id",
                "interface_id",
                "srcaddr",
                "dstaddr",
                "srcport",
                "dstport",
            ),
            *("protocol", "packets", "bytes", "start", "end", "action", "log_status"),
        )
    else:
        names = (
            *("_time", "_insert_time", "source_ip", "source_port", "dest_ip", "dest_port", "protocol", "app"),
            *("action", "rule_matched", "from_zone", "to_zone", "bytes_sent", "bytes_received", "session_id"),
            "log_source_name",
        )
    yield "amazon_aws_raw" if aws else "panw_ngfw_traffic_raw", names, flows


def _flow(
    random: Any,
    host: Resource,
    moment: datetime,
    source: str,
    private: str,
    port: int,
    passed: bool,
    aws: bool,
) -> tuple[Any, ...]:
    packets = random.randint(3, 400) if passed else random.randint(1, 4)
    client, start = random.randint(1025, 65000), int(moment.timestamp())
    if aws:
        interface = host.config["NetworkInterfaces"][0]["NetworkInterfaceId"]
        return (
            *(moment, moment, host.account.id, interface, source, private, client, port, 6, packets),
            *(packets * random.randint(60, 900), start, start + 59, "ACCEPT" if passed else "REJECT", "OK"),
        )
    return (
        *(moment, moment, source, client, private, port, "tcp", "ssl" if port == 443 else "unknown-tcp"),
        *(
            "allow" if passed else "deny",
            "inbound-web" if passed else "interzone-default",
            "untrust",
            "trust",
        ),
        *(packets * 80, packets * 300 if passed else 0, random.getrandbits(31), f"fw-{host.account.name}"),
    )


def _register(cell: Cell) -> Table:
    from tools.tenant.estate.kinds import asset_types

    known = cell.used.get("register", {})
    rows = []
    for resource in cell.resources:
        kind = asset_types()[resource.kind]
        if not resource.collected:
            continue
        listed = resource.id in known
        if not listed and (kind.asset_class not in _CLASSES or cell.random.random() > 0.25):
            continue
        team = resource.account.team
        rows.append(
            (
                *(f"{cell.random.getrandbits(128):032x}", resource.name),
                *(_CLASSES.get(kind.asset_class, "cmdb_ci"), resource.uid),
                *(
                    _TIERS[resource.account.tier],
                    resource.account.environment.title(),
                    known.get(resource.id),
                ),
                *(OWNERS[team], f"{team} operations", "Operational", cell.ago(30), cell.ago(30)),
            )
        )
    names = (
        *("sys_id", "name", "sys_class_name", "object_id", "busines_criticality", "environment"),
        *(
            "data_classification",
            "owned_by",
            "support_group",
            "operational_status",
            "sys_updated_on",
            "_time",
        ),
    )
    return "servicenow_cmdb_raw", names, rows


def _permissions(cell: Cell) -> Table:
    rows = []
    for resource in cell.resources:
        if resource.kind not in ("aws.role", "aws.user", "gcp.account", "azure.user"):
            continue
        for action in _actions(resource)[:4]:
            used = cell.random.random() < 0.6
            rows.append(
                (
                    *(cell.account.provider, asset_label(resource), resource.name, cell.account.name),
                    *(action, cell.account.name),
                    cell.ago(cell.random.random() * 120) if used else None,
                )
            )
    names = (
        *("source_cloud_type", "source_cloud_resource_type", "source_cloud_resource_name"),
        *("source_cloud_account_name", "action_name", "dest_cloud_resource_name", "last_access_time"),
    )
    return "ciem_permissions_with_last_access", names, rows


def _actions(resource: Resource) -> list[str]:
    if resource.kind == "azure.user":
        return ["Microsoft.Resources/subscriptions/resourceGroups/read"]
    if resource.kind == "gcp.account":
        return ["storage.objects.get", "logging.logEntries.create"]
    names = [one["PolicyName"] for one in resource.config["AttachedManagedPolicies"]]
    return ["sts:GetCallerIdentity", *(["s3:ListAllMyBuckets"] if names else [])]
