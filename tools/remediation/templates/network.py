"""Amazon VPC security groups: rules open to the internet."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from typing import Any

from tools.remediation.errors import AlreadyFixed, ConfigurationMissing
from tools.remediation.hcl.write import NewBlock, label_for, nested, resource
from tools.remediation.ingress import CloseIngress, Ports, open_rules
from tools.remediation.live import Target
from tools.remediation.policy import is_world, listed, network_ranges
from tools.remediation.recipe import Recipe, Template
from tools.remediation.shell import aws
from tools.remediation.templates.common import guard
from tools.remediation.workspace import Selector

SSH, RDP = Ports("SSH", ((22, 22),)), Ports("RDP", ((3389, 3389),))
_ANY = Ports("any port", ((0, 65535),))
_ALL = Ports("all ports", ((1, 65535),), whole=True)
_HIGH_RISK = Ports(
    "a high-risk port",
    tuple(
        (p, p)
        for p in (
            20,
            21,
            23,
            25,
            110,
            111,
            135,
            137,
            139,
            143,
            445,
            2049,
            2375,
            3000,
            4333,
            5000,
            5500,
            5601,
            5900,
            6443,
            8080,
            8088,
            8888,
            9090,
            10250,
        )
    ),
)


def _rules(t: Target) -> list[dict[str, Any]]:
    rules = t.get("ingress_rules", "IpPermissions")
    if not isinstance(rules, list):
        raise ConfigurationMissing(
            f"The rules of {t.name[:80]} are not a list; read the security group again."
        )
    return [rule for rule in rules if isinstance(rule, dict)]


def _block(kind: str, rule: dict[str, Any], own_id: str) -> NewBlock:
    everything = str(rule.get("IpProtocol", "-1")) == "-1"
    attributes: dict[str, Any] = {
        "from_port": 0 if everything else int(rule.get("FromPort", 0)),
        "to_port": 0 if everything else int(rule.get("ToPort", 65535)),
        "protocol": str(rule.get("IpProtocol", "-1")),
    }
    described = [
        p.get("Description")
        for key in ("IpRanges", "Ipv6Ranges", "UserIdGroupPairs")
        for p in listed(rule.get(key))
    ]
    if text := next((d for d in described if d), ""):
        attributes["description"] = str(text)
    four = [str(p["CidrIp"]) for p in listed(rule.get("IpRanges")) if "CidrIp" in p]
    six = [str(p["CidrIpv6"]) for p in listed(rule.get("Ipv6Ranges")) if "CidrIpv6" in p]
    groups = [
        str(p["GroupId"])
        for p in listed(rule.get("UserIdGroupPairs"))
        if p.get("GroupId") and p["GroupId"] != own_id
    ]
    lists = [str(p["PrefixListId"]) for p in listed(rule.get("PrefixListIds")) if "PrefixListId" in p]
    for name, values in (
        ("cidr_blocks", four),
        ("ipv6_cidr_blocks", six),
        ("prefix_list_ids", lists),
        ("security_groups", groups),
    ):
        if values:
            attributes[name] = values
    if any(p.get("GroupId") == own_id for p in listed(rule.get("UserIdGroupPairs"))):
        attributes["self"] = True
    return nested(kind, attributes)


def group_id(t: Target) -> str:
    return t.text("id", "GroupId", default=t.uid.rpartition("/")[2] or t.name)


def _now(t: Target) -> NewBlock:
    name, own = t.text("name", "GroupName", default=""), group_id(t)
    described = t.text("description", "Description")
    attributes: dict[str, Any] = {"name": name or own}
    if described:
        attributes["description"] = described
    if vpc := t.text("vpc_id", "VpcId"):
        attributes["vpc_id"] = vpc
    if t.tags:
        attributes["tags"] = t.tags
    inner = [_block("ingress", rule, own) for rule in _rules(t)]
    inner += [
        _block("egress", rule, own)
        for rule in t.items("egress_rules", "IpPermissionsEgress")
        if isinstance(rule, dict)
    ]
    ignored = [] if described else ["description"]
    return resource("aws_security_group", label_for(name or own), attributes, *inner, guard(*ignored))


def _opened(rule: dict[str, Any], ports: Ports) -> bool:
    protocol = str(rule.get("IpProtocol", "-1"))
    first, last = rule.get("FromPort", 0), rule.get("ToPort", 65535)
    return any(is_world(cidr) for cidr in network_ranges(rule)) and ports.met(protocol, first, last)


def _only_world(rule: dict[str, Any]) -> dict[str, Any]:
    """The part of a rule that lets the internet in, as an `--ip-permissions` entry."""
    out: dict[str, Any] = {
        key: copy.deepcopy(rule[key]) for key in ("IpProtocol", "FromPort", "ToPort") if key in rule
    }
    four = [p for p in listed(rule.get("IpRanges")) if is_world(p.get("CidrIp"))]
    six = [p for p in listed(rule.get("Ipv6Ranges")) if is_world(p.get("CidrIpv6"))]
    return {**out, **({"IpRanges": four} if four else {}), **({"Ipv6Ranges": six} if six else {})}


def _closing(general: Ports, checks: tuple[str, ...], note: str) -> Callable[[Target], Recipe]:
    def build(t: Target) -> Recipe:
        ports = _named_ports(t) or general
        rules = _rules(t)
        opened = [rule for rule in rules if _opened(rule, ports)]
        if not opened:
            raise AlreadyFixed(
                f"No rule of {group_id(t)} lets the internet reach {ports.name} any more; "
                "nothing needs to be changed; load the findings again."
            )
        permissions = [_only_world(rule) for rule in opened]
        wide = [
            r
            for r in opened
            if str(r.get("IpProtocol")) == "-1"
            or (r.get("ToPort", 65535) or 0) - (r.get("FromPort", 0) or 0) > 0
        ]
        arguments = {"group_id": group_id(t), "ip_permissions": permissions}
        web = sorted(
            {p for rule in opened for p in (80, 443) if rule.get("FromPort") == p == rule.get("ToPort")}
        )
        breaks = [f"Whoever connects to {ports.name} from outside over this group is cut off, at once."]
        if wide:
            breaks.append(
                "A rule that is closed covers more ports than this one: those close to the internet too."
            )
        if web:
            breaks.append(
                f"Port {' and '.join(map(str, web))} closes to the internet too: if this is a public web "
                "server, put it behind a load balancer first."
            )
        return Recipe(
            owner=Selector(
                "aws_security_group",
                {"name": t.text("name", "GroupName")} if t.text("name", "GroupName") else {},
                (group_id(t),),
                t.tags,
            ),
            now=(_now(t),),
            edits=(CloseIngress(ports, group_id(t)),),
            risk=lambda space, owner: open_rules(space, owner, ports, group_id(t)),
            checks=checks,
            imports={"aws_security_group": group_id(t)},
            literals={"id": group_id(t)},
            commands=(aws("ec2", "revoke-security-group-ingress", t.region, **arguments),),
            rollback=(aws("ec2", "authorize-security-group-ingress", t.region, **arguments),),
            breaks=tuple(breaks),
            notes=(note, "Only the internet is taken out of the rules; other sources and other rules stay."),
        )

    return build


_SHELL = "For administration use Session Manager, or add a rule for the address range of your VPN."


def _named_ports(t: Target) -> Ports | None:
    """The ports that the rule itself names (such as mysql_3306), so that no others are touched."""
    service, *numbers = re.split(r"_(?=\d)", t.finding.rule_id.removeprefix(_SG + "tcp_port_"))
    if not numbers or not all(number.isdigit() for number in numbers) or not service.isidentifier():
        return None
    return Ports(service.replace("_", " "), tuple((int(number), int(number)) for number in numbers))


def close_ports(ports: Ports) -> Callable[[Target], Recipe]:
    """A builder that closes SSH or RDP; its target is the security group."""
    return _closing(ports, ("CKV_AWS_24" if ports is SSH else "CKV_AWS_25", "CKV_AWS_277"), _SHELL)


_DATABASES = Ports(
    "a database port",
    tuple(
        (p, p)
        for p in (
            1433,
            1434,
            1521,
            2483,
            3306,
            5432,
            5439,
            6379,
            7000,
            7001,
            9042,
            9092,
            9160,
            9200,
            9300,
            11211,
            27017,
            27018,
            27019,
        )
    ),
)
_SG = "ec2_securitygroup_allow_ingress_from_internet_to_"

TEMPLATES = (
    Template(
        "aws.ec2.open_ssh_port",
        "Close SSH to the internet",
        (_SG + "tcp_port_22",),
        _closing(SSH, ("CKV_AWS_24", "CKV_AWS_277"), _SHELL),
    ),
    Template(
        "aws.ec2.open_rdp_port",
        "Close RDP to the internet",
        (_SG + "tcp_port_3389",),
        _closing(RDP, ("CKV_AWS_25", "CKV_AWS_277"), _SHELL),
    ),
    Template(
        "aws.ec2.open_database_port",
        "Close database ports to the internet",
        tuple(
            _SG + f"tcp_port_{name}"
            for name in (
                "mysql_3306",
                "postgres_5432",
                "sql_server_1433_1434",
                "oracle_1521_2483",
                "mongodb_27017_27018",
                "redis_6379",
                "cassandra_7199_9160_8888",
                "elasticsearch_kibana_9200_9300_5601",
                "kafka_9092",
                "memcached_11211",
            )
        ),
        _closing(
            _DATABASES,
            ("CKV_AWS_277",),
            "Let the application's security group in by its id, not an address range.",
        ),
    ),
    Template(
        "aws.ec2.open_all_ports",
        "Close the rule that opens all ports to the internet",
        (_SG + "all_ports",),
        _closing(_ALL, ("CKV_AWS_277", "CKV_AWS_24", "CKV_AWS_25", "CKV_AWS_260"), _SHELL),
    ),
    Template(
        "aws.ec2.open_all_ports",
        "Close every port to the internet",
        (_SG + "any_port",),
        _closing(_ANY, ("CKV_AWS_24", "CKV_AWS_25", "CKV_AWS_260", "CKV_AWS_277"), _SHELL),
    ),
    Template(
        "aws.ec2.open_high_risk_port",
        "Close high-risk ports to the internet",
        (_SG + "high_risk_tcp_ports",),
        _closing(_HIGH_RISK, ("CKV_AWS_277",), _SHELL),
    ),
)
