"""Rows of a CMDB and of logs find their assets, and only theirs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.findings.model import AssetRecord
from tools.priority.enrich.matching import Assets
from tools.priority.enrich.register import Register, entry_of, is_register, registered, tier_grade
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


def registers(*rows: dict[str, Any], source: str = "CMDB", as_of: datetime | None = None) -> Register:
    return Register(source, [entry_of(row) for row in rows], as_of)


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
    known = registered([registers(*rows)], assets())
    assert set(known.business) == {"vm"}
    assert (known.business["vm"].grade, known.business["vm"].owner) == (1.0, "bo")
    assert known.business["vm"].others == ("CMDB says 3 - less critical",)
    assert known.data["vm"].label == "PII"
    assert (known.rows, known.unmatched) == (5, 3)


def test_the_newest_record_counts_and_who_contradicts_it_is_named() -> None:
    old = registers(
        {"name": "web-1", "tier": "1", "sys_updated_on": "2026-01-01 10:00:00"}, source="ServiceNow"
    )
    new = registers(
        {"name": "web-1", "tier": "4", "sys_updated_on": "2026-11-01 10:00:00"}, source="cmdb.csv"
    )
    ahead = registers({"name": "web-1", "tier": "2", "sys_updated_on": "2126-11-01 10:00:00"}, source="clock")
    for order in ([old, new, ahead], [ahead, new, old]):
        business = registered(order, assets(), datetime(2026, 11, 25, tzinfo=UTC)).business["vm"]
        assert (business.tier, business.source) == ("4", "cmdb.csv")
        assert business.others == ("ServiceNow says 1", "clock says 2")


def test_rows_without_a_date_are_of_when_the_snapshot_is() -> None:
    tenant = registers({"name": "web-1", "tier": "1", "updated": "2026-05-01T00:00:00Z"}, source="tenant")
    file = registers({"name": "web-1", "tier": "3"}, source="file", as_of=datetime(2026, 6, 1, tzinfo=UTC))
    assert registered([tenant, file], assets()).business["vm"].source == "file"


@given(st.permutations(["1", "2", "3", "4", "gold", "x"]))
def test_the_order_of_rows_is_irrelevant(tiers: list[str]) -> None:
    one = registered([registers(*({"name": "web-1", "tier": t} for t in tiers))], assets())
    other = registered([registers(*({"name": "web-1", "tier": t} for t in sorted(tiers)))], assets())
    assert one.business == other.business


def test_a_customers_own_columns_and_addresses_are_understood() -> None:
    row = entry_of({"u_tier": "gold", "u_data_class": "PCI", "IP Address": "10.0.0.4", "Asset ID": "zz"})
    assert (row.tier, row.data, row.address, row.marks) == ("gold", "PCI", "10.0.0.4", ("zz",))
    assert set(registered([Register("CMDB", [row])], assets()).business) == {"vm"}


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (["sys_id", "name", "busines_criticality"], True),
        (["Host", "Data Classification"], True),
        (["name", "owner"], False),
        (["tier"], False),
        ([], False),
    ],
)
def test_columns_of_a_register(columns: list[str], expected: bool) -> None:
    assert is_register(columns) is expected


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
    assert {port: (row.attempts, row.accepted) for port, row in activity.by_port.items()} == {
        22: (30, 0),
        443: (7, 7),
    }
