"""What Azure resources grant by their own records and not by roles: policies of vaults, administrators of servers."""

from __future__ import annotations

from collections.abc import Iterable

from tools.findings.model import AssetRecord
from tools.priority.estate import Estate, name_of
from tools.priority.graph.azure_gates import AzureGates
from tools.priority.graph.azure_load import AzureIam
from tools.priority.graph.model import Relation
from tools.priority.graph.steps import Steps
from tools.priority.reading import shown

_READS = {"get", "all", "*"}


class AzureOwnGrants:
    """Who reads secrets by an access policy, and who administers a database server. Groups count for their members."""

    def __init__(self, estate: Estate, iam: AzureIam, gates: AzureGates, steps: Steps) -> None:
        self._iam = iam
        self._gates = gates
        self._steps = steps
        self._by_reader: dict[str, list[AssetRecord]] = {}
        self._by_admin: dict[str, list[AssetRecord]] = {}
        for vault in estate.of_kind("azure.vault"):
            view = estate.view(vault)
            if view.flag("enableRbacAuthorization", "enable_rbac_authorization"):
                continue
            for policy in view.each("accessPolicies", "access_policies"):
                rights = {r.lower() for r in policy.at("permissions").texts("secrets")}
                who = policy.text("objectId", "object_id").lower()
                if who and rights & _READS:
                    self._by_reader.setdefault(who, []).append(vault)
        for server in estate.of_kind("azure.sql"):
            view = estate.view(server)
            for admin in [view.at("administrators"), *view.each("administrators")]:
                if who := admin.text("sid", "objectId").lower():
                    self._by_admin.setdefault(who, []).append(server)

    def grants(self, principal: str) -> bool:
        """Whether any resource grants something to a principal."""
        groups = self._iam.engine.groups(principal)
        return any(group in self._by_reader or group in self._by_admin for group in groups)

    def add(self, key: str, principal: str, callers: Iterable[AssetRecord]) -> None:
        """Steps from the position of a principal to what is granted to it, where the network lets it in."""
        listed = list(callers)
        for group in sorted(self._iam.engine.groups(principal)):
            for vault in self._by_reader.get(group, ()):
                why = f"an access policy of {shown(name_of(vault))} lets it read secrets"
                self._step(key, vault, Relation.READS, why, listed)
            for server in self._by_admin.get(group, ()):
                why = f"it administers {shown(name_of(server))} by the server's own record"
                self._step(key, server, Relation.CONTROLS, why, listed)

    def _step(
        self, key: str, target: AssetRecord, relation: Relation, why: str, callers: list[AssetRecord]
    ) -> None:
        open_ = self._gates.lets_in(target, callers)
        if open_ is False:
            return
        chance = self._steps.words.step["reads"]
        names = (name_of(target),)
        self._steps.join(key, target.asset_id, relation, chance, why, known=bool(open_), names=names)
