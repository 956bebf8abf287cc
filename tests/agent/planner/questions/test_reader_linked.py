"""Resources by others whose ids stand in their configuration: rows against plain Python."""

from __future__ import annotations

from typing import Any

import pytest

from agent.planner.questions.ask import plan_question
from agent.planner.questions.config_links import link
from agent.planner.questions.reader_linked import read_linked
from tests.agent.planner.questions.settings_tenant import ConfiguredTenant
from tests.agent.planner.questions.tenant import NOW, Row

TYPES = {
    "RDS_DATABASE_INSTANCE": ("Data", "Database", "RDS Database Instance", "AWS"),
    "RDS_SNAPSHOT": ("Data", "Snapshot", "RDS Snapshot", "AWS"),
    "EC2_SECURITY_GROUP": ("Network", "Security Group", "EC2 Security Group", "AWS"),
    "ELBV2_LOAD_BALANCER": ("Network", "Load Balancer", "Load Balancer", "AWS"),
    "EC2_VPC": ("Network", "VPC", "VPC", "AWS"),
    "EC2_INSTANCE": ("Compute", "VM Instance", "EC2 Instance", "AWS"),
    "AZURE_VIRTUAL_NETWORK": ("Network", "VPC", "Azure Virtual Network", "AZURE"),
    "ELBV2_TARGET_GROUP": ("Network", "Load Balancer", "Target Group", "AWS"),
    "AWS_IAM_ROLE": ("Identity", "IAM Role", "IAM Role", "AWS"),
    "LAMBDA_FUNCTION": ("Compute", "Serverless Function", "Lambda Function", "AWS"),
}
OPEN = (1, 4)


def _database(n: int) -> Row:
    return {
        "DBInstanceIdentifier": f"db-{n}", "Engine": ("postgres", "mysql")[n % 2], "StorageEncrypted": n % 2 == 0,
        "VpcSecurityGroups": [{"VpcSecurityGroupId": f"sg-0a{n}"}],
    }  # fmt: skip


def _snapshot(n: int) -> Row:
    return {
        "DBSnapshotIdentifier": f"snap-of-{n}",
        "DBInstanceIdentifier": f"db-{n // 2}",
        "Encrypted": n % 2 == 0,
    }


def _group(n: int) -> Row:
    source = "0.0.0.0/0" if n in OPEN else "10.0.0.0/8"
    return {
        "GroupId": f"sg-0a{n}",
        "IpPermissions": [
            {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "IpRanges": [{"CidrIp": source}]}
        ],
    }  # fmt: skip


def _balancer(n: int) -> Row:
    return {
        "LoadBalancerName": f"front-{n}",
        "Scheme": "internal",
        "SecurityGroups": [f"sg-0a{n}", f"sg-0a{n + 1}"],
    }


def _network(n: int) -> Row:
    return {"VpcId": f"vpc-0a{n}", "CidrBlock": "10.0.0.0/16"}


def _machine(n: int) -> Row:
    return {
        "InstanceId": f"i-0{n}", "VpcId": f"vpc-0a{n // 2}",
        "NetworkInterfaces": [{"VpcId": f"vpc-0a{n // 2}", "SubnetId": f"subnet-0{n}"}],
    }  # fmt: skip


def _role(n: int) -> Row:
    return {"RoleName": f"r-{n}", "Arn": f"arn:aws:iam::111111111111:role/r-{n}"}


def _function(n: int) -> Row:
    return {"Configuration": {"Runtime": "python3.12", "Role": f"arn:aws:iam::111111111111:role/r-{n // 2}"}}


MADE = {
    "RDS_DATABASE_INSTANCE": _database,
    "RDS_SNAPSHOT": _snapshot,
    "EC2_SECURITY_GROUP": _group,
    "ELBV2_LOAD_BALANCER": _balancer,
    "EC2_VPC": _network,
    "EC2_INSTANCE": _machine,
    "AZURE_VIRTUAL_NETWORK": lambda n: {"properties": {"flowTimeoutInMinutes": n}},
    "ELBV2_TARGET_GROUP": lambda n: {"TargetGroupName": f"front-{n}"},
    "AWS_IAM_ROLE": _role,
    "LAMBDA_FUNCTION": _function,
}


@pytest.fixture(scope="module")
def tenant() -> ConfiguredTenant:
    made: list[dict[str, Any]] = [
        {"id": f"{type_id}-{n}", "name": f"{type_id.lower()}-{n}", "type": type_id, "cfg": of(n)}
        for type_id, of in MADE.items()
        for n in range(6)
    ]
    return ConfiguredTenant(made, TYPES)


RDS, SNAPSHOT, GROUP, BALANCER, VPC = tuple(MADE)[:5]
ROLE, FUNCTION = tuple(MADE)[-2:]


@pytest.mark.parametrize(
    ("question", "type_id", "wanted"),
    [
        ("rds databases that no snapshot exists for", RDS, {3, 4, 5}),
        ("rds instances without snapshots", RDS, {3, 4, 5}),
        ("rds instances with a snapshot", RDS, {0, 1, 2}),
        ("rds instances whose security group allows 5432 from anywhere", RDS, set(OPEN)),
        ("rds instances with security groups that are open to the internet", RDS, set(OPEN)),
        ("load balancers with security groups open to the world", BALANCER, {0, 1, 3, 4}),
        ("vpcs of aws that don't have any ec2 instance inside", VPC, {3, 4, 5}),
        ("vpcs without ec2 instances", VPC, {3, 4, 5}),
        ("snapshots of unencrypted rds instances", SNAPSHOT, {2, 3}),
        ("rds instances with a snapshot and no storage encryption", RDS, {1}),
        ("security groups not used by any rds instance", GROUP, set()),
        ("roles not used by any function", ROLE, {3, 4, 5}),
        ("vpcs in which no ec2 instance runs", VPC, {3, 4, 5}),
        ("snapshots whose source database no longer exists", SNAPSHOT, set()),
        ("snapshots whose source database was deleted", SNAPSHOT, set()),
    ],
)
def test_the_right_rows(tenant: ConfiguredTenant, question: str, type_id: str, wanted: set[int]) -> None:
    asked = plan_question(question, tenant.estate, None, NOW)
    assert asked.outcome == "answer", asked.message
    assert asked.plan is not None
    found = [row["xdm.asset.id"] for row in tenant.rows(asked.plan)]
    assert sorted(found) == sorted(f"{type_id}-{n}" for n in wanted)


def test_ids_that_many_share_are_no_link(tenant: ConfiguredTenant) -> None:
    found = link({RDS}, {GROUP}, tenant.estate)
    assert found is not None
    assert (found[0].path[-1], found[1].path[-1]) == ("VpcSecurityGroupId", "GroupId")
    assert link({SNAPSHOT}, {GROUP}, tenant.estate) is None


def test_two_things_that_are_called_alike_are_not_linked(tenant: ConfiguredTenant) -> None:
    assert link({BALANCER}, {"ELBV2_TARGET_GROUP"}, tenant.estate) is None


def test_what_may_ask_for_the_others_is_not_sure(tenant: ConfiguredTenant) -> None:
    question = "rds instances with their snapshots"
    assert read_linked(question, tenant.estate, NOW, sure=True) is None
    assert read_linked("rds instances with their snapshots by region", tenant.estate, NOW) is None


def test_arns_tie_resources_though_nobody_says_them(tenant: ConfiguredTenant) -> None:
    found = link({FUNCTION}, {ROLE}, tenant.estate)
    assert found is not None
    assert (found[0].path, found[1].path) == (("Configuration", "Role"), ("Arn",))


@pytest.mark.parametrize(
    "question", ["lambda functions and the role each uses", "lambda functions with their role"]
)
def test_the_other_is_a_column(tenant: ConfiguredTenant, question: str) -> None:
    asked = plan_question(question, tenant.estate, None, NOW)
    assert asked.plan is not None, asked.message
    rows = tenant.rows(asked.plan)
    assert sorted(row["role"][-3:] for row in rows) == ["r-0", "r-0", "r-1", "r-1", "r-2", "r-2"]


def test_two_kinds_side_by_side_are_no_link(tenant: ConfiguredTenant) -> None:
    assert read_linked("rds instances and snapshots that are not encrypted", tenant.estate, NOW) is None


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("security groups open to the world that are attached to an rds instance", {1, 4}),
        ("security groups open to the internet and used by rds instances", {1, 4}),
    ],
)
def test_an_opening_of_linked_groups_is_kept(
    tenant: ConfiguredTenant, question: str, wanted: set[int]
) -> None:
    asked = plan_question(question, tenant.estate, None, NOW)
    assert asked.outcome == "answer", asked.message
    assert asked.plan is not None
    found = {row["xdm.asset.id"] for row in tenant.rows(asked.plan)}
    assert found == {f"{GROUP}-{n}" for n in wanted}


def test_others_by_how_many_name_them(tenant: ConfiguredTenant) -> None:
    asked = plan_question("roles used by more than one lambda function", tenant.estate, None, NOW)
    assert asked.plan is not None, asked.message
    assert [row["assets"] for row in tenant.rows(asked.plan)] == [2, 2, 2]
