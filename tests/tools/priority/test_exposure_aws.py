"""Exposure of AWS resources, in a scanner's metadata form and in the API's own."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.tools.priority.building import (
    ACCOUNT,
    arn,
    asset,
    bucket,
    context,
    exposed,
    instance,
    open_group,
    role,
)
from tests.work import LINEAR, growth, work
from tools.priority.exposure import exposure_of

ANY = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}


def scanner_instance(**changes: Any) -> Any:
    described = {
        "id": "i-0web",
        "state": "running",
        "public_ip": "203.0.113.7",
        "security_groups": ["sg-0a1"],
        **changes,
    }
    return asset(arn("ec2", "instance/i-0web"), described)


def scanner_group(port: int = 22, **changes: Any) -> Any:
    rule = {
        "IpProtocol": "tcp",
        "FromPort": port,
        "ToPort": port,
        "IpRanges": [{"CidrIp": "0.0.0.0/0"}],
        "Ipv6Ranges": [],
    }
    described = {"id": "sg-0a1", "name": "web", "ingress_rules": [rule], "network_interfaces": [], **changes}
    return asset(arn("ec2", "security-group/sg-0a1"), described)


@pytest.mark.parametrize(
    ("host", "group"), [(instance(), open_group()), (scanner_instance(), scanner_group())]
)
def test_a_public_instance_with_an_open_port_is_reached_in_both_forms(host: Any, group: Any) -> None:
    found = exposed(host, group).fact
    assert (found.state, found.value) == (
        "known",
        "22 open to 0.0.0.0/0 on sg-0a1, public address 203.0.113.7",
    )
    assert found.grade > 0.7
    seen = exposed(group, host).fact
    assert seen.state == "known"
    assert seen.value == "22 open to 0.0.0.0/0 on sg-0a1, used by i-0web"


@pytest.mark.parametrize(
    "host",
    [
        instance(State={"Name": "stopped"}),
        scanner_instance(state="stopped"),
        instance(State={"Name": "terminated"}),
        instance(PublicIpAddress=None, PrivateIpAddress="10.0.0.4"),
        scanner_instance(public_ip=None),
    ],
)
def test_stopped_and_private_instances_are_not_reached(host: Any) -> None:
    assert exposed(host, open_group()).fact.state == "absent"
    assert exposed(open_group(), host).fact.state == "absent"


def test_a_public_address_without_an_open_rule_is_not_reached() -> None:
    closed = open_group(cidr="10.0.0.0/8")
    assert exposed(instance(), closed).fact.state == "absent"


def test_rules_that_were_not_collected_leave_it_unknown() -> None:
    found = exposed(instance()).fact
    assert found.state == "unknown"
    assert found.low < found.grade < found.high
    assert "sg-0a1" in found.value


def test_a_subnet_without_a_way_out_closes_it() -> None:
    subnet = asset(arn("ec2", "subnet/subnet-1"), {"id": "subnet-1", "public": False})
    assert exposed(instance(SubnetId="subnet-1"), open_group(), subnet).fact.state == "absent"


def test_the_address_may_stand_on_the_interface() -> None:
    interface = {
        "NetworkInterfaceId": "eni-1",
        "Association": {"PublicIp": "203.0.113.9"},
        "Groups": [{"GroupId": "sg-0a1"}],
    }
    host = instance(PublicIpAddress=None, SecurityGroups=[], NetworkInterfaces=[interface])
    assert "203.0.113.9" in exposed(host, open_group()).fact.value


def test_ipv6_and_port_ranges_and_all_protocols() -> None:
    v6 = asset(
        arn("ec2", "security-group/sg-0a1"),
        {"GroupId": "sg-0a1", "IpPermissions": [{"IpProtocol": "-1", "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}]},
    )
    assert exposed(instance(), v6).fact.value.startswith("all ports open to ::/0")
    rng = asset(
        arn("ec2", "security-group/sg-0a1"),
        {
            "GroupId": "sg-0a1",
            "IpPermissions": [
                {"IpProtocol": "tcp", "FromPort": 20, "ToPort": 25, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
            ],
        },
    )
    assert exposed(instance(), rng).fact.grade > exposed(instance(), open_group(443)).fact.grade


def test_worse_ports_weigh_more() -> None:
    grade = {port: exposed(instance(), open_group(port)).fact.grade for port in (443, 22, 3389, 6379)}
    assert grade[443] < grade[22] < grade[3389] < grade[6379]


@pytest.mark.parametrize("group", [scanner_group(), open_group()])
def test_a_group_that_nothing_uses(group: Any) -> None:
    unused = exposed(group).fact
    # the scanner's form says that no interface uses it; the API's form says nothing about that
    assert unused.state == ("absent" if "network_interfaces" in group.config else "unknown")


def test_a_group_with_a_public_interface_in_the_scanners_form() -> None:
    eni = {"id": "eni-1", "association": {"PublicIp": "203.0.113.7"}, "attachment": {"instance_id": "i-gone"}}
    assert exposed(scanner_group(network_interfaces=[eni])).fact.state == "known"


def database(**changes: Any) -> Any:
    described = {
        "DBInstanceIdentifier": "pay",
        "PubliclyAccessible": True,
        "Endpoint": {"Port": 5432},
        "VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-0a1"}],
        **changes,
    }
    return asset(arn("rds", "db:pay"), described)


def test_a_database_is_reached_on_its_own_port_only() -> None:
    assert (
        exposed(database(), open_group(5432)).fact.value
        == "5432 open to 0.0.0.0/0 on sg-0a1, publicly accessible"
    )
    assert exposed(database(), open_group(22)).fact.state == "absent"
    assert exposed(database(PubliclyAccessible=False), open_group(5432)).fact.state == "absent"
    assert exposed(database(DBInstanceStatus="stopped"), open_group(5432)).fact.state == "absent"
    assert exposed(database()).fact.state == "unknown"
    scanner = asset(
        arn("rds", "db:pay"), {"id": "pay", "public": True, "port": 5432, "security_groups": ["sg-0a1"]}
    )
    assert exposed(scanner, open_group(5432)).fact.state == "known"


READ_ACL = [
    {
        "Grantee": {"Type": "Group", "URI": "http://acs.amazonaws.com/groups/global/AllUsers"},
        "Permission": "READ",
    }
]
BLOCKED = dict.fromkeys(
    ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
)


def test_a_public_bucket_by_policy_and_by_access_list() -> None:
    assert exposed(bucket("b", public=True)).fact.value == "anyone can read b by its policy"
    listed = exposed(bucket("b", Grants=READ_ACL)).fact
    assert listed.value == "anyone can list b by its access list"
    write = {"Statement": [{**ANY, "Action": ["s3:GetObject", "s3:PutObject"]}]}
    both = exposed(bucket("b", policy=json.dumps(write))).fact
    assert both.value == "anyone can read and write b by its policy"
    assert both.grade > exposed(bucket("b", public=True)).fact.grade > listed.grade


def test_block_public_access_compensates() -> None:
    held = exposed(bucket("b", public=True, PublicAccessBlockConfiguration=BLOCKED))
    assert held.fact.state == "absent"
    assert held.compensating == "block public access holds it back"
    scanner = exposed(
        bucket(
            "b",
            acl_grantees=[{"URI": READ_ACL[0]["Grantee"]["URI"], "permission": "READ"}],
            public_access_block={"ignore_public_acls": True},
        )
    )
    assert scanner.compensating
    half = exposed(bucket("b", public=True, public_access_block={"block_public_policy": True}))
    assert half.fact.state == "known", "BlockPublicPolicy stops new policies, not this one"


def test_the_accounts_block_and_disabled_access_lists_count() -> None:
    account = asset(arn("s3", "account"), {"public_access_block": {"restrict_public_buckets": True}})
    assert exposed(bucket("b", public=True), account).fact.state == "absent"
    owner = bucket(
        "b", Grants=READ_ACL, OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    )
    assert exposed(owner).fact.state == "absent"


def test_blocks_of_many_accounts_are_looked_for_once() -> None:
    def cost(size: int) -> int:
        buckets = [bucket(f"b{n}", public=True).model_copy(update={"account": str(n)}) for n in range(size)]
        blocks = [
            asset(f"arn:aws:s3:us-east-1:{n}:account", {"public_access_block": {}}, account=str(n))
            for n in range(size)
        ]
        reader = context(*buckets, *blocks).reader
        return work(lambda: [exposure_of(reader, one) for one in buckets])

    assert growth(cost, 100) < LINEAR


def test_a_bucket_without_its_policy_is_unknown_not_safe() -> None:
    assert exposed(asset("arn:aws:s3:::b", {"Name": "b"})).fact.state == "unknown"
    assert exposed(asset("arn:aws:s3:::b")).fact.state == "unknown"
    assert (
        exposed(asset("arn:aws:s3:::b", {"PublicAccessBlockConfiguration": BLOCKED})).fact.state == "absent"
    )


@pytest.mark.parametrize(
    ("service", "resource", "config"),
    [
        ("sqs", "orders", {"Attributes": {"Policy": json.dumps({"Statement": [ANY]})}}),
        ("sns", "alerts", {"policy": {"Statement": [{**ANY, "Action": "SNS:Publish"}]}}),
        (
            "kms",
            "key/1",
            {
                "KeyMetadata": {"KeyId": "1"},
                "Policy": json.dumps({"Statement": [{**ANY, "Action": "kms:*"}]}),
            },
        ),
        ("ecr", "repository/r", {"policyText": json.dumps({"Statement": [{**ANY, "Action": "ecr:*"}]})}),
        (
            "lambda",
            "function:f",
            {"Configuration": {"FunctionName": "f"}, "Policy": json.dumps({"Statement": [ANY]})},
        ),
        ("lambda", "function:f", {"FunctionName": "f", "FunctionUrlConfig": {"AuthType": "NONE"}}),
        ("secretsmanager", "secret:s", {"ResourcePolicy": json.dumps({"Statement": [ANY]})}),
        ("es", "domain/d", {"DomainStatus": {"AccessPolicies": json.dumps({"Statement": [ANY]})}}),
        (
            "eks",
            "cluster/c",
            {
                "cluster": {
                    "resourcesVpcConfig": {"endpointPublicAccess": True, "publicAccessCidrs": ["0.0.0.0/0"]}
                }
            },
        ),
        ("eks", "cluster/c", {"endpoint_public_access": True, "public_access_cidrs": ["0.0.0.0/0"]}),
        ("ec2", "snapshot/s", {"SnapshotId": "s", "CreateVolumePermissions": [{"Group": "all"}]}),
        ("ec2", "snapshot/s", {"id": "s", "public": True}),
        (
            "rds",
            "snapshot:s",
            {"DBSnapshotAttributes": [{"AttributeName": "restore", "AttributeValues": ["all"]}]},
        ),
        ("elasticloadbalancing", "loadbalancer/app/w/1", {"Scheme": "internet-facing"}),
    ],
)
def test_what_strangers_can_use(service: str, resource: str, config: dict[str, Any]) -> None:
    found = exposed(asset(arn(service, resource), config)).fact
    assert found.state == "known"
    assert found.grade > 0.4


@pytest.mark.parametrize(
    ("service", "resource", "config"),
    [
        ("sqs", "orders", {"policy": None}),
        (
            "kms",
            "key/1",
            {"policy": {"Statement": [{**ANY, "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}}]}},
        ),
        (
            "kms",
            "key/1",
            {
                "policy": {
                    "Statement": [{**ANY, "Condition": {"StringEquals": {"kms:CallerAccount": ACCOUNT}}}]
                }
            },
        ),
        ("lambda", "function:f", {"policy": {}, "url_config": {"auth_type": "AWS_IAM"}}),
        ("es", "domain/d", {"DomainStatus": {"VPCOptions": {"VPCId": "vpc-1"}}}),
        ("eks", "cluster/c", {"endpoint_public_access": True, "public_access_cidrs": ["198.51.100.0/28"]}),
        ("eks", "cluster/c", {"endpoint_public_access": False}),
        ("ec2", "snapshot/s", {"public": False}),
        ("ec2", "snapshot/s", {"CreateVolumePermissions": [{"UserId": "444455556666"}]}),
        ("elasticloadbalancing", "loadbalancer/app/w/1", {"Scheme": "internal"}),
        ("apigateway", "restapis/x", {"public_endpoint": True, "authorizer": False, "stages": []}),
        ("ec2", "volume/v", {"VolumeId": "v"}),
    ],
)
def test_what_strangers_cannot_use(service: str, resource: str, config: dict[str, Any]) -> None:
    assert exposed(asset(arn(service, resource), config)).fact.state == "absent"


def test_a_role_that_any_account_may_assume() -> None:
    assert exposed(role("r", trust={"AWS": "*"})).fact.value == "any AWS account may assume r"
    assert exposed(role("r")).fact.grade == 0
    outside = exposed(role("r", trust={"AWS": "arn:aws:iam::444455556666:root"})).fact
    assert "444455556666" in outside.value
    assert 0 < outside.grade < 0.6


def test_users_are_doors_as_their_login_is() -> None:
    uid = f"arn:aws:iam::{ACCOUNT}:user/u"
    password = exposed(asset(uid, {"console_access": True, "mfa_devices": []})).fact.grade
    key = exposed(asset(uid, {"access_key_1_active": "true", "password_enabled": "false"})).fact.grade
    none = exposed(asset(uid, {"console_access": True, "mfa_devices": [{"type": "virtual"}]})).fact.grade
    assert password > key > none == 0


@pytest.mark.parametrize(
    "broken",
    ["text", ["a"], 7, {"IpPermissions": "x"}, {"IpPermissions": [1, None, {"IpRanges": [{"CidrIp": 5}]}]}],
)
def test_configurations_that_make_no_sense_are_not_a_crash(broken: Any) -> None:
    group = asset(
        arn("ec2", "security-group/sg-0a1"),
        {"GroupId": "sg-0a1", **(broken if isinstance(broken, dict) else {"ingress_rules": broken})},
    )
    assert exposed(group, instance()).fact.state in {"absent", "unknown"}
    for service, resource in (
        ("s3", ""),
        ("sqs", "q"),
        ("rds", "db:x"),
        ("lambda", "function:f"),
        ("eks", "cluster/c"),
    ):
        uid = f"arn:aws:s3:::{'b'}" if service == "s3" else arn(service, resource)
        odd = asset(
            uid, {"policy": broken, "security_groups": broken, "public": "perhaps", "acl_grantees": broken}
        )
        assert exposed(odd).fact.state in {"absent", "unknown"}


def test_ids_do_not_reach_into_other_accounts() -> None:
    elsewhere = open_group().model_copy(update={"account": "999988887777", "asset_id": "other"})
    assert exposed(instance(), elsewhere).fact.state == "unknown"


def test_what_was_read_before_does_not_change_what_is_read_next() -> None:
    host, group, store = instance(), open_group(), bucket("b", public=True)
    known = context(store, host, group)
    exposure_of(known.reader, store)
    assert exposure_of(known.reader, group).fact.value.endswith("used by i-0web")


def test_a_grant_to_another_account_is_open_only_if_it_is_not_ours() -> None:
    grant = {**ANY, "Principal": {"AWS": "arn:aws:iam::444455556666:root"}}
    shared = bucket("b", policy={"Statement": [grant]})
    outside = exposed(shared).fact
    assert (outside.state, outside.high < 0.6) == ("unknown", True)
    ours = bucket("c").model_copy(update={"account": "444455556666"})
    assert exposed(shared, ours).fact.state == "absent"
    assert exposed(role("r", trust={"AWS": "arn:aws:iam::444455556666:root"}), ours).fact.grade == 0
