"""Key vaults that go by access policies of their own and not by roles."""

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


class AzureVaults:
    """Who reads secrets by an access policy. Groups count for their members."""

    def __init__(self, estate: Estate, iam: AzureIam, gates: AzureGates, steps: Steps) -> None:
        self._iam = iam
        self._gates = gates
        self._steps = steps
        self._by_reader: dict[str, list[AssetRecord]] = {}
        for vault in estate.of_kind("azure.vault"):
            view = estate.view(vault)
            if view.flag("enableRbacAuthorization", "enable_rbac_authorization"):
                continue
            for policy in view.each("accessPolicies", "access_policies"):
                rights = {r.lower() for r in policy.at("permissions").texts("secrets")}
                who = policy.text("objectId", "object_id").lower()
                if who and rights & _READS:
                    self._by_reader.setdefault(who, []).append(vault)

    def reads(self, principal: str) -> bool:
        """Whether a principal reads the secrets of any vault."""
        return any(group in self._by_reader for group in self._iam.engine.groups(principal))

    def add(self, key: str, principal: str, callers: Iterable[AssetRecord]) -> None:
        """Steps from the position of a principal to its vaults, where their network lets it in."""
        listed = list(callers)
        for group in sorted(self._iam.engine.groups(principal)):
            for vault in self._by_reader.get(group, ()):
                open_ = self._gates.lets_in(vault, listed)
                if open_ is False:
                    continue
                why = f"an access policy of {shown(name_of(vault))} lets it read secrets"
                chance = self._steps.words.step["reads"]
                self._steps.join(
                    key,
                    vault.asset_id,
                    Relation.READS,
                    chance,
                    why,
                    known=bool(open_),
                    names=(name_of(vault),),
                )
