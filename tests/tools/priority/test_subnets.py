"""Network ACLs and routes in front of what security groups open."""

from __future__ import annotations

from typing import Any

import pytest

from tests.tools.priority.building import ACCOUNT, exposed, instance, open_group
from tools.findings.model import AssetRecord
from tools.priority.estate import Estate
from tools.priority.network import OpenRange
from tools.priority.subnets import subnets_of, through_subnets

ANY = "0.0.0.0/0"


def record(asset_id: str, type_id: str, config: dict[str, Any]) -> AssetRecord:
    return AssetRecord(
        asset_id=asset_id, name=asset_id, type_id=type_id, provider="AWS", account="1", config=config
    )


def acl(*entries: tuple[int, str, str, int | None, int | None], default: bool = False) -> AssetRecord:
    return record(
        "acl-1",
        "EC2_NETWORK_ACL",
        {
            "NetworkAclId": "acl-1",
            "VpcId": "vpc-1",
            "IsDefault": default,
            "Associations": [] if default else [{"SubnetId": "subnet-1"}],
            "Entries": [
                {
                    "RuleNumber": number,
                    "RuleAction": action,
                    "Egress": False,
                    "Protocol": "6" if first is not None else "-1",
                    "CidrBlock": cidr,
                    **({"PortRange": {"From": first, "To": last}} if first is not None else {}),
                }
                for number, action, cidr, first, last in entries
            ]
            + [
                {
                    "RuleNumber": 32767,
                    "RuleAction": "deny",
                    "Egress": False,
                    "Protocol": "-1",
                    "CidrBlock": ANY,
                }
            ]
            + [{"RuleNumber": 1, "RuleAction": "allow", "Egress": True, "Protocol": "-1", "CidrBlock": ANY}],
        },
    )


def admits(found: AssetRecord, first: int, last: int) -> bool | None:
    estate = Estate({found.asset_id: found})
    return subnets_of(estate).admits("1", "subnet-1", "vpc-1", OpenRange(first, last, 1.0, ANY, "sg-1")).opens


@pytest.mark.parametrize(
    ("entries", "ports", "open_"),
    [
        ([(100, "allow", ANY, None, None)], (22, 22), True),
        ([], (22, 22), False),
        ([(90, "deny", ANY, 22, 22), (100, "allow", ANY, None, None)], (22, 22), False),
        ([(90, "deny", ANY, 22, 22), (100, "allow", ANY, None, None)], (443, 443), True),
        ([(110, "deny", ANY, 22, 22), (100, "allow", ANY, None, None)], (22, 22), True),
        ([(90, "deny", ANY, 22, 22), (100, "allow", ANY, None, None)], (20, 25), True),
        ([(90, "deny", ANY, 0, 1023), (100, "allow", ANY, 0, 1023)], (20, 25), False),
        # A deny for a few addresses leaves the rest of the world in.
        ([(90, "deny", "203.0.113.0/24", 22, 22), (100, "allow", ANY, None, None)], (22, 22), True),
        # An allow for a few addresses lets nobody else in.
        ([(100, "allow", "203.0.113.0/24", 22, 22)], (22, 22), False),
        ([(100, "allow", "10.0.0.0/8", None, None)], (22, 22), False),
    ],
)
def test_the_first_rule_that_matches_decides(
    entries: list[tuple[int, str, str, int | None, int | None]], ports: tuple[int, int], open_: bool
) -> None:
    assert admits(acl(*entries), *ports) is open_


def test_a_subnet_that_no_acl_names_has_the_default_one_of_its_vpc() -> None:
    assert admits(acl(default=True), 22, 22) is False
    assert admits(acl((100, "allow", ANY, None, None), default=True), 22, 22) is True


def test_without_records_nothing_is_said() -> None:
    estate = Estate({})
    assert subnets_of(estate).admits("1", "s", "v", OpenRange(22, 22, 1.0, ANY, "g")).opens is None
    assert subnets_of(estate).routed("1", "s", "v").opens is None
    opening = OpenRange(22, 22, 1.0, ANY, "g")
    assert through_subnets(estate, "1", [("s", "v")], [opening]) == ([opening], None)


@pytest.mark.parametrize(
    ("routes", "routed"),
    [
        ([{"DestinationCidrBlock": ANY, "GatewayId": "igw-1", "State": "active"}], True),
        ([{"DestinationCidrBlock": ANY, "NatGatewayId": "nat-1", "State": "active"}], False),
        ([{"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local"}], False),
        ([{"DestinationCidrBlock": ANY, "GatewayId": "igw-1", "State": "blackhole"}], False),
        ([{"DestinationIpv6CidrBlock": "::/0", "GatewayId": "igw-1", "State": "active"}], True),
    ],
)
def test_a_route_to_an_internet_gateway_is_needed(routes: list[dict[str, Any]], routed: bool) -> None:
    table = record(
        "rtb-1",
        "EC2_ROUTE_TABLE",
        {"RouteTableId": "rtb-1", "VpcId": "vpc-1", "Associations": [{"Main": True}], "Routes": routes},
    )
    assert subnets_of(Estate({"rtb-1": table})).routed("1", "subnet-1", "vpc-1").opens is routed


@pytest.mark.parametrize(
    ("entries", "gateway", "state"),
    [
        ([(100, "allow", ANY, None, None)], "igw-1", "known"),
        ([(90, "deny", ANY, 22, 22), (100, "allow", ANY, None, None)], "igw-1", "absent"),
        ([(100, "allow", ANY, None, None)], "nat-1", "absent"),
    ],
)
def test_a_machine_is_reached_only_through_acl_and_route(
    entries: list[tuple[int, str, str, int | None, int | None]], gateway: str, state: str
) -> None:
    table = record(
        "rtb-1",
        "EC2_ROUTE_TABLE",
        {
            "RouteTableId": "rtb-1",
            "VpcId": "vpc-1",
            "Associations": [{"SubnetId": "subnet-1", "Main": False}],
            "Routes": [{"DestinationCidrBlock": ANY, "GatewayId": gateway, "State": "active"}],
        },
    )
    target = instance(SubnetId="subnet-1", VpcId="vpc-1")
    others = [item.model_copy(update={"account": ACCOUNT}) for item in (acl(*entries), table)]
    exposure = exposed(target, open_group(22), *others)
    assert exposure.fact.state == state
    if state == "absent":
        assert "network ACL acl-1" in exposure.fact.value or "route table rtb-1" in exposure.fact.value
