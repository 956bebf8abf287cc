"""EC2 instances, as DescribeInstances answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tools.tenant.estate import aws_data, hosts
from tools.tenant.estate import aws_identity as iam
from tools.tenant.estate.aws_network import Network, Subnet, arn
from tools.tenant.estate.cell import Cell, Resource
from tools.tenant.estate.hosts import System

_TYPES = ("t3.medium", "m6i.large", "c6i.xlarge", "m7g.large", "r6i.large")
AGENT = "3.3.1611.0"
"""The newest SSM agent that the estate has; older ones are behind."""


def instance(
    cell: Cell,
    net: Network,
    groups: Sequence[Resource],
    *,
    role: Resource | None = None,
    subnet: Subnet | None = None,
    public: bool = False,
    state: str = "running",
    tokens: str = "",
    script: str = "",
    application: str = "",
    system: System | None = None,
    data_class: str = "",
    tidy: bool = False,
    encrypted: bool | None = None,
) -> Resource:
    """An instance with its interface and volume. `tokens`: HttpTokens of the metadata service."""
    application = application or cell.application()
    name, system = cell.name(application), system or hosts.system(cell)
    instance_id, eni = f"i-{cell.hexes(17)}", f"eni-{cell.hexes(17)}"
    subnet = subnet or cell.pick(net.public if public else net.private)
    private = net.address(subnet)
    address = cell.address() if public and state == "running" else ""
    named = [{"GroupId": g.config["GroupId"], "GroupName": g.config["GroupName"]} for g in groups]
    interface: dict[str, Any] = {
        "NetworkInterfaceId": eni,
        "SubnetId": subnet.id,
        "VpcId": net.id,
        "PrivateIpAddress": private,
        "Status": "in-use",
        "OwnerId": cell.account.id,
        "Groups": named,
        "InterfaceType": "interface",
        "Attachment": {"DeviceIndex": 0, "Status": "attached", "DeleteOnTermination": True},
    }
    config: dict[str, Any] = {
        "InstanceId": instance_id,
        "ImageId": f"ami-{cell.hexes(17)}",
        "InstanceType": cell.pick(_TYPES),
        "LaunchTime": cell.iso(cell.number(1, 400)),
        "State": {"Name": state, "Code": {"running": 16, "stopped": 80}[state]},
        "Placement": {"AvailabilityZone": subnet.zone, "Tenancy": "default"},
        "PrivateIpAddress": private,
        "SubnetId": subnet.id,
        "VpcId": net.id,
        "SecurityGroups": named,
        "NetworkInterfaces": [interface],
        "MetadataOptions": {
            "State": "applied",
            "HttpTokens": tokens or ("required" if tidy or cell.chance(0.6) else "optional"),
            "HttpPutResponseHopLimit": 1,
            "HttpEndpoint": "enabled",
        },
        "Monitoring": {"State": "enabled" if tidy or cell.chance(0.35) else "disabled"},
        "PlatformDetails": "Windows" if system.windows else "Linux/UNIX",
        "Architecture": "x86_64",
        "EbsOptimized": True,
        "InstanceInformation": _managed(cell, instance_id, system, tidy),
    }
    if address:
        config["PublicIpAddress"] = address
        interface["Association"] = {"PublicIp": address, "IpOwnerId": "amazon"}
    if role is not None:
        config["IamInstanceProfile"] = iam.profile_of(role)
    if script:
        config["UserData"] = {"Value": script}
    found = cell.add(
        "aws.instance",
        arn(cell, net.region, "instance", instance_id),
        name,
        config,
        region=net.region,
        application=application,
        data_class=data_class,
        columns=hosts.columns(system, state, private, address),
        facts={
            "xdm.cloud.vpc_id": net.id,
            "xdm.agent.type": "SSM" if config["InstanceInformation"] else "none",
        },
    )
    cell.add(
        "aws.interface",
        arn(cell, net.region, "network-interface", eni),
        eni,
        interface | {"Attachment": interface["Attachment"] | {"InstanceId": instance_id}},
        region=net.region,
        application=application,
        tagged=False,
    )
    disk = aws_data.volume(
        cell,
        net.region,
        subnet.zone,
        instance_id,
        encrypted=True if tidy and encrypted is None else encrypted,
    )
    config["BlockDeviceMappings"] = [
        {"DeviceName": "/dev/xvda", "Ebs": {"VolumeId": disk.config["VolumeId"], "Status": "attached"}}
    ]
    hosts.note(cell, found, system, private, address, _open(groups))
    return found


def _open(groups: Sequence[Resource]) -> list[int]:
    return [
        permission["FromPort"]
        for one in groups
        for permission in one.config["IpPermissions"]
        if any(entry["CidrIp"] == "0.0.0.0/0" for entry in permission["IpRanges"])
    ]


def _managed(cell: Cell, instance_id: str, system: System, tidy: bool) -> dict[str, Any] | None:
    if cell.chance(0.15 if tidy else 0.35):
        return None
    latest = cell.chance(0.75 if tidy else 0.6)
    return {
        "InstanceId": instance_id,
        "PingStatus": "Online" if tidy or cell.chance(0.9) else "ConnectionLost",
        "AgentVersion": AGENT if latest else cell.pick(("3.2.2303.0", "3.1.1927.0", "3.2.1705.0")),
        "IsLatestVersion": latest,
        "PlatformName": system.name,
        "PlatformType": "Windows" if system.windows else "Linux",
        "ResourceType": "EC2Instance",
    }
