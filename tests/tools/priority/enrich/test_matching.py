"""Rows of a CMDB and of logs find their assets, and only theirs."""

from __future__ import annotations

from typing import Any

import pytest

from tools.findings.model import AssetRecord
from tools.priority.enrich.matching import Assets
from tools.priority.enrich.register import register_of, tier_grade
from tools.priority.enrich.traffic import traffic_of

ARN = "arn:aws:ec2:eu-west-1:1:instance/i-1"


def assets() -> Assets:
    records = [
        AssetRecord(
            asset_id="vm", uid=ARN, name="web-1", provider="AWS", account="1",
            config={"InstanceId": "i-1", "PrivateIpAddress": "10.0.0.4", "PublicIpAddress": "198.51.100.4"},
        ),
        AssetRecord(
            asset_id="eni", uid="arn:aws:ec2:eu-west-1:1:network-interface/eni-1", name="eni-1", account="1",
            config={"NetworkInterfaceId": "eni-1", "PrivateIpAddress": "10.0.0.4", "Attachment": {"InstanceId": "i-1"}},
        ),
        *(
            AssetRecord(
                asset_id=f"b{n}", uid=f"arn:aws:s3:::b{n}", name="shared", account=f"{n}",
                config={"PrivateIpAddress": "10.9.9.9"},
            )
            for n in (1, 2)
        ),
    ]  # fmt: skip
    return Assets({a.asset_id: a for a in records})


def test_marks_that_several_assets_share_name_none() -> None:
    found = assets()
    assert found.by_any(ARN) == "vm"
    assert found.by_any("", "WEB-1") == "vm"
    assert found.by_any("shared") is None
    assert found.by_any("arn:aws:s3:::b2", "shared") == "b2"
    assert found.by_address("10.9.9.9") is None
    assert found.by_address("198.51.100.4") == "vm"


def test_an_interface_stands_for_its_machine() -> None:
    assert assets().by_interface("eni-1") == "vm"
    assert assets().by_interface("eni-9") is None


@pytest.mark.parametrize(
    ("text", "grade"),
    [
        ("1 - most critical", 1.0),
        ("tier-1", 1.0),
        ("Gold", 1.0),
        ("2", 0.7),
        ("low", -0.6),
        ("whatever", 0.0),
        ("", 0.0),
    ],
)
def test_tiers_in_the_ways_people_write_them(text: str, grade: float) -> None:
    assert tier_grade(text) == grade


def test_a_register_row_says_tier_owner_and_data() -> None:
    rows: list[dict[str, Any]] = [
        {"object_id": ARN.upper(), "busines_criticality": "3 - less critical", "owned_by": "ada"},
        {
            "name": "web-1",
            "Business Criticality": "1 - most critical",
            "Data Classification": "PII",
            "Owned by": "bo",
        },
        {"object_id": "arn:aws:s3:::nowhere", "busines_criticality": "1"},
        {"name": "shared", "busines_criticality": "1"},
        {},
    ]
    business, data = register_of(rows, assets(), "CMDB")
    assert set(business) == {"vm"}
    assert (business["vm"].grade, business["vm"].owner) == (1.0, "bo")
    assert data["vm"].label == "PII"


def test_traffic_of_two_logs_adds_up_on_the_machine() -> None:
    firewall = [
        {"dest_ip": "198.51.100.4", "dest_port": 22, "action": "deny", "attempts": 30, "addresses": 5}
    ]
    flows = [
        {
            "interface_id": "eni-1",
            "dstaddr": "10.0.0.4",
            "dstport": "443",
            "action": "ACCEPT",
            "attempts": 7,
            "addresses": 2,
        },
        {"interface_id": "eni-9", "dstaddr": "10.9.9.9", "dstport": 22, "action": "ACCEPT", "attempts": 99},
    ]
    found = traffic_of(firewall, flows, assets())
    assert set(found) == {"vm"}
    activity = found["vm"]
    assert (activity.attempts, activity.accepted, activity.addresses, activity.ports) == (37, 7, 5, (22, 443))
    assert activity.source == "firewall logs and flow logs"
