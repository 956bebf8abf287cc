from __future__ import annotations

from typing import Any

from tests.tools.priority.building import ACCOUNT, asset, bucket, context, instance, open_group, profile, role
from tools.priority.context import AssetFacts
from tools.priority.identity import Holding, holding_of

ADMIN = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


def held(target: Any, *others: Any) -> Holding:
    found = holding_of(context(target, *others).estate, target)
    assert found is not None
    return found


def facts(target: Any, *others: Any) -> AssetFacts:
    return context(target, *others).facts_of(target)


def with_profile(name: str = "web", **config: Any) -> Any:
    return instance(IamInstanceProfile={"Arn": f"arn:aws:iam::{ACCOUNT}:instance-profile/{name}"}, **config)


def test_a_role_holds_attached_inline_and_own_policies() -> None:
    assert held(role("r", admin=True)).privilege == "admin"
    assert held(role("r")).privilege == "none"
    inline = role("r", RolePolicyList=[{"PolicyName": "p", "PolicyDocument": ADMIN}])
    assert (held(inline).privilege, held(inline).via) == ("admin", "p")
    attached = role(
        "r",
        AttachedManagedPolicies=[{"PolicyName": "own", "PolicyArn": f"arn:aws:iam::{ACCOUNT}:policy/own"}],
    )
    policy = asset(
        f"arn:aws:iam::{ACCOUNT}:policy/own",
        {"PolicyVersionList": [{"IsDefaultVersion": True, "Document": ADMIN}]},
    )
    assert held(attached, policy).privilege == "admin"
    assert held(attached).sure is False, "a policy that was not collected is not known to be harmless"


def test_a_boundary_leaves_doubt() -> None:
    assert held(role("r", admin=True, PermissionsBoundary={"PermissionsBoundaryArn": "x"})).sure is False


def test_a_user_holds_its_groups_policies_and_circles_end() -> None:
    user = asset(f"arn:aws:iam::{ACCOUNT}:user/u", {"UserName": "u", "GroupList": ["g"]})
    group = asset(
        f"arn:aws:iam::{ACCOUNT}:group/g",
        {
            "GroupName": "g",
            "groups": ["g"],
            "AttachedManagedPolicies": [{"PolicyName": "AdministratorAccess", "PolicyArn": ""}],
        },
    )
    assert held(user, group).privilege == "admin"


def test_an_instance_holds_its_profiles_role_surely_when_a_record_says_so() -> None:
    assert held(with_profile(), profile("web", "app"), role("app", admin=True)) == Holding(
        "admin", "AdministratorAccess", "app", True, "policies"
    )


def test_without_the_profiles_record_the_role_is_only_likely() -> None:
    guess = held(with_profile(), role("app", admin=True))
    assert (guess.privilege, guess.sure) == ("admin", False)
    assert held(with_profile(), role("app", admin=True, trust="lambda.amazonaws.com")).privilege == "limited"
    assert held(instance()).privilege == "none"


def test_an_exposed_administrator_is_a_path_and_a_stopped_one_is_none() -> None:
    parts = (open_group(), profile("web", "app"), role("app", admin=True))
    path = facts(with_profile(), *parts).path
    assert path.state == "known"
    assert path.value == f"internet → i-0web → app → administrator of {ACCOUNT}"
    assert facts(with_profile(State={"Name": "stopped"}), *parts).path.state == "absent"
    guessed = facts(with_profile(), open_group(), role("app", admin=True)).path
    assert guessed.state == "unknown"
    assert guessed.grade < path.grade


def test_the_session_token_of_the_metadata_service_makes_the_path_harder() -> None:
    parts = (open_group(), profile("web", "app"), role("app", admin=True))
    strict = facts(with_profile(MetadataOptions={"HttpTokens": "required"}), *parts).path
    assert strict.grade < facts(with_profile(MetadataOptions={"HttpTokens": "optional"}), *parts).path.grade


def test_the_role_and_its_policy_stand_on_the_path_too() -> None:
    app = role("app", admin=True)
    on_path = facts(app, with_profile(), open_group(), profile("web", "app"))
    assert on_path.path.state == "known"
    assert "i-0web" in on_path.path.value
    assert facts(app).path.state == "absent"


def test_an_open_role_and_a_user_without_second_factor() -> None:
    stranger = facts(role("r", admin=True, trust={"AWS": "*"})).path
    assert stranger.value == f"internet → r → administrator of {ACCOUNT}"
    user = asset(
        f"arn:aws:iam::{ACCOUNT}:user/u",
        {
            "console_access": True,
            "mfa_devices": [],
            "attached_policies": [{"PolicyName": "AdministratorAccess", "PolicyArn": ""}],
        },
    )
    assert 0 < facts(user).path.grade < stranger.grade


def test_credentials_in_the_environment_count_by_name_only() -> None:
    function = asset(
        f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:f",
        {
            "FunctionName": "f",
            "Environment": {"Variables": {"DB_PASSWORD": "hunter2", "MODE": "x"}},
            "policy": {},
        },
    )
    blast = facts(function).blast
    assert blast.value == "holds credentials in its environment (DB_PASSWORD)"
    assert "hunter2" not in repr(facts(function))


def test_google_and_azure_identities() -> None:
    vm = asset(
        "//compute.googleapis.com/projects/p/zones/z/instances/vm",
        {
            "serviceAccounts": [
                {"email": "s@p.iam", "scopes": ["https://www.googleapis.com/auth/cloud-platform"]}
            ]
        },
        provider="GCP",
    )
    account = asset(
        "//iam.googleapis.com/projects/p/serviceAccounts/s@p.iam", {"roles": ["roles/owner"]}, provider="GCP"
    )
    assert held(vm, account).privilege == "admin"
    assert held(vm).sure is False
    azure = asset(
        f"/subscriptions/{ACCOUNT}/resourceGroups/r/providers/Microsoft.Compute/virtualMachines/v",
        {"identity": {"type": "SystemAssigned"}, "roleAssignments": [{"roleDefinitionName": "Owner"}]},
        provider="AZURE",
    )
    assert held(azure).privilege == "admin"


def test_an_identity_with_whole_services_reads_the_data_of_its_account() -> None:
    reader = {"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    app = role("app", RolePolicyList=[{"PolicyName": "p", "PolicyDocument": reader}])
    store = bucket("exports", tags={"DataClass": "PII"})
    parts = (open_group(), profile("web", "app"), app)
    path = facts(with_profile(), *parts, store).path
    assert path.state == "known"
    assert path.value == "internet → i-0web → app → exports (PII data (tag DataClass=PII))"
    assert facts(with_profile(), *parts).path.grade == 0


def test_the_role_may_stand_in_the_instances_own_record() -> None:
    stated = instance(instance_profile={"Arn": f"arn:aws:iam::{ACCOUNT}:instance-profile/x", "Role": "app"})
    assert held(stated, role("app", admin=True)).sure is True


def test_a_host_whose_role_was_not_collected_is_not_known_to_be_harmless() -> None:
    stated = instance(instance_profile={"Arn": f"arn:aws:iam::{ACCOUNT}:instance-profile/x", "Role": "gone"})
    found = facts(stated, open_group())
    assert found.path.state == "unknown"
    assert found.path.grade < 0.25
    assert (found.path.low, found.path.high) == (0.0, 0.9)
    assert found.blast.state == "unknown"
