"""Machines with a port open that no check looks at: rows against the groups that they are in."""

from __future__ import annotations

from typing import Any

import pytest

from agent.planner.questions.ask import plan_question
from tests.agent.planner.questions.settings_tenant import ConfiguredTenant
from tests.agent.planner.questions.tenant import NOW, Row

EC2, SG = "EC2_INSTANCE", "EC2_SECURITY_GROUP"
VM, NIC, NSG = "AZURE_VIRTUAL_MACHINE", "AZURE_NETWORK_INTERFACE", "AZURE_NETWORK_SECURITY_GROUP"
TYPES = {
    EC2: ("Compute", "VM Instance", "EC2 Instance", "AWS"),
    SG: ("Network", "Security Group", "EC2 Security Group", "AWS"),
    VM: ("Compute", "VM Instance", "Azure Virtual Machine", "AZURE"),
    NIC: ("Network", "Network Interface", "Azure Network Interface", "AZURE"),
    NSG: ("Network", "Security Group", "Azure Network Security Group", "AZURE"),
}


def _sg(name: str, port: int, source: str) -> Row:
    rule = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": [{"CidrIp": source}]}
    return {"GroupId": name, "IpPermissions": [rule]}


def _nsg(name: str, port: str, source: str, access: str = "Allow") -> Row:
    told = {
        "access": access,
        "direction": "Inbound",
        "destinationPortRange": port,
        "sourceAddressPrefix": source,
    }
    return {"id": f"/nsg/{name}", "properties": {"securityRules": [{"name": "r", "properties": told}]}}


def _nic(machine: str, group: str) -> Row:
    return {
        "id": f"/nic/{machine}",
        "properties": {
            "virtualMachine": {"id": f"/vm/{machine}"},
            "networkSecurityGroup": {"id": f"/nsg/{group}"},
        },
    }


def _ec2(*groups: str) -> Row:
    return {"InstanceType": "t3.micro", "SecurityGroups": [{"GroupId": g, "GroupName": g} for g in groups]}


MADE: dict[str, tuple[str, Row]] = {
    "sg-open": (SG, _sg("sg-open", 22, "0.0.0.0/0")), "sg-inside": (SG, _sg("sg-inside", 22, "10.0.0.0/8")),
    "sg-web": (SG, _sg("sg-web", 443, "0.0.0.0/0")),
    "aws-open": (EC2, _ec2("sg-web", "sg-open")), "aws-inside": (EC2, _ec2("sg-inside")),
    "aws-web": (EC2, _ec2("sg-web")),
    "open": (NSG, _nsg("open", "22", "Internet")), "denied": (NSG, _nsg("denied", "22", "*", "Deny")),
    "azure-open": (VM, {"id": "/vm/azure-open", "properties": {"vmId": "1"}}),
    "azure-denied": (VM, {"id": "/vm/azure-denied", "properties": {"vmId": "2"}}),
    "nic-open": (NIC, _nic("azure-open", "open")), "nic-denied": (NIC, _nic("azure-denied", "denied")),
}  # fmt: skip


@pytest.fixture(scope="module")
def tenant() -> ConfiguredTenant:
    made: list[dict[str, Any]] = [
        {"id": name, "name": name, "type": type_id, "cfg": cfg} for name, (type_id, cfg) in MADE.items()
    ]
    return ConfiguredTenant(made, TYPES)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("ec2 instances with ssh open to the world", {"aws-open"}),
        ("which ec2 instances have port 443 open to the internet?", {"aws-open", "aws-web"}),
        ("azure vms with port 22 open to the internet", {"azure-open"}),
        ("vms with ssh open to the internet", {"aws-open", "azure-open"}),
        ("ec2 instances without port 22 open to the internet", {"aws-inside", "aws-web"}),
    ],
)
def test_machines_by_the_groups_they_are_in(
    tenant: ConfiguredTenant, question: str, expected: set[str]
) -> None:
    asked = plan_question(question, tenant.estate, None, NOW)
    assert asked.plan is not None, (asked.outcome, asked.message)
    assert {row["xdm.asset.id"] for row in tenant.rows(asked.plan)} == expected
    assert "security group that lets in port" in asked.reading
