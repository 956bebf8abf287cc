"""An estate's Azure records as the role engine takes them: assignments, groups, identities and what runs as them.

Reads Resource Manager's objects, Microsoft Graph's, and scanners' spellings of both. Ids are compared without case.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tools.findings.model import AssetRecord
from tools.priority.estate import Estate, cloud_of, name_of
from tools.priority.iam.azure.escalate import type_of
from tools.priority.iam.azure.estate import AzureEstate
from tools.priority.iam.azure.model import scope_of
from tools.priority.iam.logic import Evidence, Truth
from tools.priority.reading import View, items

WORKLOADS = (
    "azure.vm", "azure.vmss", "azure.app", "azure.aks", "azure.automation", "azure.logic", "azure.containers",
    "azure.containerapp",
)  # fmt: skip
_GROUP = "/providers/microsoft.management/managementgroups/"


@dataclass(frozen=True, slots=True)
class Runs:
    """An identity that a workload runs as; `resource` is the id of a user-assigned one, else empty."""

    principal: str
    resource: str = ""


class AzureIam:
    """The role engine over one estate, its resources by type and scope, and who is who."""

    def __init__(self, estate: Estate) -> None:
        self._estate = estate
        self.engine = AzureEstate()
        self.by_scope: dict[str, AssetRecord] = {}
        """Resources by their id in lower case."""
        self.by_type: dict[str, list[str]] = {}
        """Ids of resources by type, sorted, so that what lies under a scope is a run of them."""
        self.people: dict[str, AssetRecord] = {}
        """Users, groups, applications and user-assigned identities by object id."""
        self.clients: dict[str, str] = {}
        """Object id by client or application id."""
        self.runs: dict[str, tuple[Runs, ...]] = {}
        """What workloads run as, by asset id."""
        self.kubelets: dict[str, str] = {}
        """Object id of what nodes of an AKS cluster run as, by the cluster's asset id."""
        self._resources()
        self._directory()
        self._workloads()
        self._scopes()
        self._roles()

    # --- reading -----------------------------------------------------------------------------------------------

    def _resources(self) -> None:
        for asset in self._estate.assets.values():
            if cloud_of(asset) != "azure":
                continue
            uid = asset.uid if asset.uid.lower().startswith("/") else self._estate.view(asset).text("id")
            if not uid.lower().startswith(("/subscriptions/", _GROUP)):
                continue
            scope = scope_of(uid)
            if self.by_scope.setdefault(scope, asset).asset_id != asset.asset_id:
                continue
            self.by_type.setdefault(type_of(scope), []).append(scope)
        for listed in self.by_type.values():
            listed.sort()

    def _directory(self) -> None:
        for asset in self._estate.of_kind(
            "azure.user", "azure.group", "azure.principal", "azure.application"
        ):
            view = self._estate.view(asset)
            key = (view.text("objectId", "id") or asset.uid).rsplit("/", 1)[-1].lower()
            if key:
                self.people.setdefault(key, asset)
            if client := view.text("appId", "applicationId", "clientId"):
                # Roles are given to the principal of an application, never to its registration.
                if self._estate.kind(asset) == "azure.principal":
                    self.clients[client.lower()] = key
                else:
                    self.clients.setdefault(client.lower(), key)
        for asset in self._estate.of_kind("azure.identity"):
            view = self._estate.view(asset)
            if key := view.text("principalId").lower():
                self.people.setdefault(key, asset)
                if client := view.text("clientId"):
                    self.clients.setdefault(client.lower(), key)
        for group in self._estate.of_kind("azure.group"):
            view = self._estate.view(group)
            key = (view.text("objectId", "id") or group.uid).rsplit("/", 1)[-1]
            for member in items(view.get("members", "transitiveMembers")):
                who = member if isinstance(member, str) else View(member).text("id", "objectId")
                if who:
                    self.engine.add_member(key, who.rsplit("/", 1)[-1])
        for user in self._estate.of_kind("azure.user", "azure.principal"):
            view = self._estate.view(user)
            key = (view.text("objectId", "id") or user.uid).rsplit("/", 1)[-1]
            for group_ in items(view.get("memberOf", "transitiveMemberOf")):
                name = group_ if isinstance(group_, str) else View(group_).text("id", "objectId")
                if name:
                    self.engine.add_member(name.rsplit("/", 1)[-1], key)

    def _workloads(self) -> None:
        for asset in self._estate.of_kind(*WORKLOADS):
            held = dict.fromkeys(self._identities(asset))
            if held:
                self.runs[asset.asset_id] = tuple(held)
            if held and self._estate.kind(asset) == "azure.aks":
                self.kubelets[asset.asset_id] = next(iter(held)).principal

    def _identities(self, asset: AssetRecord) -> Iterator[Runs]:
        view = self._estate.view(asset)
        if self._estate.kind(asset) == "azure.aks":
            # Pods of a node reach the identity of its kubelet, not the one of the control plane.
            profile = view.at("identityProfile").at("kubeletidentity", "kubeletIdentity")
            if key := profile.text("objectId"):
                resource = profile.text("resourceId")
                yield Runs(key.lower(), scope_of(resource) if resource else "")
            return
        identity = view.at("identity")
        own = identity.text("principalId", "principal_id")
        if own:
            yield Runs(own.lower())
        listed = identity.get("userAssignedIdentities", "user_assigned_identities")
        given = listed.items() if isinstance(listed, Mapping) else ((str(one), {}) for one in items(listed))
        for resource, facts in given:
            yield from self._assigned(resource, View(facts))

    def _assigned(self, resource: str, facts: View) -> Iterator[Runs]:
        scope = scope_of(resource)
        record = self.by_scope.get(scope)
        key = facts.text("principalId", "principal_id") or (
            self._estate.view(record).text("principalId") if record else ""
        )
        if key or record is None:
            # One whose record and object id are missing is known by its id alone; what it may do stays open.
            yield Runs(key.lower() or scope, scope)

    def _scopes(self) -> None:
        for asset in self._estate.of_kind("azure.mgmt"):
            view = self._estate.view(asset)
            own = asset.uid or view.text("id")
            parent = view.at("details").at("parent").text("id") or view.at("parent").text("id")
            if own and parent:
                self.engine.add_parent(own, parent)
            for child in view.each("children"):
                if child.text("id") and own:
                    self.engine.add_parent(child.text("id"), own)
        for asset in self._estate.of_kind("azure.subscription"):
            view = self._estate.view(asset)
            parent = view.at("managementGroup", "parent").text("id") or view.text("managementGroupId")
            if parent:
                self.engine.add_parent(asset.uid or f"/subscriptions/{asset.account}", parent)

    def _roles(self) -> None:
        for role in self._estate.of_kind("azure.role"):
            view = self._estate.view(role)
            name = (view.text("name") or role.uid).rsplit("/", 1)[-1]
            if "/roledefinitions/" in role.uid.lower():
                name = role.uid.rsplit("/", 1)[-1]
            self.engine.add_role(
                {
                    "name": name,
                    "properties": {
                        "roleName": view.text("roleName", "role_name", "displayName") or role.name,
                        "type": view.text("type", "roleType"),
                        "permissions": [_block(p) for p in view.each("permissions")],
                    },
                }
            )
        for kind, eligible in (("azure.assignment", False), ("azure.eligible", True)):
            for asset in self._estate.of_kind(kind):
                self._assignment(asset, self._estate.view(asset), "", eligible=eligible)
        for asset in list(self.by_scope.values()):
            view = self._estate.view(asset)
            for one in view.each("roleAssignments", "role_assignments"):
                own = [r.principal for r in self.runs.get(asset.asset_id, ())]
                self._assignment(asset, one, own[0] if own else "", eligible=False)
        for asset in self._estate.of_kind("azure.deny"):
            config = dict(asset.config)
            self.engine.add_deny({**config, "name": asset.asset_id} if config else {"name": asset.asset_id})

    def _assignment(self, asset: AssetRecord, view: View, holder: str, *, eligible: bool) -> None:
        """An assignment under the id of its asset, so that a decision's evidence leads back to it."""
        principal = view.text("principalId", "principal_id") or holder
        role = view.text(
            "roleDefinitionId", "role_definition_id", "roleDefinitionName", "role_definition_name", "role"
        )
        scope = view.text("scope")
        if not scope:
            at = asset.uid.lower().find("/providers/microsoft.authorization/role")
            scope = asset.uid[:at] if at > 0 else f"/subscriptions/{asset.account}" if asset.account else ""
        if self._estate.kind(asset) in {"azure.assignment", "azure.eligible"} or principal:
            self.engine.add_assignment(
                {
                    "id": asset.asset_id,
                    "properties": {
                        "scope": scope or None,
                        "principalId": principal or None,
                        "roleDefinitionId": role or None,
                        "condition": view.text("condition"),
                    },
                },
                eligible,
            )

    # --- asking ------------------------------------------------------------------------------------------------

    def assigned(self, principal: str) -> list[str]:
        """Scopes at which a principal (or a group of its) has a role, the widest first."""
        return sorted({a.scope for a in self.engine.assignments(principal)}, key=lambda s: (s.count("/"), s))

    def under(self, type_: str, scope: str) -> Iterator[tuple[str, Truth]]:
        """Ids of resources of a type at or under a scope, and whether they surely lie there."""
        listed = self.by_type.get(type_, [])
        if scope == "/" or scope.startswith(_GROUP):
            lies: dict[str, Truth] = {}
            for one in listed:
                subscription = "/" + "/".join(one.split("/")[1:3])
                if subscription not in lies:
                    above = self.engine.ancestors(subscription)
                    lies[subscription] = self.engine.at_or_above(scope, subscription, above)
                if lies[subscription] is not Truth.NO:
                    yield one, lies[subscription]
            return
        at = bisect_left(listed, scope)
        while at < len(listed) and listed[at].startswith(scope):
            if listed[at] == scope or listed[at][len(scope)] == "/":
                yield listed[at], Truth.YES
            at += 1

    def behind(self, because: Iterable[Evidence]) -> list[AssetRecord]:
        """The assignments that allow something."""
        found = (self._estate.assets.get(e.source) for e in because if e.effect == "allow")
        return [asset for asset in found if asset is not None]

    def name(self, principal: str) -> str:
        """What to call a principal."""
        asset = self.people.get(principal)
        return name_of(asset) if asset is not None else principal.rsplit("/", 1)[-1]


def _block(view: View) -> Mapping[str, Any]:
    return {
        "actions": view.texts("actions"),
        "notActions": view.texts("notActions", "not_actions"),
        "dataActions": view.texts("dataActions", "data_actions"),
        "notDataActions": view.texts("notDataActions", "not_data_actions"),
    }
