"""Whole drafts, on small inputs of our own."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.tools.remediation.conftest import ACCOUNT, make_finding
from tools.findings.kinds import all_kinds
from tools.findings.model import Finding
from tools.remediation import (
    AlreadyFixed,
    ConfigurationMissing,
    Fix,
    NoFixAvailable,
    RemediationError,
    SourceRefused,
    draft_fix,
    supported_kinds,
    supported_rules,
)
from tools.remediation.hcl.evaluate import attribute_value
from tools.remediation.hcl.layout import layout_faults
from tools.remediation.hcl.tree import parse_file
from tools.remediation.model import LAYERS, LayerStatus

FUNCTION_ARN = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:f"
BUCKET_ARN = "arn:aws:s3:::acme-logs"
OPEN_BUCKET = {
    "name": "acme-logs",
    "public_access_block": None,
    "acl_grantees": [{"URI": "http://acs.amazonaws.com/groups/global/AllUsers", "permission": "READ"}],
    "policy": {"Version": "2012-10-17", "Statement": [
        {"Sid": "p", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"{BUCKET_ARN}/*"},
        {"Sid": "r", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::1:role/r"}, "Action": "s3:*"},
    ]},
    "tags": [{"Key": "Team", "Value": "data"}],
}  # fmt: skip
GROUP = {
    "GroupId": "sg-1", "GroupName": "web", "Description": "web servers", "VpcId": "vpc-1",
    "IpPermissions": [
        {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "x"}]},
        {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]},
    ],
    "IpPermissionsEgress": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}],
}  # fmt: skip
SSH_RULE = "ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_22"


def bucket_finding(rule: str = "s3_bucket_public_access") -> Finding:
    return make_finding(rule, BUCKET_ARN, "acme-logs")


def group_finding(rule: str = SSH_RULE) -> Finding:
    return make_finding(rule, f"arn:aws:ec2:us-east-1:{ACCOUNT}:security-group/sg-1", "sg-1")


def test_a_snippet_stands_by_itself_and_names_the_bucket() -> None:
    fix = draft_fix(bucket_finding(), OPEN_BUCKET, scan=False)
    (file,) = fix.files
    assert fix.mode == "snippet"
    assert tuple(fix.layers) == LAYERS
    assert "aws_s3_bucket.acme_logs" not in file.content
    assert file.content.count('bucket = "acme-logs"') >= 2
    policy = next(b for b in parse_file(file.content).blocks if b.address == "aws_s3_bucket_policy.acme_logs")
    statements = attribute_value(policy, "policy", file.content).value["Statement"]
    assert statements[0]["Principal"] == {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    assert statements[1] == OPEN_BUCKET["policy"]["Statement"][1]  # type: ignore[index]
    assert fix.failed == ()
    assert fix.breaks
    assert any("put-public-access-block" in command for command in fix.commands)
    assert any("public-read" in command for command in fix.rollback)


def test_the_api_form_gives_the_same_as_the_scanners_form() -> None:
    api = {
        "Name": "acme-logs",
        "Policy": json.dumps(OPEN_BUCKET["policy"]),
        "Grants": [
            {"Grantee": {"URI": "http://acs.amazonaws.com/groups/global/AllUsers"}, "Permission": "READ"}
        ],
        "TagSet": OPEN_BUCKET["tags"],
    }
    ours = draft_fix(bucket_finding(), OPEN_BUCKET, scan=False)
    for wrapped in (api, {"Platform Discovery": api}, {"details": "", "metadata": api}):
        assert draft_fix(bucket_finding(), wrapped, scan=False).files == ours.files


def test_an_existing_resource_is_imported_and_never_destroyed() -> None:
    fix = draft_fix(group_finding(), GROUP, scan=False)
    text = fix.files[0].content
    assert fix.imports == {"aws_security_group.web": "sg-1"}
    assert 'import {\n  to = aws_security_group.web\n  id = "sg-1"\n}' in text
    assert "prevent_destroy = true" in text
    assert "from_port   = 443" in text
    assert "from_port   = 22" not in text
    assert 'description = "web servers"' in text
    assert any("1 to import, 0 to add, 0 to destroy" in note for note in fix.notes)


def test_a_description_that_is_not_known_cannot_replace_the_group() -> None:
    config = {key: value for key, value in GROUP.items() if key != "Description"}
    assert (
        "ignore_changes  = [description]" in draft_fix(group_finding(), config, scan=False).files[0].content
    )


def test_a_rule_that_names_its_ports_closes_those_only() -> None:
    config = {**GROUP, "IpPermissions": [
        {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
        for port in (3306, 5432)
    ]}  # fmt: skip
    rule = "ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_mysql_3306"
    text = draft_fix(group_finding(rule), config, scan=False).files[0].content
    assert "from_port   = 5432" in text
    assert "from_port   = 3306" not in text


def test_what_is_not_known_is_asked_for_and_not_made_up() -> None:
    finding = make_finding("rds_instance_no_public_access", f"arn:aws:rds:us-east-1:{ACCOUNT}:db:pay", "pay")
    fix = draft_fix(finding, {"id": "pay", "public": True}, scan=False)
    assert 'variable "instance_class"' in fix.files[0].content
    assert "instance_class          = var.instance_class" in fix.files[0].content
    full = draft_fix(
        finding,
        {"DBInstanceIdentifier": "pay", "PubliclyAccessible": True, "DBInstanceClass": "db.x"},
        scan=False,
    )
    assert "variable" not in full.files[0].content


def test_what_cannot_be_done_in_place_is_said() -> None:
    finding = make_finding("rds_instance_storage_encrypted", f"arn:aws:rds:us-east-1:{ACCOUNT}:db:pay", "pay")
    fix = draft_fix(finding, {"id": "pay", "encrypted": False}, scan=False)
    assert fix.replaces
    assert fix.layers["scope"].status is LayerStatus.FAILED
    assert any("cannot be encrypted in place" in note for note in fix.notes)
    assert any("copy-db-snapshot" in command for command in fix.commands)


def test_what_is_right_already_needs_no_fix() -> None:
    shut = {**OPEN_BUCKET, "public_access_block": dict.fromkeys(
        ("block_public_acls", "ignore_public_acls", "block_public_policy", "restrict_public_buckets"), True
    )}  # fmt: skip
    with pytest.raises(AlreadyFixed, match="nothing needs to be changed"):
        draft_fix(bucket_finding(), shut)
    with pytest.raises(AlreadyFixed, match="nothing needs to be changed"):
        draft_fix(group_finding(), {**GROUP, "IpPermissions": []})


def test_a_finding_without_a_template_is_told_what_there_is() -> None:
    with pytest.raises(NoFixAvailable, match=r"aws\.s3\.public_access"):
        draft_fix(bucket_finding("s3_bucket_object_lock"), {})
    with pytest.raises(NoFixAvailable, match="no fix template for made_up"):
        draft_fix(make_finding("made_up", "x"), {})


def test_a_policy_that_is_not_known_is_not_overwritten() -> None:
    with pytest.raises(ConfigurationMissing, match="would replace it"):
        draft_fix(bucket_finding("s3_bucket_secure_transport_policy"), {"name": "acme-logs"})


def test_a_kind_is_enough_where_the_rule_is_another_scanners() -> None:
    finding = make_finding("s3.8", BUCKET_ARN, "acme-logs", kind="aws.s3.public_access")
    assert draft_fix(finding, OPEN_BUCKET, scan=False).kind == "aws.s3.public_access"
    strong = {"length": 14, "symbols": False, "numbers": True, "uppercase": True, "lowercase": True,
              "reuse_prevention": 24, "max_age": 90}  # fmt: skip
    policy = make_finding("iam.10", f"arn:aws:iam::{ACCOUNT}:root", kind="aws.iam.weak_password_policy")
    assert "require_symbols                = true" in draft_fix(policy, strong, scan=False).files[0].content
    topic = make_finding(
        "opensearch.8", f"arn:aws:es:us-east-1:{ACCOUNT}:domain/d", kind="aws.opensearch.insecure_transport"
    )
    fix = draft_fix(topic, {"name": "d", "node_to_node_encryption": True, "enforce_https": False}, scan=False)
    assert "enforce_https" in fix.diff
    assert "+    enforce_https" in fix.diff


def test_every_template_speaks_the_shared_vocabulary() -> None:
    assert set(supported_kinds()) <= set(all_kinds())
    assert len(supported_kinds()) >= 40
    assert supported_rules()[f"aws/{SSH_RULE}"] == "aws.ec2.open_ssh_port"


def test_a_trail_that_is_there_is_widened_and_no_second_one_made() -> None:
    finding = make_finding(
        "cloudtrail_multi_region_enabled", f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail", ACCOUNT
    )
    assert "account-trail" in draft_fix(finding, {}, scan=False).files[0].content
    arn = f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/old"
    trail = {"name": "old", "is_multiregion": False, "is_logging": False, "s3_bucket": "logs"}
    fix = draft_fix(finding, {}, related={arn: trail}, scan=False)
    assert fix.imports == {"aws_cloudtrail.old": arn}
    assert "+  is_multi_region_trail      = true" in fix.diff
    assert "+  enable_logging             = true" in fix.diff


def test_a_grant_that_is_made_anew_is_not_called_untouched() -> None:
    statement = {"Sid": "pub", "Effect": "Allow", "Principal": "*", "Action": "lambda:InvokeFunction"}
    finding = make_finding(
        "awslambda_function_not_publicly_accessible", f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:f"
    )
    fix = draft_fix(finding, {"name": "f", "policy": {"Statement": [statement]}}, scan=False)
    assert "made anew, and it holds nothing" in fix.layers["scope"].detail
    assert not any("0 to destroy" in note for note in fix.notes)


# -- with a folder of Terraform

MAIN = """# the data team's bucket
resource "aws_s3_bucket" "logs" {
  bucket = "acme-logs" # never rename
}

resource "aws_security_group" "web" {
  name = "web"

  ingress {
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
  ingress {
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
"""


def test_the_block_that_made_it_is_edited(folder: Callable[..., Path]) -> None:
    root = folder(main=MAIN, other="locals {}\n")
    fix = draft_fix(group_finding(), GROUP, iac_dir=root, scan=False)
    assert fix.mode == "edit"
    assert [file.path for file in fix.files] == ["main.tf"]
    assert fix.files[0].before == MAIN
    removed = MAIN.split("  ingress {")[1]
    assert fix.files[0].content == MAIN.replace("  ingress {" + removed, "", 1)
    assert fix.failed == ()
    assert (root / "main.tf").read_text() == MAIN


@pytest.mark.skipif(shutil.which("git") is None, reason="no git")
@pytest.mark.parametrize("end", ["\n", ""])
def test_the_diff_applies(folder: Callable[..., Path], end: str) -> None:
    text = MAIN.rstrip("\n") + end
    root = folder(main=text)
    fix = draft_fix(
        bucket_finding("s3_bucket_object_versioning"), {"name": "acme-logs"}, iac_dir=root, scan=False
    )
    subprocess.run(["git", "apply", "-"], input=fix.diff.encode(), cwd=root, check=True, timeout=20)
    assert (root / "main.tf").read_text() == fix.files[0].content
    assert 'resource "aws_s3_bucket_versioning" "logs"' in fix.files[0].content


def test_what_is_not_in_the_folder_becomes_a_snippet_and_says_why(folder: Callable[..., Path]) -> None:
    fix = draft_fix(bucket_finding(), OPEN_BUCKET, iac_dir=folder(main="locals {}\n"), scan=False)
    assert fix.mode == "snippet"
    assert fix.notes[0].startswith(
        "Not edited in the folder: No block in this folder makes aws_s3_bucket acme-logs"
    )


def test_a_folder_that_says_it_right_shows_drift(folder: Callable[..., Path]) -> None:
    right = (
        MAIN
        + """
resource "aws_s3_bucket_versioning" "logs" {
  bucket = aws_s3_bucket.logs.id

  versioning_configuration {
    status = "Enabled"
  }
}
"""
    )
    root = folder(main=right)
    fix = draft_fix(
        bucket_finding("s3_bucket_object_versioning"), {"name": "acme-logs"}, iac_dir=root, scan=False
    )
    assert (fix.mode, fix.files, fix.diff) == ("edit", (), "")
    assert "has drifted" in fix.notes[0]
    assert fix.failed == ()


def test_an_account_setting_is_set_where_it_is_or_gets_a_file(folder: Callable[..., Path]) -> None:
    finding = make_finding("ec2_ebs_default_encryption", f"arn:aws:ec2:us-east-1:{ACCOUNT}:volume", ACCOUNT)
    root = folder(main=MAIN)
    fix = draft_fix(finding, {"status": False}, iac_dir=root, scan=False)
    assert fix.files[0].before is None
    assert fix.diff.startswith("--- /dev/null\n+++ b/posture_ebs_unencrypted.tf")
    root = folder(main=MAIN, ebs='resource "aws_ebs_encryption_by_default" "all" {\n  enabled = false\n}\n')
    fix = draft_fix(finding, {"status": False}, iac_dir=root, scan=False)
    assert [file.path for file in fix.files] == ["ebs.tf"]


def test_a_grant_that_names_its_function_by_reference_is_narrowed(folder: Callable[..., Path]) -> None:
    text = """resource "aws_lambda_permission" "pub" {
  statement_id  = "pub"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.f.function_name
  principal     = "*"
}
"""
    statement = {"Sid": "pub", "Effect": "Allow", "Principal": "*", "Action": "lambda:InvokeFunction"}
    finding = make_finding("awslambda_function_not_publicly_accessible", FUNCTION_ARN)
    config = {"name": "f", "policy": {"Statement": [statement]}}
    fix = draft_fix(finding, config, iac_dir=folder(main=text), scan=False)
    assert fix.files[0].content == text.replace('"*"', f'"{ACCOUNT}"')


def test_older_ways_of_writing_are_followed(folder: Callable[..., Path]) -> None:
    old = 'resource "aws_s3_bucket" "logs" {\n  bucket = "acme-logs"\n\n  versioning {\n    enabled = false\n  }\n}\n'
    fix = draft_fix(
        bucket_finding("s3_bucket_object_versioning"),
        {"name": "acme-logs"},
        iac_dir=folder(main=old),
        scan=False,
    )
    assert fix.files[0].content == old.replace("false", "true")


def test_a_folder_that_is_none_is_refused() -> None:
    with pytest.raises(SourceRefused):
        draft_fix(bucket_finding(), OPEN_BUCKET, iac_dir="/nowhere/at/all")


# -- hostile input

_nasty = st.text(alphabet="${}%\\\"'`\n\r\t#/*<>EOT aé\u202e;|&", max_size=25) | st.text(max_size=15)


@pytest.mark.usefixtures("no_terraform")
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(name=_nasty, key=_nasty, value=_nasty, sid=_nasty, finding_id=_nasty)
def test_no_name_tag_or_policy_breaks_out_of_its_quotes(
    name: str, key: str, value: str, sid: str, finding_id: str
) -> None:
    statement = {"Sid": sid, "Effect": "Allow", "Principal": "*", "Action": "sqs:*", "Resource": value}
    config = {"name": name, "policy": {"Statement": [statement]}, "tags": [{"Key": key, "Value": value}]}
    group = {**GROUP, "GroupName": name, "Description": sid, "Tags": [{"Key": f"k{key}", "Value": value}]}
    for finding, given_config in (
        (
            make_finding(
                "sqs_queues_not_publicly_accessible", f"arn:aws:sqs:us-east-1:{ACCOUNT}:{name}", name
            ),
            config,
        ),
        (group_finding(), group),
    ):
        finding = finding.model_copy(update={"id": finding_id or "x"})
        fix = draft_fix(finding, given_config, scan=False)
        text = fix.files[0].content
        blocks = {block.kind for block in parse_file(text).blocks}
        assert blocks <= {"resource", "import"}
        assert len(parse_file(text).blocks) <= 2
        assert layout_faults(text) == {}
        assert fix.failed == ()
        assert all(len(command.splitlines()) == 1 for command in fix.commands)
    security_group = parse_file(text).blocks[1]
    assert attribute_value(security_group, "name", text) == (name or "sg-1")
    assert attribute_value(security_group, "tags", text) == {f"k{key}": value}


_json: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 70000) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


_NAMES = [
    "name", "id", "policy", "tags", "ingress_rules", "IpPermissions", "public", "encrypted", "document",
    "url_config", "logging", "public_access_block", "availability_zones", "acl_grantees", "security_groups",
]  # fmt: skip


def attempted(finding: Finding, config: dict[str, Any]) -> Fix | str:
    try:
        return draft_fix(finding, config, scan=False)
    except RemediationError as error:
        return str(error)


@pytest.mark.usefixtures("no_terraform")
@settings(
    max_examples=250,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    rule=st.sampled_from(sorted(supported_rules())),
    config=st.dictionaries(st.sampled_from(_NAMES), _json, max_size=5),
    uid=st.sampled_from(["", "arn:aws:x:us-east-1:1:y/z", "z", "arn:::::"]),
)
def test_any_configuration_gives_a_sound_draft_or_a_sentence(
    rule: str, config: dict[str, Any], uid: str
) -> None:
    drafted = attempted(make_finding(rule.partition("/")[2], uid), config)
    if isinstance(drafted, str):
        assert len(drafted) > 20
        return
    for file in drafted.files:
        parse_file(file.content)
    assert {"parse", "format", "schema"}.isdisjoint(drafted.failed), drafted.layers
