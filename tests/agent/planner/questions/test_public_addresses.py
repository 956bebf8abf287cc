"""Machines with a public address, as AWS, Azure and Google Cloud write it: rows against those that have one."""

from __future__ import annotations

from typing import Any

import pytest

from agent.planner.questions.ask import plan_question
from tests.agent.planner.questions.settings_tenant import ConfiguredTenant
from tests.agent.planner.questions.tenant import NOW, Row

EC2, AZURE, NIC = "EC2_INSTANCE", "AZURE_VIRTUAL_MACHINE", "AZURE_NETWORK_INTERFACE"
GOOGLE = "GOOGLE_COMPUTE_ENGINE_VM_INSTANCE"
TYPES = {
    EC2: ("Compute", "VM Instance", "EC2 Instance", "AWS"),
    AZURE: ("Compute", "VM Instance", "Azure Virtual Machine", "AZURE"),
    GOOGLE: ("Compute", "VM Instance", "Compute Engine Instance", "GCP"),
    NIC: ("Network", "Network Interface", "Azure Network Interface", "AZURE"),
}


def _ec2(address: str) -> Row:
    """As DescribeInstances answers."""
    own: Row = {"PublicIpAddress": address} if address else {}
    nic = {"Association": {"PublicIp": address}} if address else {}
    return {"InstanceType": "t3.micro", "NetworkInterfaces": [{"Status": "in-use", **nic}], **own}


def _google(address: str) -> Row:
    """As instances.list answers."""
    configs: Row = {"accessConfigs": [{"natIP": address, "type": "ONE_TO_ONE_NAT"}]} if address else {}
    return {"machineType": "e2-small", "networkInterfaces": [{"networkIP": "10.0.0.2", **configs}]}


def _nic(machine: str, address: str) -> Row:
    """As Microsoft.Network/networkInterfaces answers."""
    public: Row = {"publicIPAddress": {"id": f"/ip/{address}"}} if address else {}
    return {
        "id": f"/nic/{machine}",
        "properties": {
            "ipConfigurations": [{"name": "one", "properties": {"privateIPAddress": "10.0.0.4", **public}}],
            "virtualMachine": {"id": f"/vm/{machine}"},
        },
    }


MADE: dict[str, tuple[str, Row]] = {
    "aws-out": (EC2, _ec2("198.51.100.1")), "aws-in": (EC2, _ec2("")), "aws-in-too": (EC2, _ec2("")),
    "google-out": (GOOGLE, _google("198.51.100.2")), "google-in": (GOOGLE, _google("")),
    "azure-out": (AZURE, {"id": "/vm/azure-out", "properties": {"hardwareProfile": {"vmSize": "B1"}}}),
    "azure-in": (AZURE, {"id": "/vm/azure-in", "properties": {"hardwareProfile": {"vmSize": "B1"}}}),
    "nic-out": (NIC, _nic("azure-out", "a")), "nic-in": (NIC, _nic("azure-in", "")),
}  # fmt: skip
OUT = {"aws-out", "google-out", "azure-out"}
IN = {"aws-in", "aws-in-too", "google-in", "azure-in"}


@pytest.fixture(scope="module")
def tenant() -> ConfiguredTenant:
    made: list[dict[str, Any]] = [
        {"id": name, "name": name, "type": type_id, "cfg": cfg} for name, (type_id, cfg) in MADE.items()
    ]
    return ConfiguredTenant(made, TYPES)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("VMs with a public ip", OUT),
        ("machines with a public IP address", OUT),
        ("which virtual machines have an external ip?", OUT),
        ("Which VMs don't have a public IP address?", IN),
        ("virtual machines without a public ip", IN),
        ("EC2 instances with no public IP", {"aws-in", "aws-in-too"}),
        ("Azure VMs that have public IPs", {"azure-out"}),
        ("GCP instances with an external IP", {"google-out"}),
        ("network interfaces with a public ip", {"nic-out"}),
    ],
)
def test_machines_by_public_addresses(tenant: ConfiguredTenant, question: str, expected: set[str]) -> None:
    asked = plan_question(question, tenant.estate, None, NOW)
    assert asked.plan is not None, (asked.outcome, asked.message)
    assert {row["xdm.asset.id"] for row in tenant.rows(asked.plan)} == expected


def test_a_share_counts_what_another_resource_tells(tenant: ConfiguredTenant) -> None:
    asked = plan_question("what percentage of VMs has a public ip?", tenant.estate, None, NOW)
    assert asked.plan is not None, (asked.outcome, asked.message)
    (row,) = tenant.rows(asked.plan)
    assert row["percent"] == pytest.approx(42.9)


def test_a_count_per_cloud_counts_machines_not_addresses(tenant: ConfiguredTenant) -> None:
    asked = plan_question("how many machines have a public ip, per provider?", tenant.estate, None, NOW)
    assert asked.plan is not None, (asked.outcome, asked.message)
    assert [row["assets"] for row in tenant.rows(asked.plan)] == [1, 1, 1]
