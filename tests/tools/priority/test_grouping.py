from __future__ import annotations

from tests.tools.priority.building import arn, asset, bucket, context, finding, instance, open_group, snapshot
from tools.priority import group_key, score_snapshot


def test_findings_that_one_group_opens_share_a_cause() -> None:
    host, group = instance(), open_group()
    known = context(host, group)
    ssh = finding("ec2_instance_port_ssh_exposed_to_internet", host)
    rule = finding("ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_22", group)
    assert group_key(ssh, known) == group_key(rule, known) == "ingress/111122223333/sg-0a1"
    assert group_key(ssh) != group_key(rule), "without the estate nothing says which group opens it"
    assert group_key(finding("ec2_instance_imdsv2_enabled", host), known) != group_key(ssh, known)


def test_one_bucket_open_in_four_ways_is_one_cause() -> None:
    b = bucket("b", public=True)
    rules = (
        "s3_bucket_public_access",
        "s3_bucket_policy_public_write_access",
        "s3_bucket_public_list_acl",
        "s3_bucket_level_public_access_block",
    )
    assert len({group_key(finding(r, b)) for r in rules}) == 1
    assert group_key(finding(rules[0], bucket("c"))) != group_key(finding(rules[0], b))


def test_settings_of_the_account_are_one_cause_over_regions() -> None:
    here = asset(arn("guardduty", "detector/unknown"))
    there = asset(arn("guardduty", "detector/unknown", "eu-west-1"))
    keys = {group_key(finding("guardduty_is_enabled", a)) for a in (here, there)}
    assert len(keys) == 1
    other = finding("guardduty_is_enabled", here, account="999988887777")
    assert group_key(other) not in keys


def test_the_book_groups_by_cause_and_keeps_every_finding() -> None:
    host, group, b = instance(), open_group(), bucket("b", public=True)
    findings = [
        finding("ec2_instance_port_ssh_exposed_to_internet", host),
        finding("ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_22", group),
        finding("s3_bucket_public_access", b),
        finding("s3_bucket_public_list_acl", b),
        finding("s3_bucket_object_versioning", b),
    ]
    book, _ = score_snapshot(snapshot(findings, [host, group, b]))
    assert len(book.groups) == 3
    assert sorted(i for g in book.groups for i in g.finding_ids) == sorted(f.id for f in findings)
    assert [g.score.score for g in book.groups] == sorted((g.score.score for g in book.groups), reverse=True)
    for found in book.groups:
        assert found.score.finding_id == found.finding_ids[0]
        assert found.to_dict()["count"] == len(found.finding_ids)
