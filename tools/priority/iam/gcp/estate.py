"""Decisions over Google Cloud's bindings: allow policies inherited from above, less what deny policies take.

Nodes are `organizations/N`, `folders/N`, `projects/ID`, and any resource below; identities are members as IAM
writes them (`user:`, `serviceAccount:`, `group:`, `principal://...`). Strangers are `allUsers` (no account) and
`allAuthenticatedUsers` (an account of their own).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tools.priority.iam.gcp.roles import Role, predefined_roles, read_role, unlisted_role
from tools.priority.iam.glob import matches
from tools.priority.iam.logic import (
    MAYBE,
    NO,
    YES,
    Decision,
    Evidence,
    Truth,
    Verdict,
    both,
    distinct,
    either,
    negate,
    verdict_of,
)
from tools.priority.iam.model import Fault

_CONVENIENCE = {
    "projectowner": "roles/owner",
    "projecteditor": "roles/editor",
    "projectviewer": "roles/viewer",
}
STRANGERS = ("allUsers", "allAuthenticatedUsers")


@dataclass(frozen=True, slots=True)
class Binding:
    """One role for one member at a node."""

    node: str
    role: str
    member: str
    condition: str = ""


@dataclass(frozen=True, slots=True)
class DenyRule:
    """Permissions denied at a node to some principals, except others."""

    node: str
    name: str
    principals: tuple[str, ...]
    exceptions: tuple[str, ...]
    permissions: tuple[str, ...]
    excepted_permissions: tuple[str, ...]
    condition: str = ""


class GcpEstate:
    """Hierarchy, policies, custom roles and groups of an organisation."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self._parent: dict[str, str] = {}
        self._roles: dict[str, Role] = {}
        self._bindings: dict[str, dict[str, list[Binding]]] = {}
        self._sets: dict[str, list[Binding]] = {}
        self._denies: dict[str, list[DenyRule]] = {}
        self._member_of: dict[str, set[str]] = {}
        self._groups: set[str] = set()
        self._unlisted_groups: set[str] = set()

    def add_node(self, node: str, parent: str) -> None:
        """A folder, project or resource and what it lies in."""
        self._parent[node] = parent

    def add_role(self, raw: Mapping[str, Any]) -> None:
        """A custom role."""
        found = read_role(raw)
        if isinstance(found, Fault):
            self.faults.append(found)
        else:
            self._roles[found.name] = found

    def add_group(self, group: str, members: list[str]) -> None:
        """A group (`group:a@b`) and its members; groups may be in groups."""
        self._groups.add(_plain(group))
        for member in members:
            self._member_of.setdefault(_plain(member), set()).add(_plain(group))

    def add_policy(self, node: str, policy: Mapping[str, Any]) -> None:
        """The allow policy of a node: `bindings` with `role`, `members`, `condition`."""
        bindings = policy.get("bindings", [])
        for index, raw in enumerate(bindings if isinstance(bindings, list) else [None]):
            if not isinstance(raw, Mapping) or not isinstance(raw.get("role"), str):
                self.faults.append(Fault(node, f"bindings[{index}]", "has no role"))
                continue
            condition = raw.get("condition")
            text = (
                str(condition.get("expression", ""))
                if isinstance(condition, Mapping)
                else str(condition or "")
            )
            members = raw.get("members", [])
            for member in members if isinstance(members, list) else [members]:
                if not isinstance(member, str) or member.startswith("deleted:"):
                    if not isinstance(member, str):
                        self.faults.append(
                            Fault(node, f"bindings[{index}].members", "has an entry that is not text")
                        )
                    continue
                self._bind(Binding(node, raw["role"], _plain(member), text))

    def _bind(self, binding: Binding) -> None:
        if binding.member.lower().startswith(("principalset:", "domain:", *(f"{c}:" for c in _CONVENIENCE))):
            self._sets.setdefault(binding.node, []).append(binding)
        else:
            self._bindings.setdefault(binding.node, {}).setdefault(binding.member, []).append(binding)
        if binding.member.startswith("group:"):
            self._unlisted_groups.add(binding.member)

    def add_deny_policy(self, node: str, policy: Mapping[str, Any]) -> None:
        """A deny policy of a node: `rules` with `denyRule`."""
        name = str(policy.get("name") or policy.get("displayName") or node)
        rules = policy.get("rules", [])
        for index, raw in enumerate(rules if isinstance(rules, list) else [None]):
            rule = raw.get("denyRule") if isinstance(raw, Mapping) else None
            if not isinstance(rule, Mapping):
                self.faults.append(Fault(name, f"rules[{index}]", "is not a deny rule"))
                everything = DenyRule(
                    node, name, ("principalSet://goog/public:all",), (), ("*",), (), "does not parse"
                )
                self._denies.setdefault(node, []).append(everything)
                continue
            condition = rule.get("denialCondition")
            text = str(condition.get("expression", "")) if isinstance(condition, Mapping) else ""
            found = DenyRule(
                node,
                f"{name} #{index}",
                _texts(rule.get("deniedPrincipals")),
                _texts(rule.get("exceptionPrincipals")),
                tuple(map(permission_of, _texts(rule.get("deniedPermissions")))),
                tuple(map(permission_of, _texts(rule.get("exceptionPermissions")))),
                text,
            )
            self._denies.setdefault(node, []).append(found)

    def above(self, node: str) -> list[str]:
        """The node and all that it lies in, nearest first. Circles in the hierarchy end."""
        found = [node]
        while (parent := self._parent.get(found[-1])) is not None and parent not in found:
            found.append(parent)
        return found

    def identities(self, principal: str) -> set[str]:
        """The names under which bindings reach the principal: itself, its groups, everybody."""
        found = {_plain(principal)}
        waiting = list(found)
        while waiting:
            for group in self._member_of.get(waiting.pop(), ()):
                if group not in found:
                    found.add(group)
                    waiting.append(group)
        found.add("allUsers")
        if principal != "allUsers":
            found.add("allAuthenticatedUsers")
        return found

    def bindings(self, principal: str, node: str) -> Iterator[tuple[Binding, Truth]]:
        """The bindings at or above the node that are, or may be, about the principal."""
        names = self.identities(principal)
        for at in self.above(node):
            here = self._bindings.get(at)
            if here:
                for name in names if len(names) < len(here) else here.keys() & names:
                    for binding in here.get(name, ()):
                        yield binding, YES
            for binding in self._sets.get(at, ()):
                truth = self._in_set(binding.member, principal, names)
                if truth is not NO:
                    yield binding, truth

    def can(self, principal: str, permission: str, node: str) -> Decision:
        """Whether the principal holds the permission on the node."""
        denied, denies, unknowns = self._denied(principal, permission, node)
        if denied is YES:
            return Decision(Verdict.DENY, "a deny policy", tuple(e for e in denies if e.match is YES))
        granted: Truth = NO
        allows: list[Evidence] = []
        for binding, named in self.bindings(principal, node):
            truth = both(named, self._grants(binding.role, permission))
            if truth is MAYBE:
                unknowns.append(f"whether {binding.role} holds {permission}")
            if truth is not NO and binding.condition:
                truth = both(truth, MAYBE)
                unknowns.append(f"condition on {binding.role} at {binding.node}")
            if truth is not NO:
                allows.append(
                    Evidence("binding", binding.node, f"{binding.role} {binding.member}", "allow", truth)
                )
                granted = either(granted, truth)
        result = both(granted, negate(denied))
        if result is NO:
            groups = sorted(self._unlisted_groups - self._groups)
            assumed = distinct((f"members of {group} were not collected" for group in groups), 3)
            return Decision(Verdict.DENY, "no binding allows it", assumed=assumed)
        if result is YES:
            return Decision(Verdict.ALLOW, "a binding allows it", tuple(e for e in allows if e.match is YES))
        return Decision(
            verdict_of(result), "depends on what is not recorded", (*allows, *denies), distinct(unknowns)
        )

    def public(self, permission: str, node: str) -> Decision:
        """Whether anybody with a Google account, or with none, holds the permission."""
        return self.can("allAuthenticatedUsers", permission, node)

    def _grants(self, role: str, permission: str) -> Truth:
        found = self._roles.get(role) or predefined_roles().get(role)
        return found.grants(permission) if found else unlisted_role(role, permission)

    def _in_set(self, member: str, principal: str, names: set[str]) -> Truth:
        kind, _, rest = member.partition(":")
        if principal in STRANGERS:
            return NO
        if kind.lower() in _CONVENIENCE:
            role = _CONVENIENCE[kind.lower()]
            node = rest if rest.startswith("projects/") else f"projects/{rest}"
            for at in self.above(node):
                for name in names:
                    for one in self._bindings.get(at, {}).get(name, ()):
                        if one.role == role:
                            return MAYBE if one.condition else YES
            return NO
        if kind == "domain":
            return YES if principal.startswith("user:") and principal.endswith("@" + rest) else NO
        pool, _, selector = rest.partition("/workloadIdentityPools/")
        mine = principal.partition(":")[2]
        if not selector or not mine.startswith(pool):
            return NO
        name, _, part = selector.partition("/")
        if f"/workloadIdentityPools/{name}/" not in mine:
            return NO
        return YES if part == "*" else MAYBE

    def _denied(self, principal: str, permission: str, node: str) -> tuple[Truth, list[Evidence], list[str]]:
        result: Truth = NO
        evidence: list[Evidence] = []
        unknowns: list[str] = []
        names = self.identities(principal)
        for at in self.above(node):
            for rule in self._denies.get(at, ()):
                if not any(matches(p, permission) for p in rule.permissions):
                    continue
                if any(matches(p, permission) for p in rule.excepted_permissions):
                    continue
                who = max((self._is(p, names, principal) for p in rule.principals), default=NO)
                spared = max((self._is(p, names, principal) for p in rule.exceptions), default=NO)
                truth = both(who, negate(spared), MAYBE if rule.condition else YES)
                if truth is not NO:
                    evidence.append(Evidence("deny policy", rule.name, at, "deny", truth))
                    result = either(result, truth)
                if truth is MAYBE:
                    unknowns.append(f"deny policy {rule.name}")
        return result, evidence, unknowns

    def _is(self, entry: str, names: set[str], principal: str) -> Truth:
        """Whether a principal identifier of a deny policy is about the principal."""
        low = entry.lower()
        if low.endswith("goog/public:all"):
            return YES
        email = entry.rsplit("/", 1)[-1]
        if "/subject/" in low and "goog/" in low:
            return YES if f"user:{email}" in names else NO
        if "/serviceaccounts/" in low:
            return YES if f"serviceAccount:{email}" in names else NO
        if "goog/group/" in low:
            group = f"group:{email}"
            return YES if group in names else NO if group in self._groups else MAYBE
        if entry == principal:
            return YES
        return MAYBE  # customers, pools and types of identities: membership is not recorded


def permission_of(text: str) -> str:
    """A permission of a deny policy (`iam.googleapis.com/roles.create`) as allow policies write it."""
    host, slash, rest = text.partition("/")
    if not slash:
        return text
    service = host.removesuffix(".googleapis.com")
    return f"{'resourcemanager' if service == 'cloudresourcemanager' else service}.{rest}"


def _plain(member: str) -> str:
    """A member with its kind as it is and its address in lower case, as IAM compares them."""
    kind, colon, rest = member.partition(":")
    return f"{kind}:{rest.lower()}" if colon and "@" in rest else member


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(v for v in value if isinstance(v, str)) if isinstance(value, list) else ()
