"""All AWS identities and resources of an estate, with the indexes that bulk questions need."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from tools.priority.iam.aws.context import EMPTY, Context
from tools.priority.iam.aws.evaluate import Evaluator
from tools.priority.iam.aws.identity import Principal, foreign
from tools.priority.iam.aws.managed import is_understated, managed_policy, may_deny
from tools.priority.iam.aws.model import Policy, PolicyKind
from tools.priority.iam.aws.organization import Caps, Organization
from tools.priority.iam.aws.parse import PolicyReader
from tools.priority.iam.aws.resource import Resource
from tools.priority.iam.errors import UnknownPrincipalError
from tools.priority.iam.logic import Decision
from tools.priority.iam.model import Fault

MANAGED = ":aws:policy/"


class AwsEstate:
    """Identities, roles with their trust, and resources with their policies.

    Add everything first, then ask. Adding the same ARN again replaces it and is reported as a fault.
    """

    def __init__(self, organization: Organization | None = None) -> None:
        self.reader = PolicyReader()
        self.evaluator = Evaluator(organization)
        self.principals: dict[str, Principal] = {}
        self.roles: dict[str, Resource] = {}
        self.resources: dict[str, Resource] = {}
        self.attached_to: dict[str, list[str]] = {}
        self.workloads: dict[str, dict[str, str]] = {}
        self.groups_of: dict[str, list[str]] = {}
        self._documents: dict[str, Any] = {}
        self._groups: dict[str, tuple[list[Policy], list[str], list[str]]] = {}
        self._held: dict[str, list[str]] | None = None
        self._faults: list[Fault] = []
        self._known_faults: set[int] = set()

    # Building --------------------------------------------------------------------------------------------

    def read(self, document: Any, name: str, kind: PolicyKind) -> Policy:
        """A parsed document; its faults are kept in `faults`."""
        policy = self.reader.read(document, name, kind)
        if id(policy) not in self._known_faults:
            self._known_faults.add(id(policy))
            self._faults.extend(policy.faults)
        return policy

    def add_managed(self, arn: str, document: Any) -> None:
        """The default version of a managed policy; before the identities that it is attached to."""
        self._documents[arn] = document

    def add_group(
        self, arn: str, inline: Mapping[str, Any] | None = None, attached: Iterable[str] = ()
    ) -> None:
        """A group with its policies; before its members. `inline` None means not collected."""
        self._groups[arn] = self._policies(arn, inline, attached)

    def add_user(
        self,
        arn: str,
        *,
        inline: Mapping[str, Any] | None = None,
        attached: Iterable[str] = (),
        groups: Iterable[str] = (),
        boundary: str | Mapping[str, Any] | None = None,
        tags: Mapping[str, str] | None = None,
        unique_id: str = "",
    ) -> Principal:
        """A user. `inline` None means not collected; `groups` and `attached` are ARNs."""
        policies, missing, managed = self._policies(arn, inline, attached)
        for group in groups:
            found = self._groups.get(group)
            if found is None:
                missing.append(f"policies of group {group}")
                continue
            policies, missing, managed = policies + found[0], missing + found[1], managed + found[2]
            self.groups_of.setdefault(arn, []).append(group)
        return self._add(
            Principal(arn, _account(arn), "user", (), unique_id=unique_id, tags=tags),
            policies,
            missing,
            managed,
            boundary,
        )

    def add_role(
        self,
        arn: str,
        *,
        trust: Any = None,
        inline: Mapping[str, Any] | None = None,
        attached: Iterable[str] = (),
        boundary: str | Mapping[str, Any] | None = None,
        tags: Mapping[str, str] | None = None,
        unique_id: str = "",
    ) -> Principal:
        """A role and its trust policy. `inline` None means not collected, `trust` None likewise."""
        policies, missing, managed = self._policies(arn, inline, attached)
        own = self.read(trust, f"trust of {arn}", PolicyKind.TRUST) if trust is not None else None
        self.roles[arn] = Resource(arn, _account(arn), own, own is not None, tags=tags)
        return self._add(
            Principal(arn, _account(arn), "role", (), unique_id=unique_id, tags=tags),
            policies,
            missing,
            managed,
            boundary,
        )

    def _add(
        self,
        principal: Principal,
        policies: list[Policy],
        missing: list[str],
        managed: list[str],
        boundary: str | Mapping[str, Any] | None,
    ) -> Principal:
        limit, lost = self._boundary(boundary)
        found = replace(
            principal,
            policies=tuple(dict.fromkeys(policies)),
            missing=tuple(dict.fromkeys(missing)),
            missing_managed=tuple(dict.fromkeys(managed)),
            boundary=limit,
            boundary_missing=lost,
        )
        if principal.arn in self.principals:
            self._faults.append(
                Fault(principal.arn, "identity", "was recorded twice; the later record counts")
            )
        self.principals[principal.arn] = found
        return found

    def add_resource(
        self,
        arn: str,
        account: str = "",
        *,
        policy: Any = None,
        policy_known: bool = True,
        region: str = "",
        tags: Mapping[str, str] | None = None,
    ) -> Resource:
        """A resource. Without a policy say whether that is known (`policy_known`)."""
        own = self.read(policy, f"policy of {arn}", PolicyKind.RESOURCE) if policy is not None else None
        known = own is not None or policy_known
        self.resources[arn] = Resource(arn, account or _account(arn), own, known, region, tags)
        return self.resources[arn]

    def add_workload(
        self, kind: str, arn: str, role: str, *, region: str = "", tags: Mapping[str, str] | None = None
    ) -> None:
        """Something that runs under a role: `kind` is `function`, `instance`, `project`, `stack`, `notebook`,
        `endpoint`, `job` or `task`; `role` its ARN."""
        self.workloads.setdefault(kind, {})[arn] = role
        if arn not in self.resources:
            self.add_resource(arn, policy_known=kind != "function", region=region, tags=tags)

    def caps(
        self,
        levels: Iterable[Iterable[tuple[str, Any]]],
        resource_levels: Iterable[Iterable[tuple[str, Any]]] = (),
        management: bool = False,
    ) -> Caps:
        """The caps of an account from (name, document) pairs, one collection for each level."""
        scps = tuple(tuple(self.read(d, n, PolicyKind.SCP) for n, d in level) for level in levels)
        rcps = tuple(tuple(self.read(d, n, PolicyKind.RCP) for n, d in level) for level in resource_levels)
        return Caps(scps, rcps, management)

    def _policies(
        self, holder: str, inline: Mapping[str, Any] | None, attached: Iterable[str]
    ) -> tuple[list[Policy], list[str], list[str]]:
        policies: list[Policy] = []
        missing: list[str] = []
        managed: list[str] = []
        if inline is None:
            missing.append(f"inline policies of {holder}")
        for name, document in (inline or {}).items():
            if document is None:
                missing.append(name)
            else:
                policies.append(self.read(document, name, PolicyKind.IDENTITY))
        for arn in attached:
            self.attached_to.setdefault(arn, []).append(holder)
            if arn in self._documents:
                policies.append(self.read(self._documents[arn], arn, PolicyKind.IDENTITY))
                continue
            fact = managed_policy(arn) if MANAGED in arn else None
            if fact is not None:
                policies.append(fact)
            if MANAGED not in arn or may_deny(arn):
                missing.append(arn)
            elif fact is None or is_understated(arn):
                managed.append(arn)
        return policies, missing, managed

    def _boundary(self, boundary: str | Mapping[str, Any] | None) -> tuple[Policy | None, bool]:
        if boundary is None:
            return None, False
        if isinstance(boundary, str) and not boundary.lstrip().startswith(("{", "%7B")):
            document = self._documents.get(boundary)
            fact = managed_policy(boundary) if MANAGED in boundary and not is_understated(boundary) else None
            if document is None:
                return fact, fact is None
            return self.read(document, boundary, PolicyKind.BOUNDARY), False
        return self.read(boundary, "boundary", PolicyKind.BOUNDARY), False

    # Asking ----------------------------------------------------------------------------------------------

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What did not parse, or contradicts itself."""
        return tuple(self._faults)

    def principal(self, arn: str) -> Principal:
        """An identity by its ARN. Raises `UnknownPrincipalError`."""
        found = self.principals.get(arn)
        if found is None:
            raise UnknownPrincipalError(arn)
        return found

    def principal_or_foreign(self, arn: str) -> Principal:
        """An identity, or a stand-in with unknown policies when it was not collected."""
        return self.principals.get(arn) or foreign(arn)

    def resource(self, arn: str) -> Resource:
        """A resource by its ARN; objects answer with their bucket's policy; else one without a recorded policy."""
        found = self.resources.get(arn) or self.roles.get(arn)
        if found is not None:
            return found
        if arn == "*":
            return Resource("*", "")
        if arn.startswith("arn:") and ":s3:::" in arn and "/" in arn:
            bucket, _, key = arn.partition("/")
            if bucket in self.resources:
                return self.resources[bucket].inside(f"/{key}")
        return Resource(arn, _account(arn), None, policy_known=False)

    def can(self, principal: str, action: str, resource: str = "*", context: Context = EMPTY) -> Decision:
        """Whether an identity may do something, all by ARN."""
        who = self.principal(principal)
        what = self.resource(resource)
        if what.arn == "*":
            what = replace(what, account=who.account)
        return self.evaluator.can(who, action, what, context)

    def held_by(self, principal: str) -> list[str]:
        """The customer-managed policies that an identity holds, itself or through its groups."""
        holders = {principal, *self.groups_of.get(principal, ())}
        if self._held is None:
            self._held = {}
            for policy, attached in self.attached_to.items():
                if MANAGED not in policy:
                    for holder in attached:
                        self._held.setdefault(holder, []).append(policy)
        return [policy for holder in sorted(holders) for policy in self._held.get(holder, ())]

    def groups_of_account(self, account: str) -> list[str]:
        """ARNs of the recorded groups of an account."""
        return [arn for arn in self._groups if _account(arn) == account]


def _account(arn: str) -> str:
    parts = arn.split(":", 5)
    return parts[4] if len(parts) == 6 else ""
