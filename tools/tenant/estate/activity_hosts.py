"""What agents and networks see of the machines of an account: alerts, endpoints, traffic."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from tools.findings.model import Severity
from tools.tenant.estate.cell import Cell, Hit, Resource, Rule
from tools.tenant.estate.rows import plain_json

Table = tuple[str, Sequence[str], list[tuple[Any, ...]]]

_PROBED = (22, 23, 445, 3389, 8080, 5900, 6379)
_ALERTS = (
    ("Suspicious process run by a web server", Severity.HIGH, "Execution", "T1059", "XDR Analytics BIOC"),
    ("Port scan from inside the network", Severity.MEDIUM, "Discovery", "T1046", "XDR Analytics"),
    ("Unusual outbound connection", Severity.MEDIUM, "Command and Control", "T1071", "XDR Analytics"),
    ("Known mining tool", Severity.HIGH, "Impact", "T1496", "XDR Agent"),
    ("Credential file read by an unusual process", Severity.HIGH, "Credential Access", "T1552", "XDR BIOC"),
    ("Many failed logins", Severity.LOW, "Credential Access", "T1110", "XDR Analytics"),
)


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


def agents(cell: Cell) -> Iterator[Table]:
    """Rows of `endpoints` and `host_inventory`."""
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


def vulnerable(cell: Cell) -> Table:
    """Rows of `va_endpoints`."""
    rows = []
    for host, *_ in cell.used.get("hosts", ()):
        listed = [one.rule.id for one in cell.used["by host"].get(host.id, ())]
        if listed:
            rows.append((host.name, listed))
    return "va_endpoints", ("endpoint_name", "cves"), rows


def traffic(cell: Cell) -> Iterator[Table]:
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
