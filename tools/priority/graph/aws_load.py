"""An estate's AWS records as the IAM engine takes them.

Reads the forms of `GetAccountAuthorizationDetails`, of the single Describe and Get calls, and of scanners. What was not
collected stays "not collected" (None), which is not the same as empty.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from tools.findings.model import AssetRecord
from tools.priority.estate import Estate
from tools.priority.graph.aws_public_blocks import bucket_policy
from tools.priority.iam.aws.chains import AssumeGraph
from tools.priority.iam.aws.escalate import Escalations
from tools.priority.iam.aws.estate import AwsEstate
from tools.priority.iam.aws.managed import managed_policy
from tools.priority.iam.aws.organization import Caps, Organization
from tools.priority.iam.aws.reach import Reach
from tools.priority.reading import View, items

_ALLOW_ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
_POLICY_NAMES = (
    "Policy", "BucketPolicy", "PolicyText", "ResourcePolicy", "policyDocument", "RepositoryPolicy", "access_policy",
    "AccessPolicies",
)  # fmt: skip
_RESOURCES = (
    "s3.bucket", "policy.secret", "policy.kms", "policy.dynamodb", "policy.sqs", "policy.sns", "policy.ecr",
    "lambda.function", "ec2.instance", "rds.db", "rds.snapshot", "ec2.snapshot", "ec2.volume", "aws.parameter",
    "es.domain",
)  # fmt: skip
_WORKLOADS = {
    "lambda.function": "function",
    "ec2.instance": "instance",
    "aws.build": "project",
    "ecs.task": "task",
}
_ATTACHED = ("AttachedManagedPolicies", "attached_policies", "AttachedPolicies")
_MOST_LIKELY = 4
_MANAGEMENT_LEVELS = ("ROOT", "ORGANIZATIONAL_UNIT", "ACCOUNT")


class Holds(NamedTuple):
    """A role that a workload runs as; `sure` is False where no record names it."""

    role: str
    sure: bool = True


class AwsIam:
    """The engine over one estate, with the bulk questions, and the assets by ARN."""

    def __init__(self, estate: Estate) -> None:
        self._estate = estate
        self.by_arn: dict[str, AssetRecord] = {}
        self.roles_of: dict[str, tuple[Holds, ...]] = {}
        """The role of each workload, or the roles that it may have, by asset id."""
        self.engine = AwsEstate(_organization(estate))
        self._add_policies()
        self._add_identities()
        self._add_resources()
        self.graph = AssumeGraph(self.engine)
        self.reach = Reach(self.engine)
        self.escalations = Escalations(self.engine, self.reach, self.graph)

    def asset(self, arn: str) -> AssetRecord | None:
        """The asset of an ARN; objects and versions count as what they lie in."""
        return self.by_arn.get(arn) or self.by_arn.get(arn.partition("/")[0] if ":s3:::" in arn else arn)

    def _arn(self, asset: AssetRecord, *names: str) -> str:
        view = self._estate.view(asset)
        found = asset.uid if asset.uid.startswith("arn:") else view.text("Arn", *names)
        if found and self.by_arn.setdefault(found, asset).asset_id != asset.asset_id:
            return ""  # two records of one ARN: the first by id counts
        return found

    def _add_policies(self) -> None:
        for policy in self._estate.of_kind("iam.policy"):
            arn = self._arn(policy, "PolicyArn")
            document = next(documents(self._estate.view(policy)), None)
            if arn and document is not None:
                self.engine.add_managed(arn, document)

    def _add_identities(self) -> None:
        for group in self._estate.of_kind("iam.group"):
            view = self._estate.view(group)
            if arn := self._arn(group):
                self.engine.add_group(arn, inline(view, "GroupPolicyList"), attached(view, group.account))
        for user in self._estate.of_kind("iam.user"):
            view = self._estate.view(user)
            arn = self._arn(user)
            if arn and ":user/" in arn:
                groups = [g for g in self._groups(user, view) if g]
                self.engine.add_user(
                    arn,
                    inline=inline(view, "UserPolicyList"),
                    attached=attached(view, user.account),
                    groups=groups,
                    boundary=_boundary(view),
                    tags=user.tags,
                    unique_id=view.text("UserId"),
                )
        for role in self._estate.of_kind("iam.role"):
            view = self._estate.view(role)
            if arn := self._arn(role):
                self.engine.add_role(
                    arn,
                    trust=view.get("AssumeRolePolicyDocument", "assume_role_policy"),
                    inline=inline(view, "RolePolicyList"),
                    attached=attached(view, role.account),
                    boundary=_boundary(view),
                    tags=role.tags,
                    unique_id=view.text("RoleId"),
                )

    def _groups(self, user: AssetRecord, view: View) -> Iterator[str]:
        names = [
            *view.texts("GroupList", "groups", "Groups"),
            *(g.text("GroupName") for g in view.each("Groups")),
        ]
        for name in dict.fromkeys(names):
            found = self._estate.find(user.account, name, "iam.group")
            yield self._arn(found) if found else f"arn:aws:iam::{user.account}:group/{name}"

    def _add_resources(self) -> None:
        for asset in self._estate.of_kind(*_RESOURCES, "aws.build", "ecs.task"):
            arn = self._arn(
                asset, "BucketArn", "FunctionArn", "TableArn", "DBInstanceArn", "KeyArn", "SecretArn"
            )
            if not arn:
                continue
            view, kind = self._estate.view(asset), self._estate.kind(asset)
            if kind in _RESOURCES:
                document, known = resource_policy(view, kind)
                if kind == "s3.bucket":
                    document = bucket_policy(self._estate, asset, document)
                self.engine.add_resource(
                    arn,
                    asset.account,
                    policy=document,
                    policy_known=known,
                    region=asset.region,
                    tags=asset.tags,
                )
            held = tuple(self.roles(asset, view, kind))
            if held:
                self.roles_of[asset.asset_id] = held
            for role in (
                h.role for h in held if h.sure and h.role in self.engine.roles and kind in _WORKLOADS
            ):
                self.engine.add_workload(_WORKLOADS[kind], arn, role, region=asset.region, tags=asset.tags)

    def roles(self, asset: AssetRecord, view: View, kind: str) -> Iterator[Holds]:
        """The role that something runs as, or may run as; nothing when it has none."""
        if kind == "ec2.instance":
            yield from self._roles_of_profile(asset, view)
            return
        named = view.text("Role", "serviceRole", "TaskRoleArn", "task_role_arn", "RoleArn")
        if named:
            role = None if named.startswith("arn:") else self._estate.find(asset.account, named, "iam.role")
            yield Holds(self._arn(role) if role else named)

    def _roles_of_profile(self, asset: AssetRecord, view: View) -> Iterator[Holds]:
        profile = view.at("IamInstanceProfile", "instance_profile")
        named = view.text("IamInstanceProfile", "instance_profile", "iam_instance_profile")
        arn = profile.text("Arn", "Name") or named
        if not arn and not profile:
            return
        name = arn.rsplit("/", 1)[-1]
        stated = profile.text("Role", "RoleArn", "RoleName")
        listed = self._estate.index("roles by instance profile", self._by_profile).get(arn) or stated
        record = self._estate.find(asset.account, name, "iam.profile") if name else None
        for held in self._estate.view(record).each("Roles") if record and not listed else ():
            listed = listed or held.text("Arn", "RoleName")
        if listed:
            role = None if listed.startswith("arn:") else self._estate.find(asset.account, listed, "iam.role")
            yield Holds(self._arn(role) if role else listed)
            return
        same = self._estate.find(asset.account, name, "iam.role") if name else None
        if same is not None:  # the console names profile and role alike
            yield Holds(self._arn(same), sure=False)
            return
        likely = self._estate.index("roles for machines", self._for_machines).get(asset.account, [])
        if not likely:
            yield Holds(arn or "instance profile", sure=False)
        for found in likely[:_MOST_LIKELY]:
            yield Holds(found, sure=False)

    def _for_machines(self) -> dict[str, list[str]]:
        """By account, roles that EC2 may assume and that no recorded instance profile holds."""
        taken = set(self._estate.index("roles by instance profile", self._by_profile).values())
        found: dict[str, list[str]] = {}
        for role in self._estate.of_kind("iam.role"):
            trust = self._estate.view(role).get("AssumeRolePolicyDocument", "assume_role_policy")
            arn = self._arn(role)
            if arn and arn not in taken and "ec2.amazonaws.com" in str(trust):
                found.setdefault(role.account, []).append(arn)
        return found

    def _by_profile(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for role in self._estate.of_kind("iam.role"):
            for listed in self._estate.view(role).each("InstanceProfileList"):
                found.setdefault(listed.text("Arn"), self._arn(role))
        for profile in self._estate.of_kind("iam.profile"):
            for holder in self._estate.view(profile).each("Roles"):
                if holder.text("Arn"):
                    found.setdefault(profile.uid, holder.text("Arn"))
        return found


def documents(view: View) -> Iterator[Any]:
    """The document in force of a managed policy."""
    for version in [*view.each("PolicyVersionList"), *view.each("Versions")]:
        if version.flag("IsDefaultVersion") is not False and version.get("Document") is not None:
            yield version.get("Document")
    for found in (
        view.at("PolicyVersion").get("Document"),
        view.get("document", "PolicyDocument", "Document"),
    ):
        if found is not None:
            yield found


def inline(view: View, name: str) -> Mapping[str, Any] | None:
    """Inline policies by name; None when they were not collected."""
    listed = view.get(name)
    if isinstance(listed, list):
        return {
            p.text("PolicyName") or f"inline {i}": p.get("PolicyDocument")
            for i, p in enumerate(map(View, listed))
        }
    named = items(view.get("inline_policies", "InlinePolicies"))
    if named:
        document = next(documents(view), None)
        return {
            str(n) if not isinstance(n, Mapping) else f"inline {i}": document for i, n in enumerate(named)
        }
    # A record that lists the attached policies and no inline ones has none: a scanner leaves an empty list out.
    return {} if view.has("inline_policies", "InlinePolicies", *_ATTACHED) else None


def attached(view: View, account: str = "") -> list[str]:
    """ARNs of the attached managed policies; one that is only named is AWS's own if AWS has one of that name."""
    found = []
    for policy in view.each(*_ATTACHED):
        name = policy.text("PolicyName")
        arn = policy.text("PolicyArn", "Arn")
        if not arn and name:
            owner = "aws" if managed_policy(f"arn:aws:iam::aws:policy/{name}") is not None else account
            arn = f"arn:aws:iam::{owner}:policy/{name}"
        if arn:
            found.append(arn)
    return found


def resource_policy(view: View, kind: str) -> tuple[Any, bool]:
    """A resource's own policy, and whether it is known that it has none."""
    found = view.get(*_POLICY_NAMES)
    if isinstance(found, Mapping) and "Statement" not in found:
        found = View(found).get("Policy", "PolicyText", "Options")
    if found is not None and found != "":
        return found, True
    carries = kind in {
        "s3.bucket",
        "policy.secret",
        "policy.kms",
        "policy.sqs",
        "policy.sns",
        "policy.ecr",
        "lambda.function",
    }
    return None, not carries or view.has(*_POLICY_NAMES) or bool(view)


def _boundary(view: View) -> str | None:
    found = view.get("PermissionsBoundary", "permissions_boundary")
    if isinstance(found, Mapping):
        return View(found).text("PermissionsBoundaryArn", "Arn") or None
    return found if isinstance(found, str) and found else None


def _organization(estate: Estate) -> Organization:
    """Service control policies by account. A level without an allow keeps AWS's own FullAWSAccess, as it does there."""
    policies = list(estate.of_kind("aws.scp"))
    if not policies:
        return Organization()
    reader = AwsEstate()
    accounts = {a.account for a in estate.assets.values() if a.uid.startswith("arn:") and a.account}
    levels: dict[str, dict[str, list[tuple[str, Any]]]] = {a: {} for a in accounts}
    organization = ""
    for policy in policies:
        view = estate.view(policy)
        summary = view.at("PolicySummary") or view
        if summary.text("Type") not in {"SERVICE_CONTROL_POLICY", ""}:
            continue
        organization = organization or next((p for p in policy.uid.split("/") if p.startswith("o-")), "")
        document = view.get("Content", "Document")
        for target in view.each("Targets"):
            kind = target.text("Type").upper()
            named = (
                [target.text("TargetId")] if kind == "ACCOUNT" else sorted(accounts) if kind == "ROOT" else []
            )
            for account in named:
                held = levels.setdefault(account, {}).setdefault(kind, [])
                held.append((summary.text("Name") or policy.name, document))
    caps: dict[str, Caps] = {}
    for account, by_level in levels.items():
        listed = [by_level[name] for name in _MANAGEMENT_LEVELS if name in by_level]
        whole = [level if _allows(level) else [*level, ("FullAWSAccess", _ALLOW_ALL)] for level in listed]
        caps[account] = reader.caps(whole)
    return Organization(organization, caps)


def _allows(level: list[tuple[str, Any]]) -> bool:
    return any('"Allow"' in str(document).replace("'", '"') for _, document in level)
