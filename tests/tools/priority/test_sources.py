"""Who may reach a port, by the rules of each cloud; None when the records do not show all of them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.tools.priority.building import arn, asset, context, instance, open_group
from tools.findings.model import AssetRecord
from tools.priority.sources import sources_of


def sources(target: AssetRecord, *others: AssetRecord, port: int = 22) -> tuple[str, ...] | None:
    return sources_of(context(target, *others).estate, target, port)


def group(*rules: dict[str, Any]) -> AssetRecord:
    return asset(arn("ec2", "security-group/sg-0a1"), {"GroupId": "sg-0a1", "IpPermissions": list(rules)})


def tcp(port: int, *ranges: str, **more: Any) -> dict[str, Any]:
    return {
        "IpProtocol": "tcp",
        "FromPort": port,
        "ToPort": port,
        "IpRanges": [{"CidrIp": r} for r in ranges],
        **more,
    }


def test_narrow_ranges_count_and_other_ports_do_not() -> None:
    one = group(tcp(22, "198.51.100.0/24", "10.0.0.0/8"), tcp(443, "0.0.0.0/0"))
    assert sources(one) == ("10.0.0.0/8", "198.51.100.0/24")
    assert sources(one, port=443) == ("0.0.0.0/0",)
    assert sources(one, port=80) == ()


def test_rules_for_every_port_and_version_six() -> None:
    every = {"IpProtocol": "-1", "IpRanges": [], "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}
    assert sources(group(every)) == ("::/0",)
    assert sources(group({**tcp(22, "0.0.0.0/0"), "IpProtocol": "icmp"})) == ()


def test_a_prefix_list_or_a_group_that_was_not_collected_leaves_it_open() -> None:
    assert sources(group(tcp(22, "10.0.0.0/8", PrefixListIds=[{"PrefixListId": "pl-1"}]))) is None
    assert sources(instance()) is None
    assert sources(asset(arn("ec2", "security-group/sg-0a1"), {})) is None


def test_a_machine_is_behind_its_groups() -> None:
    assert sources(instance(), open_group(22, cidr="198.51.100.0/24")) == ("198.51.100.0/24",)


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [
        ("*", ("0.0.0.0/0",)),
        ("Internet", ("0.0.0.0/0",)),
        ("203.0.113.0/24", ("203.0.113.0/24",)),
        ("VirtualNetwork", ()),
        ("AzureCloud", None),
    ],
)
def test_rules_of_azure(prefix: str, expected: tuple[str, ...] | None) -> None:
    rule = {
        "properties": {
            "direction": "Inbound",
            "access": "Allow",
            "sourceAddressPrefix": prefix,
            "destinationPortRange": "20-25",
            "priority": 100,
        }
    }
    one = asset(
        "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/networkSecurityGroups/nsg",
        {"properties": {"securityRules": [rule]}},
        provider="AZURE",
        name="nsg",
        type_id="AZURE_NETWORK_SECURITY_GROUP",
    )
    assert sources(one) == expected
    assert sources(one, port=80) == ()


def test_rules_of_google_cloud() -> None:
    rule = {
        "direction": "INGRESS",
        "sourceRanges": ["198.51.100.0/24"],
        "allowed": [{"IPProtocol": "tcp", "ports": ["22", "3000-3389"]}],
    }
    one = asset("//compute.googleapis.com/projects/p/global/firewalls/f", rule, provider="GCP", name="f")
    assert sources(one) == ("198.51.100.0/24",)
    assert sources(one, port=3389) == ("198.51.100.0/24",)
    assert sources(one, port=443) == ()
