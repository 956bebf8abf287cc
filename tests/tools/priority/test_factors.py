"""A path counts for a finding as far as the weakness has a part in it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.tools.priority.building import (
    asset,
    bucket,
    finding,
    instance,
    open_group,
    profile,
    role,
    snapshot,
)
from tests.tools.priority.graph.clouds import (
    KEV,
    PII,
    app,
    assignment,
    azure,
    binding,
    email,
    project,
    service_account,
    store,
    user,
)
from tests.tools.priority.graph.clouds import machine as gcp_machine
from tools.findings.model import AssetRecord, Finding
from tools.priority.benign import parse_benign
from tools.priority.context import Context, build_context
from tools.priority.enrich.model import Enrichments, Flaw
from tools.priority.factors import inputs_for
from tools.priority.facts import Fact, absent, known
from tools.priority.prefilter import Tolerances

_IAM = "arn:aws:iam::111122223333"
ADMIN = (role("boss", admin=True), profile("boss", "boss"))


def estate(*assets: AssetRecord, flaws: Any = None, data: Any = None) -> Context:
    return build_context(snapshot((), assets), enriched=Enrichments(flaws=flaws or {}, data=data or {}))


def path(of: Finding, context: Context) -> Fact:
    return inputs_for(of, context).facts["path"]


def machine(**config: Any) -> AssetRecord:
    held = {"IamInstanceProfile": {"Arn": "arn:aws:iam::111122223333:instance-profile/boss"}}
    return instance(**held, **config)


@pytest.mark.parametrize(
    ("flaw", "first"), [(KEV, True), (Flaw("CVE-2021-44228", cvss=5.0, remote=True), False)]
)
def test_a_door_has_a_part_in_all_that_comes_in_by_it_and_a_flaw_in_its_own_step(
    flaw: Flaw, first: bool
) -> None:
    vm = machine()
    context = estate(vm, open_group(6379), *ADMIN, flaws={vm.asset_id: (flaw,)})
    cve = path(finding("CVE-2021-44228", vm, category="VULNERABILITY", title="CVE-2021-44228 in x"), context)
    door = path(finding("ec2_instance_port_redis_exposed_to_internet", vm), context)
    assert "another weakness" not in door.value + cve.value
    assert (cve.grade == pytest.approx(door.grade)) is first
    assert 0.3 < cve.grade <= door.grade
    assert door.grade > 0.7


def test_a_finding_beside_the_way_in_gets_a_share_and_says_so() -> None:
    # An intruder of the app reads the store by the app's role; nobody comes in over the store's own endpoint.
    web, data = app(), store()
    held = {web.asset_id: (KEV,)}
    context = estate(
        web, data, assignment("Blob Reader", "id-web", data.uid), flaws=held, data={data.asset_id: PII}
    )
    beside = path(finding("storage_default_network_access_rule_is_denied", data), context)
    whole = path(finding("storage_infrastructure_encryption_is_enabled", data), context)
    assert 0 < beside.grade < 0.5 * whole.grade
    assert beside.value.endswith("by another weakness than this")


@pytest.mark.parametrize("public", [True, False])
def test_a_barrier_counts_with_the_path_that_it_would_close(public: bool) -> None:
    kept = bucket("pii", public=public, tags={"DataClass": "PII"})
    context = estate(kept)
    barrier = inputs_for(finding("s3_bucket_level_public_access_block", kept), context)
    opened = inputs_for(finding("s3_bucket_public_access", kept), context)
    assert barrier.weakness.name == "barrier"
    assert barrier.facts["path"].grade == pytest.approx(opened.facts["path"].grade)
    assert (barrier.facts["path"].grade > 0.9) is public


@pytest.mark.parametrize("found", [0.0, 0.6, 0.9])
def test_no_public_address_speaks_less_the_surer_another_way_is(found: float) -> None:
    inner = instance(PublicIpAddress=None)
    context = estate(inner)
    own = context.facts_of(inner)
    way = absent("attack path", "none", "") if not found else known("attack path", "a way", found, "")
    context.facts[inner.asset_id] = replace(own, path=way)
    for rule, share in (("ec2_instance_imdsv2_enabled", 1 - found), ("ec2_instance_public_ip", 1.0)):
        exposure = inputs_for(finding(rule, inner), context).facts["exposure"]
        assert exposure.grade == pytest.approx(-share)
        assert exposure.value.endswith("reached by another way") is (share < 1.0)


@pytest.mark.parametrize(("role", "grade"), [("Owner", 1.0), ("Reader", None)])
def test_who_administers_by_the_roles_of_another_cloud_has_a_blast_radius(
    role: str, grade: float | None
) -> None:
    who = user(isMfaRegistered=False)
    context = estate(who, assignment(role, "guest-1"))
    blast = inputs_for(finding("entra_privileged_user_has_mfa", who), context).facts["blast"]
    if grade is None:
        assert (blast.state, blast.grade) == ("absent", 0.0)
    else:
        assert (blast.state, blast.grade) == ("known", grade)
        assert blast.value.startswith("administrator of")


def test_a_secret_counts_with_what_it_opens_not_with_what_passes_by() -> None:
    web, data = app(), store()
    held = {web.asset_id: (KEV,)}
    context = estate(
        web, data, assignment("Blob Reader", "id-web", data.uid), flaws=held, data={data.asset_id: PII}
    )
    beside = path(finding("app_no_secrets_in_settings", web), context)
    assert beside.value.endswith("by another weakness than this")
    assert beside.grade < 0.5 * context.facts_of(web).path.grade


@pytest.mark.parametrize("anonymous", [True, False])
def test_an_old_key_has_no_part_in_what_anyone_may_read(anonymous: bool) -> None:
    data = store(
        allowBlobPublicAccess=anonymous,
        containers=[{"name": "c", "properties": {"publicAccess": "Container" if anonymous else "None"}}],
    )
    context = estate(data, data={data.asset_id: PII})
    old = path(finding("storage_account_key_access_disabled", data), context)
    assert old.grade < 0.5
    assert (context.facts_of(data).path.grade > 0.9) is anonymous


def _key_user() -> AssetRecord:
    """A user with one key, as `list-access-keys` answers it."""
    metadata = [{"UserName": "deploy", "AccessKeyId": "AKIAIOSFODNN7EXAMPLE", "Status": "Active"}]
    policy = {"PolicyName": "a", "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}
    return asset(
        "arn:aws:iam::111122223333:user/deploy",
        {"UserName": "deploy", "AccessKeyMetadata": metadata, "AttachedManagedPolicies": [policy]},
    )


@pytest.mark.parametrize("flawed", [True, False])
def test_a_key_is_as_exposed_as_the_place_where_it_lies(flawed: bool) -> None:
    key = _key_user()
    vm = instance(UserData={"Value": "export AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE"})
    context = estate(vm, open_group(8080), key, flaws={vm.asset_id: (KEV,)} if flawed else {})
    exposure = inputs_for(finding("iam_rotate_access_key_90_days", key), context).facts["exposure"]
    other = inputs_for(finding("iam_user_mfa_enabled_console_access", key), context).facts["exposure"]
    if flawed:
        assert exposure.grade == pytest.approx(0.81, abs=0.01)
        assert exposure.value == "i-0web, which an intruder gets at, holds a key for it"
    else:
        assert exposure.grade == pytest.approx(0.3)
    assert other.grade == pytest.approx(0.3), "a second factor does not stop a key"


@pytest.mark.parametrize("flawed", [True, False])
def test_a_role_is_as_exposed_as_whoever_its_trust_lets_in(flawed: bool) -> None:
    vm = machine()
    far = role("far", admin=True, trust={"AWS": "arn:aws:iam::111122223333:role/boss"})
    context = estate(
        vm,
        open_group(8080),
        role("boss"),
        profile("boss", "boss"),
        far,
        flaws={vm.asset_id: (KEV,)} if flawed else {},
    )
    fact = inputs_for(finding("iam_role_cross_service_confused_deputy_prevention", far), context)
    exposure = fact.facts["exposure"]
    if flawed:
        assert exposure.value == "boss, which an intruder gets at, may assume it"
        assert exposure.grade == pytest.approx(0.9 * 0.8 * 0.97, abs=0.01)
    else:
        assert exposure.grade < 0.2


def _vault(principal: str) -> AssetRecord:
    rights = {"secrets": ["get", "list"]}
    policies = [{"tenantId": "t", "objectId": principal, "permissions": rights}] if principal else []
    properties = {"accessPolicies": policies, "networkAcls": {"defaultAction": "Allow"}}
    return azure("Microsoft.KeyVault/vaults/kv", {**properties, "publicNetworkAccess": "Enabled"})


def test_a_private_endpoint_keeps_a_stolen_login_out_and_not_who_may_open_the_vault() -> None:
    web = app()
    reader, owner = _vault("id-web"), _vault("")
    flaws = {web.asset_id: (KEV,)}
    rule = "keyvault_access_only_through_private_endpoints"
    reads = path(finding(rule, reader), estate(web, reader, flaws=flaws))
    grant = assignment("Contributor", "id-web")
    lets_in = estate(web, owner, grant, flaws=flaws)
    opens = path(finding(rule, owner), lets_in)
    assert "another weakness" not in reads.value
    assert opens.value.endswith("by another weakness than this")
    assert opens.grade < 0.4 * lets_in.facts_of(owner).path.grade


def test_a_vault_holds_secrets_whatever_its_tags_leave_out() -> None:
    kept = _vault("")
    assert (fact := estate(kept).facts_of(kept).data).value == "secrets and keys"
    assert (fact.state, fact.grade) == ("known", 0.9)


def test_the_blast_radius_of_a_machine_is_what_its_account_administers() -> None:
    vm = gcp_machine(account="app")
    roles = project(binding("roles/owner", f"serviceAccount:{email('app')}"))
    fact = estate(vm, service_account("app"), roles).facts_of(vm).blast
    assert (fact.state, fact.grade) == ("known", 1.0)
    assert fact.value == "administrator of acme-prod"


def test_an_open_container_counts_with_what_its_account_holds() -> None:
    kept = store(allowBlobPublicAccess=True).model_copy(update={"tags": {"DataClass": "PII"}})
    opened = azure(f"{kept.uid}/blobServices/default/containers/in", {"publicAccess": "Container"})
    context = estate(kept, opened)
    facts = inputs_for(finding("storage_container_public_access", opened), context).facts
    assert (facts["data"].value, facts["exposure"].value) == ("PII", "anyone can read in of store1")
    assert facts["path"].grade > 0.9


@pytest.mark.parametrize(("shared", "name"), [(True, "guardrail"), (False, "encryption_rest")])
def test_encryption_is_a_safeguard_of_what_is_shared_with_everybody(shared: bool, name: str) -> None:
    uid = "arn:aws:ec2:us-east-1:111122223333:snapshot/snap-0a1"
    grants = [{"Group": "all"}] if shared else []
    copy = asset(uid, {"SnapshotId": "snap-0a1", "Encrypted": False, "CreateVolumePermissions": grants})
    context = estate(copy, data={copy.asset_id: PII})
    found = inputs_for(finding("ec2_ebs_snapshots_encrypted", copy), context)
    assert found.weakness.name == name
    assert ("lets it be shared" in found.weakness.words) is shared


def test_a_neighbour_that_gives_an_intruder_nothing_new_counts_a_little_and_says_so() -> None:
    inside = {
        "VpcId": "vpc-1",
        "SubnetId": "subnet-1",
        "IamInstanceProfile": {"Arn": f"{_IAM}:instance-profile/web"},
    }
    first = instance("i-1", PrivateIpAddress="10.0.0.5", **inside)
    second = instance("i-2", "sg-2", PublicIpAddress=None, PrivateIpAddress="10.0.0.6", **inside)
    group = open_group(8080, "sg-2", "10.0.0.0/8")
    kept = bucket("kept", tags={"DataClass": "PII"})
    reads = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::kept/*"}
    inline = [{"PolicyName": "p", "PolicyDocument": {"Statement": [reads]}}]
    held = (role("web", RolePolicyList=inline), profile("web", "web"), kept)
    flaws = {first.asset_id: (KEV,), second.asset_id: (KEV,)}
    context = estate(first, second, group, open_group(8080), *held, flaws=flaws)
    found = [path(finding("CVE-2021-44228", vm, category="VULNERABILITY"), context) for vm in (first, second)]
    assert found[0].grade > 0.8
    assert found[1].value == "an intruder gets there and has what it leads to already"
    assert 0.1 < found[1].grade < 0.3
    approved = parse_benign({"test_estate": [{"accounts": ["111122223333"], "reason": "lab"}]})
    context.tolerances = Tolerances((), approved)
    held_down = [inputs_for(finding("CVE-2021-44228", vm), context).held_by for vm in (first, second)]
    assert held_down == ["", "of a test estate"], "no path to a jewel is proved through the second"
