"""Every finding of the real scanner output that has a template gets a draft that holds."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tools.findings.model import Finding
from tools.findings.ocsf import read_ocsf
from tools.remediation import Fix, NoFixAvailable, draft_fix, supported_rules
from tools.remediation.hcl.layout import layout_faults
from tools.remediation.hcl.write import render_all
from tools.remediation.live import Target, unwrapped
from tools.remediation.model import LayerStatus
from tools.remediation.templates.registry import templates_for

pytestmark = [pytest.mark.shared, pytest.mark.slow, pytest.mark.usefixtures("checkov")]

REPLACED = {"ec2_ebs_volume_encryption", "rds_instance_storage_encrypted"}
BEHIND_A_GROUP = {"ec2_instance_port_ssh_exposed_to_internet", "ec2_instance_port_rdp_exposed_to_internet"}
NOT_HERE = {"validate", "plan"}


@pytest.fixture(scope="module")
def records(shared_data: Path) -> list[tuple[Finding, dict[str, Any]]]:
    """The failed findings that have a template, the first of each rule, with their resource's configuration."""
    text = (shared_data / "findings" / "prowler-aws.ocsf.json").read_text("utf-8")
    left = set(supported_rules())
    found = []
    for record in json.loads(text):
        finding = read_ocsf(record).finding
        if finding.status == "FAIL" and f"aws/{finding.rule_id}" in left:
            left.discard(f"aws/{finding.rule_id}")
            found.append((finding, record["resources"][0]["data"]))
    return found


@pytest.fixture(scope="module")
def drafts(records: list[tuple[Finding, dict[str, Any]]]) -> list[tuple[Finding, Fix]]:
    groups = {f.resource.uid: config for f, config in records if ":security-group/" in f.resource.uid}
    return [(finding, draft_fix(finding, config, related=groups)) for finding, config in records]


def test_fifty_rules_of_the_sample_are_fixed(drafts: list[tuple[Finding, Fix]]) -> None:
    assert len(drafts) >= 50
    assert len({fix.kind for _, fix in drafts}) >= 35


def test_every_layer_that_can_be_looked_at_here_passes(drafts: list[tuple[Finding, Fix]]) -> None:
    for finding, fix in drafts:
        for name, layer in fix.layers.items():
            if name == "scope" and finding.rule_id in REPLACED:
                assert layer.status is LayerStatus.FAILED
                assert fix.replaces
            elif name in NOT_HERE:
                assert layer.status is not LayerStatus.FAILED
            else:
                assert layer.status is LayerStatus.PASSED, (finding.id, name, layer)


def test_a_scanner_saw_the_weakness_go_for_most_of_them(drafts: list[tuple[Finding, Fix]]) -> None:
    seen = Counter("failed before and not after" in fix.layers["targeted"].detail for _, fix in drafts)
    assert seen[True] >= 0.7 * len(drafts)


def test_our_own_layout_rules_agree(drafts: list[tuple[Finding, Fix]]) -> None:
    for finding, fix in drafts:
        for file in fix.files:
            assert layout_faults(file.content) == {}, finding.id


def test_each_says_how_to_do_it_and_how_to_undo_it(drafts: list[tuple[Finding, Fix]]) -> None:
    for finding, fix in drafts:
        assert fix.files, finding.id
        assert fix.diff, finding.id
        assert fix.commands, finding.id
        assert fix.rollback, finding.id
        assert "127.0.0.1" not in " ".join(fix.commands), finding.id


def test_an_instance_is_fixed_at_its_group(
    drafts: list[tuple[Finding, Fix]], records: list[tuple[Finding, dict[str, Any]]]
) -> None:
    behind = [fix for finding, fix in drafts if finding.rule_id in BEHIND_A_GROUP]
    assert len(behind) == 2
    assert all(fix.address.startswith("aws_security_group.") for fix in behind)
    finding, config = next((f, c) for f, c in records if f.rule_id in BEHIND_A_GROUP)
    with pytest.raises(NoFixAvailable, match="draft the fix of the security group's own finding"):
        draft_fix(finding, config)


# A key without description or tags, a disk and a file system have nothing in the text that tells which they are.
NAMELESS = {
    "kms_cmk_rotation_enabled",
    "kms_key_not_publicly_accessible",
    "ec2_ebs_volume_encryption",
    "efs_have_backup_enabled",
}


@pytest.mark.usefixtures("no_terraform")
def test_the_same_is_done_in_a_folder_that_made_the_resource(
    records: list[tuple[Finding, dict[str, Any]]], tmp_path: Path
) -> None:
    groups = {f.resource.uid: config for f, config in records if ":security-group/" in f.resource.uid}
    for number, (finding, config) in enumerate(records):
        target = Target(finding, unwrapped(config), groups)
        recipe = templates_for(finding)[0].build(target)
        root = tmp_path / str(number)
        root.mkdir()
        (root / "other.tf").write_text("locals {}\n")
        if not recipe.missing:
            (root / "main.tf").write_text(render_all(recipe.now))
        fix = draft_fix(finding, config, iac_dir=root, related=groups, scan=False)
        assert fix.mode == ("snippet" if finding.rule_id in NAMELESS else "edit"), finding.id
        assert set(fix.failed) <= ({"scope"} if finding.rule_id in REPLACED else set()), (
            finding.id,
            fix.layers,
        )
        assert all(file.path != "other.tf" for file in fix.files)
