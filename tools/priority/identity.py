"""What the identity of a resource may do (blast radius), from policies, never from names.

A role, user or group holds its attached and inline policies; a compute resource holds its role's. Google
service accounts and Azure identities count by their recorded roles.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tools.findings.model import AssetRecord
from tools.priority.estate import Estate, name_of
from tools.priority.policies import ORDER, Privilege, managed_privilege, privilege_of, statements
from tools.priority.reading import View, items, plain

_AZURE_ADMIN = {"owner": "admin", "useraccessadministrator": "escalation", "contributor": "broad"}
_GCP_ADMIN = {"roles/owner": "admin", "roles/editor": "escalation", "roles/iam.securityadmin": "escalation"}


@dataclass(frozen=True, slots=True)
class Holding:
    """The strongest privilege, by which policy and identity; `sure` is False where a record is missing."""

    privilege: Privilege
    via: str = ""
    identity: str = ""
    sure: bool = True
    source: str = "policies"


def _stronger(first: Holding, second: Holding) -> Holding:
    left, right = ORDER.index(first.privilege), ORDER.index(second.privilege)
    return second if right > left or (right == left and second.sure and not first.sure) else first


def holding_of(estate: Estate, asset: AssetRecord) -> Holding | None:
    """What the asset, or the identity on it, may do; None for a kind that has no identity."""
    view, kind = estate.view(asset), estate.kind(asset)
    if kind in {"iam.role", "iam.user", "iam.group"}:
        return principal_holding(estate, asset, view)
    if kind == "iam.policy":
        documents = list(_documents(view))
        return Holding(privilege_of(documents), name_of(asset), name_of(asset)) if documents else None
    if kind == "ec2.instance":
        profile = view.get("instance_profile", "IamInstanceProfile")
        return (
            _profile_holding(estate, asset, View(profile))
            if profile
            else Holding("none", source="configuration")
        )
    if kind in {"lambda.function", "ecs.task"}:
        return _role_by_ref(estate, asset, view.text("Role", "role", "TaskRoleArn", "task_role_arn"))
    if kind == "gcp.vm":
        return _google_holding(estate, asset, view)
    if kind == "azure.vm" and view.has("identity"):
        return _azure_holding(estate, asset, view)
    return None


def principal_holding(
    estate: Estate, asset: AssetRecord, view: View, seen: frozenset[str] = frozenset()
) -> Holding:
    """A role's, user's or group's own privilege, groups included; worked out once for each."""
    known: dict[str, Holding] = estate.index("holdings", dict)
    if asset.asset_id not in known:
        # Groups may name each other in a circle; inside one, a group adds nothing to itself.
        found = _own_holding(estate, asset, view, seen | {asset.asset_id})
        if seen:
            return found
        known[asset.asset_id] = found
    return known[asset.asset_id]


def _own_holding(estate: Estate, asset: AssetRecord, view: View, seen: frozenset[str]) -> Holding:
    best = Holding("none", identity=name_of(asset))
    for name, arn in _attached(view):
        policy = estate.find(asset.account, arn, "iam.policy") or estate.find(
            asset.account, name, "iam.policy"
        )
        documents = list(_documents(estate.view(policy))) if policy else []
        managed = managed_privilege(arn or name) if ":aws:policy/" in arn or not documents else None
        level = managed or (privilege_of(documents) if documents else None)
        one = (
            Holding(level, name, name_of(asset))
            if level
            else Holding("limited", name, name_of(asset), sure=False)
        )
        best = _stronger(best, one)
    inline = list(_documents(view)) + [p.get("PolicyDocument") for p in _inline(view)]
    if inline:
        names = view.texts("inline_policies") or [p.text("PolicyName") for p in _inline(view)]
        best = _stronger(
            best, Holding(privilege_of(inline), names[0] if names else "an inline policy", name_of(asset))
        )
    elif view.get("inline_policies"):
        best = _stronger(
            best, Holding("limited", str(items(view.get("inline_policies"))[0]), name_of(asset), sure=False)
        )
    for group in [
        *view.texts("groups", "Groups", "GroupList"),
        *(g.text("GroupName") for g in view.each("Groups")),
    ]:
        found = estate.find(asset.account, group, "iam.group")
        if found is not None and found.asset_id not in seen:
            held = principal_holding(estate, found, estate.view(found), seen)
            best = _stronger(best, Holding(held.privilege, held.via, name_of(asset), held.sure))
    if view.get("permissions_boundary", "PermissionsBoundary") and ORDER.index(best.privilege) > 1:
        return Holding(
            best.privilege, best.via, best.identity, sure=False, source="policies under a boundary"
        )
    return best


def _attached(view: View) -> list[tuple[str, str]]:
    found = []
    for policy in view.each("attached_policies", "AttachedManagedPolicies", "AttachedPolicies"):
        found.append((policy.text("PolicyName"), policy.text("PolicyArn")))
    return found


def _inline(view: View) -> list[View]:
    return [*view.each("RolePolicyList"), *view.each("UserPolicyList"), *view.each("GroupPolicyList")]


def _documents(view: View) -> Iterable[Any]:
    document = view.get("document", "PolicyDocument", "Document")
    if document is not None and statements(document):
        yield document
    for version in view.each("PolicyVersionList", "Versions"):
        if version.flag("IsDefaultVersion") is not False and version.get("Document") is not None:
            yield version.get("Document")
    inner = view.at("PolicyVersion")
    if inner.get("Document") is not None:
        yield inner.get("Document")


def _profile_holding(estate: Estate, asset: AssetRecord, profile: View) -> Holding:
    """The role of an instance profile; if no record names it, roles that EC2 may assume are candidates."""
    arn = profile.text("Arn") or profile.text("Name")
    name = arn.rsplit("/", 1)[-1]
    record = estate.find(asset.account, arn, "iam.profile") or estate.find(asset.account, name, "iam.profile")
    roles = [r.text("Arn") or r.text("RoleName") for r in estate.view(record).each("Roles")] if record else []
    if stated := profile.text("Role", "RoleArn", "RoleName"):
        roles.insert(0, stated)
    roles += estate.index("roles by profile", lambda: _roles_by_profile(estate)).get(arn, [])
    if roles:
        return _role_by_ref(estate, asset, roles[0])
    same = estate.find(asset.account, name, "iam.role")
    if same is not None:  # the console names profile and role alike
        held = principal_holding(estate, same, estate.view(same))
        return Holding(
            held.privilege, held.via, name_of(same), sure=False, source=f"the role named as profile {name}"
        )
    best = Holding("limited", "", name, sure=False, source=f"profile {name}, whose role is not recorded")
    likely = estate.index("strongest EC2 role", lambda: _strongest_for_ec2(estate)).get(asset.account)
    if likely is not None:
        source = f"profile {name}; its role is not recorded, {likely.identity} is one that EC2 may assume"
        best = _stronger(
            best, Holding(likely.privilege, likely.via, likely.identity, sure=False, source=source)
        )
    return best


def _roles_by_profile(estate: Estate) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for role in estate.of_kind("iam.role"):
        for listed in estate.view(role).each("InstanceProfileList"):
            found.setdefault(listed.text("Arn"), []).append(role.uid)
    return found


def _strongest_for_ec2(estate: Estate) -> dict[str, Holding]:
    """By account, what the strongest role that EC2 may assume holds; among equals the first by name."""
    found: dict[str, Holding] = {}
    for role in sorted(estate.of_kind("iam.role"), key=lambda r: (r.account, r.name, r.asset_id)):
        view = estate.view(role)
        if "ec2.amazonaws.com" not in str(view.get("assume_role_policy", "AssumeRolePolicyDocument")):
            continue
        held = principal_holding(estate, role, view)
        best = found.get(role.account)
        if best is None or ORDER.index(held.privilege) > ORDER.index(best.privilege):
            found[role.account] = Holding(held.privilege, held.via, name_of(role), held.sure)
    return found


def _role_by_ref(estate: Estate, asset: AssetRecord, ref: str) -> Holding:
    if not ref:
        return Holding("limited", "", "", sure=False, source="its role is not recorded")
    role = estate.find(asset.account, ref, "iam.role") or estate.find(
        asset.account, ref.rsplit("/", 1)[-1], "iam.role"
    )
    if role is None:
        return Holding("limited", "", ref.rsplit("/", 1)[-1], sure=False, source="its role was not collected")
    held = principal_holding(estate, role, estate.view(role))
    return Holding(held.privilege, held.via, name_of(role), held.sure, held.source)


def _google_holding(estate: Estate, asset: AssetRecord, view: View) -> Holding:
    accounts = list(view.each("serviceAccounts", "service_accounts"))
    if not accounts:
        return Holding("none", source="configuration")
    email = accounts[0].text("email")
    scopes = accounts[0].texts("scopes")
    wide = any(s.rstrip("/").endswith("cloud-platform") for s in scopes)
    found = estate.find(asset.account, email, "gcp.sa")
    roles = [r.lower() for r in estate.view(found).texts("roles")] if found else []
    levels: list[Privilege] = [level for role, level in _GCP_ADMIN.items() if role in roles]  # type: ignore[misc]
    if levels and (wide or not scopes):
        return Holding(max(levels, key=ORDER.index), email, email)
    if roles:
        return Holding("limited", email, email)
    default = email.endswith("-compute@developer.gserviceaccount.com") and wide
    return Holding(
        "escalation" if default else "limited",
        email,
        email,
        sure=False,
        source="its roles were not collected",
    )


def _azure_holding(estate: Estate, asset: AssetRecord, view: View) -> Holding:
    found = [
        r.text("roleDefinitionName", "role").replace(" ", "").lower()
        for r in view.each("roleAssignments", "role_assignments")
    ]
    found += [r.replace(" ", "").lower() for r in view.at("identity").texts("roles")]
    levels: list[Privilege] = [_AZURE_ADMIN[r] for r in found if r in _AZURE_ADMIN]  # type: ignore[misc]
    if levels:
        return Holding(max(levels, key=ORDER.index), "its managed identity", name_of(asset))
    return Holding("limited", "", "its managed identity", sure=bool(found), source="role assignments")


_SECRET_WORDS = (
    "password",
    "passwd",
    "secret",
    "token",
    "apikey",
    "accesskey",
    "privatekey",
    "credential",
    "connectionstring",
)


def secret_names(view: View) -> list[str]:
    """Names of environment variables that look like credentials. Values are never read."""
    environment = view.get("environment", "Environment")
    found: list[str] = []
    if isinstance(environment, dict):
        inner = environment.get("Variables")
        found += [str(name) for name in (inner if isinstance(inner, dict) else environment)]
    for container in view.each("container_definitions", "containerDefinitions"):
        found += [item.text("name") for item in container.each("environment")]
    return [name for name in found if any(word in plain(name) for word in _SECRET_WORDS)]
