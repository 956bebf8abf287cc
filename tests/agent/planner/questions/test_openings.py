"""Groups by what their rules let in, as AWS, Azure and Google Cloud write them: rows against plain Python."""

# ruff: noqa: E501 (tables are easier to read in one piece)

from __future__ import annotations

from typing import Any

import pytest

from agent.planner.questions.ask import plan_question
from agent.planner.questions.form import Opening
from tests.agent.planner.questions.settings_tenant import ConfiguredTenant
from tests.agent.planner.questions.tenant import NOW, Row

AWS, AZURE, GOOGLE = "EC2_SECURITY_GROUP", "AZURE_NETWORK_SECURITY_GROUP", "GOOGLE_COMPUTE_FIREWALL"
TYPES = {
    AWS: ("Network", "Security Group", "EC2 Security Group", "AWS"),
    AZURE: ("Network", "Security Group", "Azure Network Security Group", "AZURE"),
    GOOGLE: ("Network", "Security Group", "VPC Firewall Rule", "GCP"),
}


def _aws(ports: tuple[int, int], v4: str = "", v6: str = "", protocol: str = "tcp") -> Row:
    ranges: Row = {"IpRanges": [{"CidrIp": v4}] if v4 else [], "Ipv6Ranges": [{"CidrIpv6": v6}] if v6 else []}
    own: Row = {} if protocol == "-1" else {"FromPort": ports[0], "ToPort": ports[1]}
    rules = [{"IpProtocol": protocol, **own, **ranges}]
    return {"IpPermissions": rules, "IpPermissionsEgress": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}], "Ipv6Ranges": []}]}  # fmt: skip


def _azure(port: str, source: str, access: str = "Allow", direction: str = "Inbound") -> Row:
    return {"properties": {"securityRules": [{"name": "r", "properties": {"access": access, "direction": direction, "destinationPortRange": port, "sourceAddressPrefix": source, "destinationAddressPrefix": "*"}}]}}  # fmt: skip


def _google(ports: list[str] | None, source: str, *, disabled: bool = False, deny: bool = False) -> Row:
    allowed: Row = {"IPProtocol": "tcp", **({} if ports is None else {"ports": ports})}
    told: Row = {"denied": [allowed]} if deny else {"allowed": [allowed]}
    return {"direction": "INGRESS", "disabled": disabled, "sourceRanges": [source], **told}


MADE: dict[str, tuple[str, Row]] = {
    "aws-ssh-world": (AWS, _aws((22, 22), "0.0.0.0/0")), "aws-range-world": (AWS, _aws((20, 30), "0.0.0.0/0")),
    "aws-all-world": (AWS, _aws((0, 0), "0.0.0.0/0", protocol="-1")), "aws-ssh-inside": (AWS, _aws((22, 22), "10.0.0.0/8")),
    "aws-web-world": (AWS, _aws((443, 443), "0.0.0.0/0")), "aws-ssh-v6": (AWS, _aws((22, 22), v6="::/0")),
    "azure-ssh-star": (AZURE, _azure("22", "*")), "azure-range": (AZURE, _azure("20-30", "Internet")),
    "azure-denied": (AZURE, _azure("22", "*", "Deny")), "azure-out": (AZURE, _azure("22", "*", direction="Outbound")),
    "azure-inside": (AZURE, _azure("22", "VirtualNetwork")), "azure-all": (AZURE, _azure("*", "Internet")),
    "google-ssh": (GOOGLE, _google(["8080", "22"], "0.0.0.0/0")), "google-range": (GOOGLE, _google(["20-30"], "0.0.0.0/0")),
    "google-all": (GOOGLE, _google(None, "0.0.0.0/0")), "google-off": (GOOGLE, _google(["22"], "0.0.0.0/0", disabled=True)),
    "google-deny": (GOOGLE, _google(["22"], "0.0.0.0/0", deny=True)), "google-inside": (GOOGLE, _google(["22"], "10.0.0.0/8")),
}  # fmt: skip
SSH_WORLD = {
    *("aws-ssh-world", "aws-range-world", "aws-all-world", "aws-ssh-v6"),
    *("azure-ssh-star", "azure-range", "azure-all"),
    *("google-ssh", "google-range", "google-all"),
}
GROUPS = {name for name, (type_id, _) in MADE.items() if type_id == AWS}
FIREWALLS = {name for name, (type_id, _) in MADE.items() if type_id == GOOGLE}
NSGS = {name for name, (type_id, _) in MADE.items() if type_id == AZURE}


@pytest.fixture(scope="module")
def tenant() -> ConfiguredTenant:
    made: list[dict[str, Any]] = [
        {"id": name, "name": f"group-{n}", "type": type_id, "cfg": cfg}
        for n, (name, (type_id, cfg)) in enumerate(MADE.items())
    ]
    return ConfiguredTenant(made, TYPES)


def _found(tenant: ConfiguredTenant, question: str) -> set[str]:
    asked = plan_question(question, tenant.estate, None, NOW)
    assert asked.plan is not None, (asked.outcome, asked.message)
    return {row["xdm.asset.id"] for row in tenant.rows(asked.plan)}


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("security groups with ssh open to the world", SSH_WORLD & GROUPS),
        ("which security groups let anyone in on port 22?", SSH_WORLD & GROUPS),
        ("security groups with port 22 open", SSH_WORLD & GROUPS),
        ("security groups that allow 22 from any source", SSH_WORLD & GROUPS),
        ("security groups that do not allow ssh from the internet", GROUPS - SSH_WORLD),
        ("security groups without any rule that lets the internet in on port 22", GROUPS - SSH_WORLD),
        ("which SGs allow 0.0.0.0/0 on port 22", SSH_WORLD & GROUPS - {"aws-ssh-v6"}),
        ("sgs with port 443 reachable from anywhere", {"aws-web-world", "aws-all-world"}),
        ("which security groups permit ssh (22) from 10.0.0.0/8", {"aws-ssh-inside"}),
        ("nsgs that allow ssh from the internet", SSH_WORLD & NSGS),
        ("list network security groups with an inbound rule from * to port 22", SSH_WORLD & NSGS),
        ("which gcp firewall rules let 22 in from 0.0.0.0/0", SSH_WORLD & FIREWALLS),
        ("firewall rules that open port 22 to everyone", SSH_WORLD & FIREWALLS),
        ("security groups that allow all outbound traffic to the internet", GROUPS),
    ],
)  # fmt: skip
def test_groups_by_what_they_let_in(tenant: ConfiguredTenant, question: str, expected: set[str]) -> None:
    assert _found(tenant, question) == expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("how many nsgs let rdp or ssh in from the internet", {3389, 22}),
        ("security groups exposing RDP (3389) to the internet", {3389}),
        ("count sgs letting everyone in on 5432 or 3306", {5432, 3306}),
    ],
)
def test_every_port_is_asked_for(tenant: ConfiguredTenant, question: str, expected: set[int]) -> None:
    asked = plan_question(question, tenant.estate, None, NOW)
    assert asked.form is not None
    (opening,) = (item for item in asked.form.items if isinstance(item, Opening))
    assert set(opening.ports) == expected


@pytest.mark.parametrize(
    "question",
    [
        "top 5 security groups by number of inbound rules",
        "security groups with 2 or more inbound rules",
        "security groups open to the internet on a port other than 443",
        "which inbound ports are open to 0.0.0.0/0 in our security groups",
    ],
)
def test_questions_about_the_rules_themselves_are_read_by_others(
    tenant: ConfiguredTenant, question: str
) -> None:
    asked = plan_question(question, tenant.estate, None, NOW)
    assert asked.form is None or not any(isinstance(item, Opening) for item in asked.form.items)
