# ruff: noqa: E501 (a case is easier to read in one line)
"""Google Cloud bindings: inheritance, strangers, conditions, deny policies, impersonation."""

from __future__ import annotations

from typing import Any

import pytest

from tools.priority.iam.gcp.escalate import GcpEscalations
from tools.priority.iam.gcp.estate import GcpEstate
from tools.priority.iam.gcp.roles import predefined_roles
from tools.priority.iam.logic import Verdict

ORG, FOLDER, PROJECT, BUCKET = "organizations/1", "folders/2", "projects/p", "buckets/b"
ANN, APP = "user:ann@acme.com", "serviceAccount:app@p.iam.gserviceaccount.com"
SA = "projects/p/serviceAccounts/admin@p.iam.gserviceaccount.com"
READ = "storage.objects.get"


def bind(role: str, *members: str, condition: str = "") -> dict[str, Any]:
    more = {"condition": {"expression": condition}} if condition else {}
    return {"bindings": [{"role": role, "members": list(members), **more}]}


def deny(who: str, permission: str, spared: str = "", condition: str = "") -> dict[str, Any]:
    rule: dict[str, Any] = {"deniedPrincipals": [who], "deniedPermissions": [permission]}
    if spared:
        rule["exceptionPrincipals"] = [spared]
    if condition:
        rule["denialCondition"] = {"expression": condition}
    return {"name": "d", "rules": [{"denyRule": rule}]}


def estate(policies: dict[str, dict[str, Any]], denies: dict[str, dict[str, Any]] | None = None) -> GcpEstate:
    found = GcpEstate()
    for node, parent in (
        (FOLDER, ORG),
        (PROJECT, FOLDER),
        (BUCKET, PROJECT),
        (SA, PROJECT),
        ("folders/x", "folders/y"),
        ("folders/y", "folders/x"),
    ):
        found.add_node(node, parent)  # the last two are a circle
    for node, policy in policies.items():
        found.add_policy(node, policy)
    for node, policy in (denies or {}).items():
        found.add_deny_policy(node, policy)
    found.add_group("group:team@acme.com", ["group:inner@acme.com"])
    found.add_group("group:inner@acme.com", [ANN, "group:team@acme.com"])
    return found


VIEW = "roles/storage.objectViewer"
ALL = "principalSet://goog/public:all"
CASES = [
    ("a binding on the bucket", "allow", estate({BUCKET: bind(VIEW, ANN)}), ANN, READ, BUCKET),
    ("a binding on the organisation is inherited", "allow", estate({ORG: bind(VIEW, ANN)}), ANN, READ, BUCKET),
    ("a binding below does not reach up", "deny", estate({BUCKET: bind(VIEW, ANN)}), ANN, READ, PROJECT),
    ("somebody else's binding", "deny", estate({BUCKET: bind(VIEW, APP)}), ANN, READ, BUCKET),
    ("addresses have no case", "allow", estate({BUCKET: bind(VIEW, "user:Ann@Acme.com")}), ANN, READ, BUCKET),
    ("a group in a group, in a circle", "allow", estate({PROJECT: bind(VIEW, "group:team@acme.com")}), ANN, READ, BUCKET),
    ("a domain", "allow", estate({PROJECT: bind(VIEW, "domain:acme.com")}), ANN, READ, BUCKET),
    ("another domain that ends alike", "deny", estate({PROJECT: bind(VIEW, "domain:me.com")}), ANN, READ, BUCKET),
    ("all users are everybody", "allow", estate({BUCKET: bind(VIEW, "allUsers")}), "allUsers", READ, BUCKET),
    ("all authenticated users are not those without an account", "deny", estate({BUCKET: bind(VIEW, "allAuthenticatedUsers")}), "allUsers", READ, BUCKET),
    ("strangers with an account", "allow", estate({BUCKET: bind(VIEW, "allAuthenticatedUsers")}), "allAuthenticatedUsers", READ, BUCKET),
    ("a domain is not everybody", "deny", estate({BUCKET: bind(VIEW, "domain:acme.com")}), "allAuthenticatedUsers", READ, BUCKET),
    ("a condition is not judged", "unknown", estate({BUCKET: bind(VIEW, ANN, condition="request.time < t")}), ANN, READ, BUCKET),
    ("a role that does not hold the permission", "deny", estate({BUCKET: bind("roles/storage.objectCreator", ANN)}), ANN, READ, BUCKET),
    ("an editor reads no secrets", "deny", estate({PROJECT: bind("roles/editor", ANN)}), ANN, "secretmanager.versions.access", PROJECT),
    ("an owner does", "allow", estate({PROJECT: bind("roles/owner", ANN)}), ANN, "secretmanager.versions.access", PROJECT),
    ("an editor acts as service accounts", "allow", estate({PROJECT: bind("roles/editor", ANN)}), ANN, "iam.serviceAccounts.actAs", SA),
    ("an editor grants no roles", "deny", estate({PROJECT: bind("roles/editor", ANN)}), ANN, "resourcemanager.projects.setIamPolicy", PROJECT),
    ("basic roles and objects depend on the bucket", "unknown", estate({PROJECT: bind("roles/editor", ANN)}), ANN, READ, BUCKET),
    ("project editors named by the bucket", "allow", estate({PROJECT: bind("roles/editor", ANN), BUCKET: bind("roles/storage.legacyObjectReader", "projectEditor:p")}), ANN, READ, BUCKET),
    ("project editors are not its viewers", "deny", estate({PROJECT: bind("roles/browser", ANN), BUCKET: bind(VIEW, "projectEditor:p")}), ANN, READ, BUCKET),
    ("a custom role that was not collected", "unknown", estate({PROJECT: bind("projects/p/roles/x", ANN)}), ANN, READ, BUCKET),
    ("an unlisted role of the same service", "unknown", estate({PROJECT: bind("roles/storage.insightsCollectorService", ANN)}), ANN, READ, BUCKET),
    ("an unlisted role of another service", "deny", estate({PROJECT: bind("roles/pubsub.viewer", ANN)}), ANN, READ, BUCKET),
    ("a deny policy wins", "deny", estate({BUCKET: bind(VIEW, ANN)}, {ORG: deny(ALL, "storage.googleapis.com/objects.get")}), ANN, READ, BUCKET),
    ("a deny policy for another permission", "allow", estate({BUCKET: bind(VIEW, ANN)}, {ORG: deny(ALL, "storage.googleapis.com/objects.delete")}), ANN, READ, BUCKET),
    ("a deny policy that spares her", "allow", estate({BUCKET: bind(VIEW, ANN)}, {ORG: deny(ALL, "storage.googleapis.com/objects.get", "principal://goog/subject/ann@acme.com")}), ANN, READ, BUCKET),
    ("a deny policy for her group", "deny", estate({BUCKET: bind(VIEW, ANN)}, {ORG: deny("principalSet://goog/group/inner@acme.com", "storage.googleapis.com/objects.get")}), ANN, READ, BUCKET),
    ("a deny policy for a group that was not collected", "unknown", estate({BUCKET: bind(VIEW, ANN)}, {ORG: deny("principalSet://goog/group/x@acme.com", "storage.googleapis.com/objects.get")}), ANN, READ, BUCKET),
    ("a deny policy under a condition", "unknown", estate({BUCKET: bind(VIEW, ANN)}, {ORG: deny(ALL, "storage.googleapis.com/objects.get", condition="x")}), ANN, READ, BUCKET),
    ("a pool's identities", "allow", estate({SA: bind("roles/iam.workloadIdentityUser", "principalSet://iam.googleapis.com/projects/9/locations/global/workloadIdentityPools/ci/*")}), "principal://iam.googleapis.com/projects/9/locations/global/workloadIdentityPools/ci/subject/x", "iam.serviceAccounts.getAccessToken", SA),
    ("a pool's identities by an attribute", "unknown", estate({SA: bind("roles/iam.workloadIdentityUser", "principalSet://iam.googleapis.com/projects/9/locations/global/workloadIdentityPools/ci/attribute.repo/a")}), "principal://iam.googleapis.com/projects/9/locations/global/workloadIdentityPools/ci/subject/x", "iam.serviceAccounts.getAccessToken", SA),
    ("another pool's identities", "deny", estate({SA: bind("roles/iam.workloadIdentityUser", "principalSet://iam.googleapis.com/projects/9/locations/global/workloadIdentityPools/ci/*")}), "principal://iam.googleapis.com/projects/9/locations/global/workloadIdentityPools/ci2/subject/x", "iam.serviceAccounts.getAccessToken", SA),
]  # fmt: skip


@pytest.mark.parametrize(
    ("why", "expect", "tenant", "who", "permission", "node"), CASES, ids=[c[0] for c in CASES]
)
def test_case(why: str, expect: str, tenant: GcpEstate, who: str, permission: str, node: str) -> None:
    assert tenant.can(who, permission, node).verdict.value == expect


def test_public_and_what_does_not_parse() -> None:
    tenant = estate(
        {
            BUCKET: bind(VIEW, "allUsers", "deleted:user:x@y?uid=1"),
            PROJECT: {"bindings": [None, {"role": "roles/x", "members": [7]}]},
        }
    )
    assert tenant.public(READ, BUCKET).allowed
    assert len(tenant.faults) == 2
    tenant.add_deny_policy(ORG, {"rules": [{}]})
    assert tenant.public(READ, BUCKET).verdict is Verdict.UNKNOWN


def test_a_circle_of_folders_ends() -> None:
    tenant = estate({"folders/y": bind(VIEW, ANN)})
    assert tenant.above("folders/x") == ["folders/x", "folders/y"]
    assert tenant.can(ANN, READ, "folders/x").allowed


def test_custom_roles() -> None:
    tenant = estate({PROJECT: bind("projects/p/roles/x", ANN)})
    tenant.add_role({"name": "projects/p/roles/x", "includedPermissions": [READ]})
    assert tenant.can(ANN, READ, BUCKET).allowed
    tenant.add_role({"name": "projects/p/roles/x", "includedPermissions": [READ], "stage": "DISABLED"})
    assert tenant.can(ANN, READ, BUCKET).verdict is Verdict.DENY


def test_escalation() -> None:
    tenant = estate(
        {SA: bind("roles/iam.serviceAccountTokenCreator", ANN), PROJECT: bind("roles/editor", APP)}
    )
    ways = GcpEscalations(
        tenant, {"service-account": [SA], "project": [PROJECT], "organization": [ORG], "instance": ["i/1"]}
    )
    tenant.add_node("i/1", PROJECT)
    ways.add_runner("i/1", SA)
    assert {one.combination: one.targets for one in ways.of(ANN)} == dict.fromkeys(
        ("sa-token", "sa-sign-blob", "sa-sign-jwt", "sa-delegation"), (SA,)
    )
    app = {one.combination: one for one in ways.of(APP)}
    assert app["actas-compute"].verdict is Verdict.ALLOW
    assert app["instance-metadata"].targets == (SA,)
    assert "set-iam-policy-project" not in app
    assert "sa-token" not in app


def test_acting_as_an_account_needs_somewhere_to_run() -> None:
    tenant = estate({SA: bind("roles/iam.serviceAccountUser", ANN)})
    ways = GcpEscalations(tenant, {"service-account": [SA], "project": [PROJECT, "projects/mine"]})
    assert ways.of(ANN) == ()
    tenant.add_policy("projects/mine", bind("roles/compute.admin", ANN))
    (one,) = [w for w in ways.of(ANN) if w.combination == "actas-compute"]
    assert one.verdict is Verdict.UNKNOWN


def test_the_table_of_roles() -> None:
    roles = predefined_roles()
    assert len(roles) >= 60
    assert all(role.allows for role in roles.values())
