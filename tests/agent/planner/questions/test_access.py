"""Questions about identities, access and Kubernetes: the rows are those that plain Python picks."""

# ruff: noqa: E501 (tables are easier to read in one piece)

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from agent.planner.questions.ask import plan_question
from agent.planner.questions.estate import Estate
from agent.planner.questions.estate_samples import read_rows
from agent.planner.questions.rewrites_access import of_access
from tests.agent.planner.questions.access_tenant import ACCESS, TYPES, access_tenant
from tests.agent.planner.questions.settings_tenant import ConfiguredTenant, configured_estate, rows
from tests.agent.planner.questions.tenant import NOW, Row


@pytest.fixture(scope="module")
def tenant() -> ConfiguredTenant:
    return access_tenant()


USER, ENTRA, ROLE, ACCOUNT = "AWS_IAM_USER", "AZURE_AD_USER", "AWS_IAM_ROLE", "AWS_ACCOUNT"
K8S_ROLE, DEPLOYMENT = "KUBERNETES_ROLE", "KUBERNETES_DEPLOYMENT"
BINDING = "KUBERNETES_ROLE_BINDING"
EKS, AKS, GKE = "EKS_CLUSTER", "AZURE_KUBERNETES_CLUSTER", "GOOGLE_KUBERNETES_CLUSTER"


def old(text: str | None, days: int) -> bool:
    return text is None or datetime.fromisoformat(text) < NOW - timedelta(days=days)


def container(c: Row) -> Row:
    made: Row = c["spec"]["template"]["spec"]["containers"][0]
    return made


def read_only(c: Row) -> bool:
    return bool(container(c)["securityContext"]["readOnlyRootFilesystem"])


def trusts(c: Row, key: str, begins: str) -> bool:
    return bool(c["AssumeRolePolicyDocument"]["Statement"][0]["Principal"].get(key, "").startswith(begins))


def length(c: Row) -> int:
    return int(c["PasswordPolicy"]["MinimumPasswordLength"])


def minor(version: str) -> int:
    return int(version.split(".")[1])


CASES: list[tuple[str, dict[str, Callable[[Row], Any]]]] = [
    (
        "users without mfa",
        {USER: lambda c: not c["MFADevices"], ENTRA: lambda c: not c["isMfaRegistered"]},
    ),
    ("azure ad users who have not registered mfa", {ENTRA: lambda c: not c["isMfaRegistered"]}),
    ("root accounts without mfa", {ACCOUNT: lambda c: not c["SummaryMap"]["AccountMFAEnabled"]}),
    ("disabled gcp service accounts", {"GOOGLE_SERVICE_ACCOUNT": lambda c: c["disabled"]}),
    ("gcp service accounts that are not disabled", {"GOOGLE_SERVICE_ACCOUNT": lambda c: not c["disabled"]}),
    ("aks clusters with local accounts disabled", {AKS: lambda c: c["properties"]["disableLocalAccounts"]}),
    (
        "aks clusters with local accounts enabled",
        {AKS: lambda c: not c["properties"]["disableLocalAccounts"]},
    ),
    (
        "k8s clusters below version 1.30",
        {
            EKS: lambda c: minor(c["version"]) < 30,
            AKS: lambda c: minor(c["properties"]["kubernetesVersion"]) < 30,
            GKE: lambda c: minor(c["currentMasterVersion"]) < 30,
        },
    ),
    (
        "gcp service accounts that have no key",
        {"GOOGLE_SERVICE_ACCOUNT": lambda c: not c["keys"]},
    ),
    (
        "secrets that were not rotated for 120 days",
        {"SECRETS_MANAGER_SECRET": lambda c: old(c["LastChangedDate"], 120)},
    ),
    (
        "iam roles unused for more than 90 days",
        {ROLE: lambda c: old(c["RoleLastUsed"].get("LastUsedDate"), 90)},
    ),
    (
        "users whose access keys have not been rotated for 90 days",
        {USER: lambda c: any(k["Status"] == "Active" and old(k["CreateDate"], 90) for k in c["AccessKeys"])},
    ),
    ("k8s roles where the rules have verbs *", {K8S_ROLE: lambda c: "*" in c["rules"][0]["verbs"]}),
    ("kubernetes roles with verb create", {K8S_ROLE: lambda c: "create" in c["rules"][0]["verbs"]}),
    ("containers running with a read only filesystem", {DEPLOYMENT: lambda c: read_only(c)}),
    ("privileged containers", {DEPLOYMENT: lambda c: container(c)["securityContext"]["privileged"]}),
    (
        "aws accounts with no mfa on the root user",
        {ACCOUNT: lambda c: not c["SummaryMap"]["AccountMFAEnabled"]},
    ),
    ("which iam roles can be assumed from another account?", {ROLE: lambda c: trusts(c, "AWS", "arn:")}),
    ("roles that trust ec2", {ROLE: lambda c: trusts(c, "Service", "ec2")}),
    ("iam users not having any policy attached", {USER: lambda c: not c["AttachedManagedPolicies"]}),
    (
        "aws accounts whose password policy allows passwords shorter than 14 characters",
        {ACCOUNT: lambda c: length(c) < 14},
    ),
    ("customer managed keys that are not rotated", {"KMS_KEY": lambda c: not c["KeyRotationEnabled"]}),
    (
        "kubernetes role bindings that reference cluster-admin",
        {BINDING: lambda c: c["roleRef"]["name"] == "cluster-admin"},
    ),
    (
        "which cluster roles have wildcard verbs",
        {K8S_ROLE: lambda c: c["kind"] == "ClusterRole" and "*" in c["rules"][0]["verbs"]},
    ),
    ("container images with tag latest", {"CONTAINER_IMAGE": lambda c: "latest" in c["imageTags"]}),
    (
        "eks clusters reachable from 0.0.0.0/0",
        {EKS: lambda c: "0.0.0.0/0" in c["resourcesVpcConfig"]["publicAccessCidrs"]},
    ),
    ("azure ad users that are guests", {ENTRA: lambda c: c["userType"] == "Guest"}),
    ("which iam roles do we have?", {ROLE: lambda c: True}),
    (
        "role assignments with principal type user",
        {"AZURE_ROLE_ASSIGNMENT": lambda c: c["properties"]["principalType"] == "User"},
    ),
]


@pytest.mark.parametrize(("question", "tests"), CASES, ids=[question for question, _ in CASES])
def test_the_rows_are_those_that_have_it(
    tenant: ConfiguredTenant, question: str, tests: dict[str, Callable[[Row], Any]]
) -> None:
    made = plan_question(question, tenant.estate, None, NOW)
    assert made.outcome == "answer", made.message
    assert made.plan is not None
    expected = {a["id"] for a in ACCESS if a["type"] in tests and tests[a["type"]](a["cfg"])}
    assert {row["xdm.asset.id"] for row in tenant.rows(made.plan)} == expected, made.reading


def test_what_is_counted_for_each_is_shown_for_all(tenant: ConfiguredTenant) -> None:
    made = plan_question("number of access keys per user, highest first", tenant.estate, None, NOW)
    assert made.plan is not None
    rows = tenant.rows(made.plan)
    counts = [row["access_keys"] for row in rows]
    assert counts == sorted((len(a["cfg"]["AccessKeys"]) for a in ACCESS if a["type"] == USER), reverse=True)


def test_a_reading_says_the_key_as_it_is_written(tenant: ConfiguredTenant) -> None:
    made = plan_question("aks clusters with local accounts enabled", tenant.estate, None, NOW)
    assert "disable local accounts off" in made.reading
    made = plan_question("root accounts without mfa", tenant.estate, None, NOW)
    assert "account mfa enabled off" in made.reading.lower()


def items(held: Any) -> list[Row]:
    return held["Statement"] if isinstance(held, dict) else held


KEYS: list[tuple[str, str, str, Callable[[Row], Any]]] = [
    ("access keys older than 90 days", USER, "AccessKeys", lambda k: old(k["CreateDate"], 90)),
    ("access keys not rotated in the last 90 days", USER, "AccessKeys", lambda k: old(k["CreateDate"], 90)),
    ("access keys created in the last 60 days", USER, "AccessKeys", lambda k: not old(k["CreateDate"], 60)),
    (
        "gcp service account keys older than 100 days",
        "GOOGLE_SERVICE_ACCOUNT",
        "keys",
        lambda k: old(k["validAfterTime"], 100),
    ),
    (
        "gcp service accounts with user-managed keys older than 100 days, one row per key",
        "GOOGLE_SERVICE_ACCOUNT",
        "keys",
        lambda k: old(k["validAfterTime"], 100),
    ),
    (
        "every trust relationship statement of the iam roles, one per line",
        ROLE,
        "AssumeRolePolicyDocument",
        lambda k: True,
    ),
    ("access keys with status active or inactive", USER, "AccessKeys", lambda k: True),
    ("access keys with user, status and access key id", USER, "AccessKeys", lambda k: True),
    (
        "an overview of all access keys: user, access key id and whether the key is active",
        USER,
        "AccessKeys",
        lambda k: True,
    ),
]


@pytest.mark.parametrize(("question", "kind", "array", "test"), KEYS, ids=[k[0] for k in KEYS])
def test_keys_are_told_one_by_one(
    tenant: ConfiguredTenant, question: str, kind: str, array: str, test: Callable[[Row], Any]
) -> None:
    made = plan_question(question, tenant.estate, None, NOW)
    assert made.outcome == "answer", made.message
    assert made.plan is not None
    expected = sorted(a["id"] for a in ACCESS if a["type"] == kind for k in items(a["cfg"][array]) if test(k))
    assert sorted(row["xdm.asset.id"] for row in tenant.rows(made.plan)) == expected, made.reading


def test_a_role_assignment_is_no_role(tenant: ConfiguredTenant) -> None:
    made = plan_question("role assignments per principal type", tenant.estate, None, NOW)
    assert made.plan is not None
    counts = {row["principal_type"]: row["assets"] for row in tenant.rows(made.plan)}
    assert counts == {"User": 3, "ServicePrincipal": 3}


PERMISSIONS: list[Row] = [
    {
        "source_cloud_type": cloud,
        "source_cloud_resource_type": kind,
        "source_cloud_resource_name": f"{kind.lower()}-{n}",
        "source_cloud_account_name": "acme",
        "action_name": action,
        "dest_cloud_resource_name": "acme",
        "last_access_time": NOW - timedelta(days=40 * n) if n else None,
    }
    for cloud, kind in (("AWS", USER), ("AWS", ROLE), ("GCP", "GOOGLE_SERVICE_ACCOUNT"), ("AZURE", ENTRA))
    for n in range(4)
    for action in ("s3:GetObject", "iam:PassRole")
]


@pytest.fixture(scope="module")
def permitted() -> Estate:
    """The words of the tenant, with permissions and when they were used."""
    inventory = read_rows("asset_inventory", rows(ACCESS, TYPES))
    dataset = "ciem_permissions_with_last_access"
    known = configured_estate(ACCESS, TYPES)
    return Estate(
        known.words,
        known.settings,
        {"asset_inventory": inventory, dataset: read_rows(dataset, PERMISSIONS)},
        dict(TYPES),
    )


@pytest.mark.parametrize(
    ("question", "types"),
    [
        ("which iam users hold a permission that was never used?", (USER,)),
        ("users with the most permissions", (USER, ENTRA)),
        ("unused permissions of gcp service accounts", ("GOOGLE_SERVICE_ACCOUNT",)),
        ("identities with the most permissions", ()),
    ],
)
def test_permissions_are_those_of_the_kind_that_is_named(
    permitted: Estate, question: str, types: tuple[str, ...]
) -> None:
    made = plan_question(question, permitted, None, NOW)
    assert made.plan is not None, made.message
    assert made.plan.dataset == "ciem_permissions_with_last_access"
    said = repr(made.plan.where)
    assert all((kind in said) == (kind in types) for kind in (USER, ENTRA, ROLE, "GOOGLE_SERVICE_ACCOUNT"))


def test_none_of_the_permissions_used_counts_those_that_were(permitted: Estate) -> None:
    made = plan_question("iam roles where no permission was used in the last 90 days", permitted, None, NOW)
    assert made.plan is not None, made.message
    assert "last_access_time" not in repr(made.plan.where)
    assert "last_access_time" in repr(made.plan.aggregates)
    assert made.plan.having is not None


def test_a_permissions_boundary_is_a_setting(permitted: Estate) -> None:
    made = plan_question("users with a permissions boundary", permitted, None, NOW)
    assert made.plan is None or made.plan.dataset == "asset_inventory"


def test_whom_something_is_open_to_is_never_left_out(tenant: ConfiguredTenant) -> None:
    made = plan_question("kms keys whose state allows everyone", tenant.estate, None, NOW)
    assert made.outcome != "answer"


def test_old_access_keys_are_asked_about(tenant: ConfiguredTenant) -> None:
    made = plan_question("show old access keys", tenant.estate, None, NOW)
    assert made.outcome == "clarify"
    assert all(plan_question(choice, tenant.estate, None, NOW).outcome == "answer" for choice in made.choices)


def test_members_of_a_role_of_a_project_come_one_by_one(tenant: ConfiguredTenant) -> None:
    made = plan_question("which members hold roles/owner on our gcp projects?", tenant.estate, None, NOW)
    assert made.plan is not None, made.message
    members = sorted(
        member
        for a in ACCESS
        if a["type"] == "GOOGLE_CLOUD_PROJECT"
        for binding in a["cfg"]["iamPolicy"]["bindings"]
        if binding["role"] == "roles/owner"
        for member in binding["members"]
    )
    assert sorted(row["members_part"] for row in tenant.rows(made.plan)) == members


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("root user access keys", "aws accounts with account access keys present"),
        ("policies that grant everything", "policies that grant all actions on all resources"),
        ("policies with a statement that allows every action (*)", "policies with a statement that allows all actions"),
        ("roles that trust an external account", "roles that trust another account"),
        ("vms running with the default compute service account", "vms with service accounts email containing -compute@developer"),
        ("functions with environment variables that look like secrets", "functions with secrets in environment variables"),
        ("kubernetes clusters whose api is public", "kubernetes clusters with a public api endpoint"),
        ("eks clusters that expose their endpoint publicly", "eks clusters with a public api endpoint"),
        ("aks clusters with public api server", "aks clusters with public api endpoint"),
        ("user managed keys created more than 90 days ago", "user managed keys older than 90 days"),
        ("roles without any recorded use of their permissions", "roles where no permission was ever used"),
    ],
)  # fmt: skip
def test_more_idioms_of_access(text: str, plain: str) -> None:
    assert of_access(text) == plain
