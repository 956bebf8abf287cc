"""Decisions over Azure's assignments: what is granted anywhere above a resource, less what deny assignments take.

`notActions` narrow their own role only; another assignment may still allow. Assignments at or above the scope
count; management groups are known from the hierarchy that was added, else an assignment on one stays unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tools.priority.iam.azure.builtin import built_in_roles
from tools.priority.iam.azure.model import (
    Assignment,
    DenyAssignment,
    Permission,
    Role,
    read_assignment,
    read_deny,
    read_role,
    scope_of,
)
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
    known,
    negate,
    verdict_of,
)
from tools.priority.iam.model import Fault

_GROUP = "/providers/microsoft.management/managementgroups/"


class AzureEstate:
    """Roles, assignments, deny assignments, groups and the scope hierarchy of one tenant."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.identities: dict[str, list[str]] = {}
        self._roles: dict[str, Role] = {}
        self._assignments: dict[str, list[Assignment]] = {}
        self._denies: list[DenyAssignment] = []
        self._member_of: dict[str, set[str]] = {}
        self._parent: dict[str, str] = {}
        self._covers: dict[tuple[str, str, bool], Truth] = {}

    def add_role(self, raw: Mapping[str, Any]) -> None:
        """A role definition as ARM returns it."""
        found = read_role(raw)
        if isinstance(found, Fault):
            self.faults.append(found)
        else:
            self._roles[found.id] = found

    def add_assignment(self, raw: Mapping[str, Any], eligible: bool = False) -> None:
        """A role assignment as ARM returns it; `eligible` for one that must be activated first."""
        found = read_assignment(raw, eligible)
        if isinstance(found, Fault):
            self.faults.append(found)
        else:
            self._assignments.setdefault(found.principal, []).append(found)

    def add_deny(self, raw: Mapping[str, Any]) -> None:
        """A deny assignment as ARM returns it. One that does not parse is reported and denies perhaps."""
        found = read_deny(raw)
        if isinstance(found, Fault):
            self.faults.append(found)
            every = Permission(("*",), (), ("*",), ())
            found = DenyAssignment(found.source, "/", (every,), ("*",), condition="does not parse")
        self._denies.append(found)

    def add_member(self, group: str, member: str) -> None:
        """A principal that is in a group (groups may be in groups, in a circle too)."""
        self._member_of.setdefault(member.lower(), set()).add(group.lower())

    def add_parent(self, scope: str, parent: str) -> None:
        """A subscription or management group and the management group that it is in."""
        self._parent[scope_of(scope)] = scope_of(parent)

    def add_identity(self, resource: str, principal: str) -> None:
        """A managed identity that a resource (VM, app, automation account...) runs as."""
        self.identities.setdefault(scope_of(resource), []).append(principal.lower())

    def groups(self, principal: str) -> set[str]:
        """The principal and every group that it is in, over any number of steps."""
        found = {principal.lower()}
        waiting = [principal.lower()]
        while waiting:
            for group in self._member_of.get(waiting.pop(), ()):
                if group not in found:
                    found.add(group)
                    waiting.append(group)
        return found

    def assignments(self, principal: str) -> list[Assignment]:
        """All assignments of the principal, its groups' included."""
        return [a for one in sorted(self.groups(principal)) for a in self._assignments.get(one, ())]

    @property
    def principals(self) -> list[str]:
        """Everybody with an assignment of their own, and every member of a group."""
        return sorted(
            {*self._assignments, *self._member_of, *(i for ids in self.identities.values() for i in ids)}
        )

    def role(self, reference: str) -> Role | None:
        """A role by GUID or name."""
        return self._roles.get(reference) or built_in_roles().get(reference)

    def can(self, principal: str, action: str, scope: str, data: bool = False) -> Decision:
        """Whether the principal may do an action (`data`: a data action) at a scope (a resource's id)."""
        action, scope = action.lower(), scope_of(scope)
        above = self.ancestors(scope)
        everyone = self.groups(principal)
        denied, denies = self._denied(everyone, action, scope, above, data)
        if denied is YES:
            return Decision(Verdict.DENY, "a deny assignment", tuple(e for e in denies if e.match is YES))
        granted: Truth = NO
        allows: list[Evidence] = []
        unknowns: list[str] = []
        for one in self.assignments(principal):
            truth = both(self.at_or_above(one.scope, scope, above), self._allows(one.role, action, data))
            if truth is NO:
                continue
            if one.condition:
                truth = both(truth, MAYBE)
                unknowns.append(f"condition of {one.id}")
            if one.eligible:
                truth = both(truth, MAYBE)
                unknowns.append(f"{one.id} must be activated first")
            role = self.role(one.role)
            if role is None:
                unknowns.append(f"role {one.role} was not collected")
            allows.append(
                Evidence("role assignment", one.id, role.name if role else one.role, "allow", truth)
            )
            granted = either(granted, truth)
        result = both(granted, negate(denied))
        if result is NO:
            return Decision(Verdict.DENY, "no assignment allows it")
        if result is YES:
            return Decision(
                Verdict.ALLOW, "an assignment allows it", tuple(e for e in allows if e.match is YES)
            )
        if denied is MAYBE:
            unknowns.extend(f"deny assignment {e.source}" for e in denies)
        return Decision(
            verdict_of(result), "depends on what is not recorded", (*allows, *denies), distinct(unknowns)
        )

    def ancestors(self, scope: str) -> frozenset[str]:
        """The scope, the scopes above it and the root. Circles in the hierarchy end."""
        found = {scope, "/"}
        parts = scope.strip("/").split("/")
        found.update("/" + "/".join(parts[:end]) for end in range(2, len(parts), 2))
        if len(parts) >= 2 and parts[0] == "subscriptions":
            at = self._parent.get(f"/subscriptions/{parts[1]}")
        else:
            at = self._parent.get(scope)
        while at is not None and at not in found:
            found.add(at)
            at = self._parent.get(at)
        return frozenset(found)

    def at_or_above(self, assigned: str, scope: str, above: Iterable[str]) -> Truth:
        """Whether an assignment's scope covers the asked one."""
        if assigned in above or (assigned != "/" and scope.startswith(assigned + "/")):
            return YES
        if assigned.startswith(_GROUP) and not any(one.startswith(_GROUP) for one in above):
            return MAYBE  # which subscriptions are in the management group was not collected
        return NO

    def _allows(self, reference: str, action: str, data: bool) -> Truth:
        key = (reference, action, data)
        found = self._covers.get(key)
        if found is None:
            role = self.role(reference)
            if role is None:
                found = MAYBE
            else:
                found = known(any(covers(block, action, data) for block in role.permissions))
                if found is NO and role.partial and _same_service(role, action):
                    found = MAYBE
            self._covers[key] = found
        return found

    def _denied(
        self, everyone: set[str], action: str, scope: str, above: frozenset[str], data: bool
    ) -> tuple[Truth, list[Evidence]]:
        result: Truth = NO
        evidence: list[Evidence] = []
        for deny in self._denies:
            if not any(covers(block, action, data) for block in deny.permissions):
                continue
            here = (
                known(deny.scope == scope) if deny.only_here else self.at_or_above(deny.scope, scope, above)
            )
            named = "*" in deny.principals or not everyone.isdisjoint(deny.principals)
            if here is NO or not named or not everyone.isdisjoint(deny.excluded):
                continue
            truth = both(here, MAYBE if deny.condition else YES)
            evidence.append(Evidence("deny assignment", deny.id, deny.scope, "deny", truth))
            result = either(result, truth)
        return result, evidence


def covers(block: Permission, action: str, data: bool) -> bool:
    """Whether a permission block is about the action (lower case), its exceptions taken out."""
    yes, no = (block.data_actions, block.not_data_actions) if data else (block.actions, block.not_actions)
    return any(matches(p, action) for p in yes) and not any(matches(p, action) for p in no)


def _same_service(role: Role, action: str) -> bool:
    """Whether a role of which we know a part is about the service at all."""
    service = action.split("/", 1)[0]
    stated = (p for block in role.permissions for p in (*block.actions, *block.data_actions))
    return any(p.split("/", 1)[0] in {service, "*"} for p in stated)
