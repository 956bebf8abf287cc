"""What an identity can do to whole classes of resources, without asking for each resource by itself.

Resources that no statement, policy, tag or region tells apart are asked about once (`Class`); only those that
something singles out are asked about one by one.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tools.priority.iam.aws.context import EMPTY, Context
from tools.priority.iam.aws.estate import AwsEstate
from tools.priority.iam.aws.identity import Principal
from tools.priority.iam.aws.model import Policy, Statement
from tools.priority.iam.aws.principals import Manner, about, account_of
from tools.priority.iam.aws.resource import Resource
from tools.priority.iam.aws.sets import ResourceSet
from tools.priority.iam.aws.variables import fill
from tools.priority.iam.logic import NO, Decision

_BY_TAG = ("resourcetag/", "db-tag/", "existingobjecttag/")


@dataclass(frozen=True, slots=True)
class DataAction:
    """A data-plane action and the resources it is asked about: service, ARN marker, and what lies inside."""

    action: str
    service: str
    marker: str = ""
    suffix: str = ""
    kind: str = "read"


# What opens, changes or carries away data, secrets, keys and code.
DATA_ACTIONS: tuple[DataAction, ...] = (
    DataAction("s3:GetObject", "s3", suffix="/*"),
    DataAction("s3:ListBucket", "s3", kind="list"),
    DataAction("s3:PutObject", "s3", suffix="/*", kind="write"),
    DataAction("s3:DeleteObject", "s3", suffix="/*", kind="delete"),
    DataAction("s3:PutBucketPolicy", "s3", kind="policy"),
    DataAction("secretsmanager:GetSecretValue", "secretsmanager", ":secret:"),
    DataAction("secretsmanager:PutResourcePolicy", "secretsmanager", ":secret:", kind="policy"),
    DataAction("ssm:GetParameter", "ssm", ":parameter/"),
    DataAction("kms:Decrypt", "kms", ":key/"),
    DataAction("kms:PutKeyPolicy", "kms", ":key/", kind="policy"),
    DataAction("kms:CreateGrant", "kms", ":key/", kind="policy"),
    DataAction("dynamodb:GetItem", "dynamodb", ":table/"),
    DataAction("dynamodb:Scan", "dynamodb", ":table/"),
    DataAction("dynamodb:Query", "dynamodb", ":table/"),
    DataAction("dynamodb:PutItem", "dynamodb", ":table/", kind="write"),
    DataAction("lambda:InvokeFunction", "lambda", ":function:", kind="run"),
    DataAction("lambda:GetFunction", "lambda", ":function:"),
    DataAction("lambda:UpdateFunctionCode", "lambda", ":function:", kind="code"),
    DataAction("sqs:ReceiveMessage", "sqs"),
    DataAction("kinesis:GetRecords", "kinesis", ":stream/"),
    DataAction("rds-db:connect", "rds-db", ":dbuser:"),
    DataAction("rds:CreateDBSnapshot", "rds", ":db:", kind="copy"),
    DataAction("rds:ModifyDBSnapshotAttribute", "rds", ":snapshot:", kind="copy"),
    DataAction("ec2:CreateSnapshot", "ec2", ":volume/", kind="copy"),
    DataAction("ec2:ModifySnapshotAttribute", "ec2", ":snapshot/", kind="copy"),
    DataAction("ecr:BatchGetImage", "ecr", ":repository/"),
    DataAction("ecr:PutImage", "ecr", ":repository/", kind="code"),
    DataAction("ssm:StartSession", "ec2", ":instance/", kind="run"),
    DataAction("ssm:SendCommand", "ec2", ":instance/", kind="run"),
)


@dataclass(frozen=True, slots=True)
class Class:
    """Resources of one account and region that are treated alike, and the decision for any of them."""

    members: tuple[str, ...]
    decision: Decision


@dataclass(frozen=True, slots=True)
class ActionReach:
    """What one identity can do with one action. Resources in neither part are denied."""

    action: str
    classes: tuple[Class, ...]
    single: tuple[tuple[str, Decision], ...]

    def each(self) -> Iterator[tuple[str, Decision]]:
        """All resources that are, or may be, allowed, with their decisions."""
        for one in self.classes:
            for member in one.members:
                yield member, one.decision
        yield from self.single

    @property
    def total(self) -> int:
        return sum(len(c.members) for c in self.classes) + len(self.single)


class Reach:
    """Bulk questions over an estate that is complete. Identities with the same documents share answers."""

    def __init__(self, estate: AwsEstate) -> None:
        self._estate = estate
        self._sets: dict[tuple[str, str, str], ResourceSet] = {}
        self._memo: dict[tuple[object, ...], ActionReach] = {}
        self._shapes: dict[int, _Shapes] = {}
        self._controls: tuple[int, tuple[Policy, ...]] | None = None

    def of(self, principal: str, actions: Iterable[DataAction] = DATA_ACTIONS) -> tuple[ActionReach, ...]:
        """What the identity can do with each action that it has any use of."""
        who = self._estate.principal(principal)
        found = []
        for action in actions:
            one = self.over(who, action.action, self.resources(action.service, action.marker, action.suffix))
            if one.total:
                found.append(one)
        return tuple(found)

    def resources(self, service: str, marker: str = "", suffix: str = "") -> ResourceSet:
        """The recorded resources of a service whose ARN holds the marker."""
        key = (service, marker, suffix)
        if key not in self._sets:
            start = f":{service}:"
            members = (r for arn, r in self._estate.resources.items() if start in arn[:40] and marker in arn)
            self._sets[key] = ResourceSet(members, suffix)
        return self._sets[key]

    def over(
        self, who: Principal, action: str, resources: ResourceSet, context: Context = EMPTY
    ) -> ActionReach:
        """What the identity can do with the action among these resources."""
        action = action.lower()
        if id(resources) not in self._shapes:
            self._shapes[id(resources)] = _Shapes(resources)
        shapes = self._shapes[id(resources)]
        own_name = who.arn if shapes.tells(who) else ""
        key = (who.signature, own_name, action, id(resources), _frozen(context))
        found = self._memo.get(key)
        if found is None:
            found = self._memo[key] = self._work_out(who, action, resources, shapes, context)
        return found

    def _work_out(
        self, who: Principal, action: str, resources: ResourceSet, shapes: _Shapes, context: Context
    ) -> ActionReach:
        evaluator = self._estate.evaluator
        granted = self.may_be_granted(who, action)
        worth = [
            number
            for number in shapes.near(who)
            if (granted or self._names(resources[shapes.groups[number][0]], who, action))
            and evaluator.lets_in(who, action, resources[shapes.groups[number][0]])
        ]
        if not worth:
            return ActionReach(action, (), ())
        apart: set[int] = set()
        for policy, statement in self._met(who, action):
            apart.update(self._told_apart(policy, statement, who, resources, context))
        single: list[tuple[str, Decision]] = []
        for index in _among(apart, worth, shapes):
            decision = evaluator.can(who, action, resources[index], context)
            if decision.possible:
                single.append((resources[index].arn, decision))
        classes: list[Class] = []
        wide = self._granted_widely(who, action, resources, context)
        for number in worth:
            # Most identities are granted named things only, so the rest is looked at once and never listed.
            group = shapes.groups[number]
            first = next((i for i in group if i not in apart), None)
            if first is None or not (wide or self._own_policy_counts(resources[first], who, action)):
                continue
            decision = evaluator.can(who, action, resources[first], context)
            if decision.possible:
                members = tuple(resources[i].arn for i in group if i not in apart)
                classes.append(Class(members, decision))
        return ActionReach(action, tuple(classes), tuple(single))

    def may_be_granted(self, who: Principal, action: str) -> bool:
        """Whether the identity's own policies, those not collected included, may allow the action on anything."""
        return bool(who.missing or who.missing_managed) or self.recorded_grant(who, action)

    def _granted_widely(self, who: Principal, action: str, resources: ResourceSet, context: Context) -> bool:
        """Whether an own grant may be about a member that nothing tells apart."""
        if who.policies is None or who.missing or who.missing_managed:
            return True
        if who.all_powerful or who.kind not in {"user", "role", "group"}:
            return True
        full = self._estate.evaluator.context(who, Resource("*", who.account), context)
        for policy in who.policies:
            for statement in self._estate.evaluator.relevant(policy, action):
                if statement.effect == "Deny":
                    continue
                if statement.resources is None:
                    return True
                for pattern in statement.resources:
                    filled = fill(pattern, full, policy.variables)
                    if not isinstance(filled, str) or resources.treated_alike(filled):
                        return True
        return False

    def _own_policy_counts(self, resource: Resource, who: Principal, action: str) -> bool:
        """Whether it is not plain that the resource's own policy gives nothing to who has no grant for it."""
        return not resource.account or resource.kind == "role" or self._names(resource, who, action)

    def recorded_grant(self, who: Principal, action: str) -> bool:
        """Whether a statement that was collected may allow the action on anything."""
        if who.policies is None or who.all_powerful or who.kind == "root":
            return True
        relevant = self._estate.evaluator.relevant
        return any(s.effect != "Deny" for policy in who.policies for s in relevant(policy, action))

    def _met(self, who: Principal, action: str) -> Iterator[tuple[Policy, Statement]]:
        """Every statement about the action that is not in a resource's own policy."""
        for policy in self._estate.evaluator.policies(who, Resource("*", who.account)):
            for statement in self._estate.evaluator.relevant(policy, action):
                yield policy, statement
        for policy in self._on_resources():
            for statement in self._estate.evaluator.relevant(policy, action):
                yield policy, statement

    def _on_resources(self) -> tuple[Policy, ...]:
        """The resource control policies of all accounts, each once: most accounts share theirs."""
        accounts = self._estate.evaluator.organization.accounts
        if self._controls is None or self._controls[0] != len(accounts):
            levels = (level for caps in accounts.values() for level in caps.resource_levels)
            self._controls = (len(accounts), tuple(dict.fromkeys(p for level in levels for p in level)))
        return self._controls[1]

    def _told_apart(
        self, policy: Policy, statement: Statement, who: Principal, resources: ResourceSet, context: Context
    ) -> Iterable[int]:
        """The members that the statement treats unlike the others."""
        if any(mark in condition.key for condition in statement.conditions for mark in _BY_TAG):
            return range(len(resources))
        found: set[int] = set()
        full = self._estate.evaluator.context(who, Resource("*", who.account), context)
        for pattern in (*(statement.resources or ()), *(statement.not_resources or ())):
            filled = fill(pattern, full, policy.variables)
            if filled is None:
                return range(len(resources))
            if filled is False or filled == "*":
                continue
            if not resources.treated_alike(filled):
                found.update(resources.touched(filled))
        return found

    def _names(self, resource: Resource, who: Principal, action: str) -> bool:
        """Whether the resource's own policy may let the identity in without grants of its own."""
        if resource.policy is None:
            return not resource.policy_known or resource.kind == "key"
        if resource.account != who.account:
            return False
        for statement in self._estate.evaluator.relevant(resource.policy, action):
            if statement.effect != "Deny":
                truth, manner = about(statement, who)
                if truth is not NO and manner is not Manner.ACCOUNT:
                    return True
        return False


class _Shapes:
    """Groups of resources that differ in nothing but their names: account, region, tags and policy.

    They are found by the account of who asks: of another account's resources only those matter whose own policy
    speaks of that account, or of anyone. So an estate of many accounts is not a matter of all pairs.
    """

    def __init__(self, resources: ResourceSet) -> None:
        groups: dict[tuple[object, ...], list[int]] = {}
        self._mentioned: set[str] = set()
        self._by_identity = False
        for index, resource in enumerate(resources):
            region = resource.region or (resource.arn.split(":", 4) + [""] * 4)[3]
            shape: object = resource.policy_known
            if resource.policy is not None and resource.kind != "role":
                shape = self._shape(resource.policy, resource.arn)
            groups.setdefault((resource.account, region, shape), []).append(index)
        self.groups = tuple(tuple(indexes) for indexes in groups.values())
        self.group_of = {index: number for number, group in enumerate(self.groups) for index in group}
        self._near: dict[str | None, list[int]] = {}
        for number, group in enumerate(self.groups):
            for account in _partners(resources[group[0]]):
                self._near.setdefault(account, []).append(number)

    def near(self, who: Principal) -> Iterable[int]:
        """Numbers of the groups, in order, that an identity of this account may get at."""
        if who.kind not in {"user", "role", "group", "root"}:
            return range(len(self.groups))
        return heapq.merge(self._near.get(who.account, ()), self._near.get(None, ()))

    def tells(self, who: Principal) -> bool:
        """Whether some policy of a member is about this very identity, or about names at all."""
        return self._by_identity or who.arn in self._mentioned or who.unique_id in self._mentioned

    def _shape(self, policy: Policy, arn: str) -> str:
        self._by_identity |= policy.uses_identity
        for statement in policy.statements:
            for entry in (*(statement.principals or ()), *(statement.not_principals or ())):
                self._mentioned.add(entry.value)
                self._by_identity |= ":assumed-role/" in entry.value or entry.type == "unreadable"
        return repr(policy.statements).replace(arn.removesuffix("/*"), "{itself}") + policy.variables


def _among(apart: set[int], groups: Iterable[int], shapes: _Shapes) -> list[int]:
    """Those of the members that lie in these groups, in order; by whichever of the two is fewer."""
    asked = set(groups)
    if sum(len(shapes.groups[number]) for number in asked) < len(apart):
        return sorted(i for number in asked for i in shapes.groups[number] if i in apart)
    return sorted(i for i in apart if shapes.group_of[i] in asked)


def _partners(resource: Resource) -> set[str | None]:
    """The accounts whose identities a resource may let in: its own, and those that its policy speaks of; None alone
    for all.
    """
    if (
        not resource.account
        or resource.kind == "key"
        or (resource.policy is None and not resource.policy_known)
    ):
        return {None}
    found: set[str | None] = {resource.account}
    for statement in resource.policy.statements if resource.policy is not None else ():
        if statement.effect == "Deny":
            continue
        if statement.principals is None:
            return {None}
        for entry in statement.principals:
            if entry.type in {"service", "federated"}:
                continue
            parts = entry.value.split(":", 5)
            account = account_of(entry.value) or (parts[4] if len(parts) == 6 else "")
            if entry.type in {"anyone", "unreadable", "canonical"} or not account:
                return {None}
            found.add(account)
    return found


def _frozen(context: Context) -> object:
    if context is EMPTY:
        return None
    return (tuple(sorted(context.values.items())), context.absent, context.closed_families)
