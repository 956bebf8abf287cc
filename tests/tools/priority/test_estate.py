"""Looking assets up by what other configuration calls them: the right one, and without walking the estate."""

from __future__ import annotations

from tests.work import LINEAR, growth, work
from tools.findings.model import AssetRecord
from tools.priority.estate import Estate


def _machine(number: int) -> AssetRecord:
    return AssetRecord(
        asset_id=f"m{number:06d}",
        name=f"host-{number}",
        type_id="EC2_INSTANCE",
        provider="AWS",
        account="1",
        config={"InstanceId": f"i-{number:06d}", "SubnetId": "subnet-1"},
    )


def _subnet(asset_id: str) -> AssetRecord:
    return AssetRecord(
        asset_id=asset_id,
        name="subnet-1",
        type_id="EC2_SUBNET",
        provider="AWS",
        account="1",
        config={"SubnetId": "subnet-1"},
    )


def test_the_kind_decides_between_assets_that_share_a_name() -> None:
    assets = {a.asset_id: a for a in (_machine(1), _machine(2), _subnet("z1"), _subnet("z2"))}
    estate = Estate(assets)
    assert estate.find("1", "subnet-1", "ec2.subnet") == assets["z1"]
    assert estate.find("1", "SUBNET-1", "ec2.vpc", "ec2.instance", "ec2.subnet") == assets["m000001"]
    assert estate.find("1", "subnet-1") == assets["m000001"]
    assert estate.find("1", "subnet-1", "ec2.vpc") is None
    assert estate.find("2", "subnet-1") is None


def test_many_machines_of_a_subnet_that_was_not_collected_cost_no_walk() -> None:
    def cost(count: int) -> int:
        estate = Estate({a.asset_id: a for a in map(_machine, range(count))})
        return work(lambda: [estate.find("1", "subnet-1", "ec2.subnet") for _ in range(count)])

    assert growth(cost, 300) < LINEAR  # a walk each would be four times the work
