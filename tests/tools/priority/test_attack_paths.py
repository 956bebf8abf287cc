"""The tool over the attack graph: totals, one resource's paths, honest answers where there is nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.tools.priority.building import (
    ACCOUNT,
    asset,
    bucket,
    finding,
    instance,
    open_group,
    profile,
    role,
    snapshot,
)
from tools.findings.model import AssetRecord, FindingSet
from tools.priority.attack_paths import PathArguments, attack_paths
from tools.priority.errors import UnknownAssetError, UnknownFindingError
from tools.priority.service import PriorityService
from tools.results import ToolResult

READER = {"Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}


class Held:
    """A snapshot that stands still."""

    def __init__(self, found: FindingSet) -> None:
        self._found = found

    async def snapshot(self) -> FindingSet:
        return self._found


def estate() -> list[AssetRecord]:
    """A machine without login behind an open group; its role reads one bucket of personal data."""
    web = instance(IamInstanceProfile={"Arn": f"arn:aws:iam::{ACCOUNT}:instance-profile/web"})
    app = role("app", RolePolicyList=[{"PolicyName": "exports", "PolicyDocument": READER}])
    store, other = bucket("exports", tags={"DataClass": "PII"}), bucket("pages", tags={"DataClass": "public"})
    closed = asset(f"arn:aws:iam::{ACCOUNT}:user/nobody", {"UserName": "nobody"})
    return [web, open_group(6379), profile("web", "app"), app, store, other, closed]


async def asked(assets: list[AssetRecord], **args: Any) -> ToolResult:
    found = finding("ec2_instance_imdsv2_enabled", assets[0])
    return await attack_paths(PathArguments(**args), PriorityService(Held(snapshot([found], assets))))


async def test_paths_come_with_their_steps_and_evidence() -> None:
    result = await asked(estate())
    assert (result.total, result.returned, result.truncated) == (1, 1, False)
    assert "internet → i-0web → app → exports" in result.summary
    (path,) = result.data["paths"]
    assert [step["relation"] for step in path["steps"]] == ["reaches", "runs_as", "reads"]
    assert "6379 open to 0.0.0.0/0" in path["steps"][0]["why"]
    assert "s3:GetObject" in path["steps"][2]["why"]
    assert path["known"] is True
    assert {point["label"] for point in result.data["choke_points"]} == set()
    assert result.rows[0]["certainty"] == "proved"


@pytest.mark.parametrize("name", ["exports", "app", "i-0web", "sg-0a1"])
async def test_a_resource_has_the_paths_that_pass_it(name: str) -> None:
    result = await asked(estate(), resource=name)
    assert result.total == 1
    assert f"through {name}" in result.summary
    assert result.data["blast"] is not None


async def test_what_lies_beyond_a_machine_is_its_blast_radius() -> None:
    blast = (await asked(estate(), resource="i-0web")).data["blast"]
    assert [jewel["label"] for jewel in blast["jewels"]] == ["exports"]


async def test_a_finding_stands_for_its_resource() -> None:
    assets = estate()
    found = finding("ec2_instance_imdsv2_enabled", assets[0])
    result = await asked(assets, finding_id=found.id)
    assert "through i-0web" in result.summary
    with pytest.raises(UnknownFindingError):
        await asked(assets, finding_id="nothing")


async def test_a_resource_off_every_path_and_one_that_is_not_there() -> None:
    result = await asked(estate(), resource="pages")
    assert (result.total, result.data["paths"]) == (0, [])
    assert result.summary.startswith("No attack path through pages")
    with pytest.raises(UnknownAssetError, match="exports"):
        await asked(estate(), resource="export")


async def test_proved_only_leaves_out_what_is_only_possible() -> None:
    web, _, *rest = estate()
    everything = await asked([web, *rest])
    assert [p["known"] for p in everything.data["paths"]] == [False]
    assert (await asked([web, *rest], proved_only=True)).total == 0


async def test_several_resources_have_the_gravest_path_of_each_and_say_which_are_on_one() -> None:
    result = await asked(estate(), resources=["i-0web", "app", "pages"])
    assert (result.total, result.data["asked"]) == (1, 3)
    assert "through the 3 resources asked for" in result.summary
    on = {row.name or row.uid for row in estate() if row.asset_id in result.data["on_paths"]}
    assert any(name.endswith("i-0web") for name in on)
    assert not any("pages" in name for name in on)


@pytest.mark.parametrize(("end", "total"), [("data", 1), ("administration", 0), ("secrets", 0)])
async def test_only_paths_that_end_at_what_is_asked_for(end: str, total: int) -> None:
    result = await asked(estate(), resources=["i-0web"], reaches=end)
    assert result.total == total
    assert (await asked(estate(), reaches=end)).total == total
