"""Steps that Azure permissions allow: to run as an identity, to grant oneself roles, to reach data, to run code."""

from __future__ import annotations

from collections.abc import Iterator

from tools.findings.model import AssetRecord
from tools.priority.estate import Estate, name_of
from tools.priority.graph.azure_gates import AzureGates
from tools.priority.graph.azure_load import AzureIam, Runs
from tools.priority.graph.azure_own_grants import AzureOwnGrants
from tools.priority.graph.azure_targets import AzureTargets, Deed, deeds, runs
from tools.priority.graph.jewels import Jewels
from tools.priority.graph.model import NodeKind, Relation
from tools.priority.graph.steps import Steps
from tools.priority.iam.azure.escalate import type_of
from tools.priority.iam.logic import Decision, Truth, Verdict, truth_of
from tools.priority.reading import shown

_IDENTITIES = "microsoft.managedidentity/userassignedidentities"
Signature = tuple[tuple[str, str, bool, Truth], ...]


class AzureIdentityEdges:
    """Adds what identities can do."""

    def __init__(
        self, estate: Estate, iam: AzureIam, gates: AzureGates, jewels: Jewels, steps: Steps
    ) -> None:
        self._estate = estate
        self._iam = iam
        self._gates = gates
        self._jewels = jewels
        self._steps = steps
        self._targets = AzureTargets(estate, gates)
        self._denies = any(estate.of_kind("azure.deny"))
        self._possible: dict[Signature, tuple[Deed, ...]] = {}
        self._callers: dict[str, list[AssetRecord]] = {}
        self._values: dict[str, bool] = {}
        for asset_id, held in iam.runs.items():
            for one in held:
                self._callers.setdefault(one.principal, []).append(estate.assets[asset_id])
        self._granted = AzureOwnGrants(estate, iam, gates, steps)
        self._recorded = {"/" + "/".join(a.split("/")[1:3]) for a in self._assigned_scopes()}

    def add(self) -> None:
        """All steps of all identities."""
        principals = {*self._iam.engine.principals, *self._callers, *self._iam.people}
        for principal in sorted(principals):
            if self.holds(principal):
                key = self.key(principal)
                self._may(key, principal)
                self._granted.add(key, principal, self._callers.get(principal, []))
        for asset_id, held in self._iam.runs.items():
            asset = self._estate.assets[asset_id]
            for one in (
                held if self._estate.kind(asset) != "azure.aks" else ()
            ):  # its nodes have it, not its API
                self._runs_as(asset, one)

    def key(self, principal: str) -> str:
        """The position of a principal: its record, or a place of its own."""
        asset = self._iam.people.get(principal)
        if asset is not None:
            return asset.asset_id
        workloads = self._callers.get(principal, [])
        if len(workloads) == 1:
            one = workloads[0]
            label = f"identity of {name_of(one)}"
            return self._steps.place(
                f"identity:{principal}", NodeKind.IDENTITY, label, one.account, one.asset_id
            )
        return self._steps.place(f"identity:{principal}", NodeKind.IDENTITY, self._iam.name(principal))

    def name(self, principal: str) -> str:
        """What to call a principal: by its record, or by the one thing that runs as it."""
        workloads = self._callers.get(principal, [])
        if principal not in self._iam.people and len(workloads) == 1:
            return f"the identity of {shown(name_of(workloads[0]))}"
        return shown(self._iam.name(principal))

    def holds(self, principal: str) -> bool:
        """Whether a principal has any role, or anything that a resource grants by itself."""
        return bool(self._iam.engine.assignments(principal)) or self._granted.grants(principal)

    def _runs_as(self, workload: AssetRecord, held: Runs) -> None:
        """Whoever controls a workload acts as its identities."""
        if self._estate.kind(workload) == "azure.vm" and not runs(self._estate.view(workload)):
            return
        step = self._steps.words.step
        machine = self._estate.kind(workload) in {"azure.vm", "azure.vmss", "azure.aks"}
        how = (
            "its metadata service gives code on it the identity's tokens"
            if machine
            else "its code runs with them"
        )
        chance = step["runs_as_token" if machine else "runs_as"]
        known = self.holds(held.principal)
        record = self._iam.by_scope.get(held.resource) if held.resource else None
        if not known:
            if self._uncollected(workload):
                key = self.key(held.principal)
                account = workload.account
                admin = self._steps.admin(account.lower(), account, account)
                why = "what it may do was not collected"
                self._steps.join(workload.asset_id, key, Relation.RUNS_AS, chance, how, known=True)
                self._steps.join(key, admin, Relation.ESCALATES, step["unknown"] ** 2, why, known=False)
            return
        self._steps.join(
            workload.asset_id,
            self.key(held.principal),
            Relation.RUNS_AS,
            chance,
            how,
            (record,) if record else (),
            names=(name_of(workload),),
        )

    def _uncollected(self, workload: AssetRecord) -> bool:
        return f"/subscriptions/{workload.account.lower()}" not in self._recorded

    def _assigned_scopes(self) -> Iterator[str]:
        for principal in self._iam.engine.principals:
            for one in self._iam.engine.assignments(principal):
                yield one.scope

    # --- roles -------------------------------------------------------------------------------------------------

    def _may(self, key: str, principal: str) -> None:
        done: dict[tuple[str, Deed], bool] = {}
        for scope in self._iam.assigned(principal):
            for deed in self._deeds_at(principal, scope):
                if any(done.get((above, deed)) for above in self._iam.engine.ancestors(scope)):
                    continue
                decision = self._decide(principal, deed, scope)
                if decision.possible:
                    done[scope, deed] = decision.allowed and not self._denies
                    self._do(key, principal, deed, scope, decision)

    def _deeds_at(self, principal: str, scope: str) -> tuple[Deed, ...]:
        """The deeds that the roles at or above a scope may allow: the same for all who have the same roles."""
        engine = self._iam.engine
        above = engine.ancestors(scope)
        found = (
            (a.role, a.condition, a.eligible, engine.at_or_above(a.scope, scope, above))
            for a in engine.assignments(principal)
        )
        signature: Signature = tuple(sorted(one for one in found if one[3] is not Truth.NO))
        if signature not in self._possible:
            self._possible[signature] = tuple(
                d for d in deeds() if self._decide(principal, d, scope).possible or self._denies
            )
        return self._possible[signature]

    def _decide(self, principal: str, deed: Deed, scope: str) -> Decision:
        found = [
            self._iam.engine.can(principal, a.removeprefix("+"), scope, data=a.startswith("+"))
            for a in deed.actions
        ]
        return min(found, key=lambda d: truth_of(d.verdict))

    def _do(self, key: str, principal: str, deed: Deed, scope: str, decision: Decision) -> None:
        name = self.name(principal)
        if not deed.type:
            if deed.gain == "admin":
                self._to_admin(key, name, deed, scope, decision)
            elif deed.id == "deployment-script":
                self._reach(key, principal, name, deed, _IDENTITIES, scope, decision)
        else:
            self._reach(key, principal, name, deed, deed.type, scope, decision)

    def _to_admin(self, key: str, name: str, deed: Deed, scope: str, decision: Decision) -> None:
        """Whoever grants roles on a whole subscription administers it; elsewhere, what lies under the scope."""
        step = self._steps.words.step
        behind = self._iam.behind(decision.because)
        why = f"{name} {deed.summary}"
        if scope.startswith("/subscriptions/") and scope.count("/") == 2:
            subscription = scope.rsplit("/", 1)[-1]
            admin = self._steps.admin(subscription, self._label(scope), subscription)
            self._steps.decided(
                key, admin, Relation.ESCALATES, step["controls"], why, decision, behind, _roles(decision)
            )
        elif not scope.startswith("/subscriptions/"):
            admin = self._steps.admin(scope, f"everything under {self._label(scope)}", "", wide=True)
            self._steps.decided(
                key, admin, Relation.ESCALATES, step["controls"], why, decision, behind, _roles(decision)
            )
        elif deed.id == "role-assignments-write":
            members = [r for r, _ in self._valued(scope)]
            if members:
                target = self._bundle(members, "resources under one scope")
                why = f"{name} grants itself any role under {self._label(scope)}"
                self._steps.decided(
                    key,
                    target,
                    Relation.ESCALATES,
                    step["escalates"],
                    why,
                    decision,
                    behind,
                    _roles(decision),
                )

    def _label(self, scope: str) -> str:
        record = self._iam.by_scope.get(scope)
        return shown(name_of(record) if record is not None else scope.rsplit("/", 1)[-1] or "the tenant")

    def _valued(self, scope: str) -> Iterator[tuple[str, AssetRecord]]:
        """Resources under a scope that are worth something or run as somebody."""
        for type_ in self._iam.by_type:
            for resource, truth in self._iam.under(type_, scope):
                asset = self._iam.by_scope[resource]
                if truth is Truth.YES and (
                    self._jewels.of(asset).value > 0
                    or asset.asset_id in self._iam.runs
                    or type_ == _IDENTITIES
                ):
                    yield asset.asset_id, asset

    def _reach(
        self, key: str, principal: str, name: str, deed: Deed, type_: str, scope: str, decision: Decision
    ) -> None:
        callers = self._callers.get(principal, [])
        writes = self._writes(principal, deed, scope)
        sure: dict[Verdict, list[str]] = {Verdict.ALLOW: [], Verdict.UNKNOWN: []}
        for resource, lies in self._iam.under(type_, scope):
            asset = self._iam.by_scope[resource]
            if asset.asset_id == key or not self._worth(deed, asset):
                continue
            here = self._decide(principal, deed, resource) if self._denies else decision
            works = self._targets.works(deed, asset, callers, writes=writes)
            if works is False or not here.possible:
                continue
            known = here.allowed and works and lies is Truth.YES
            sure[Verdict.ALLOW if known else Verdict.UNKNOWN].append(self._position(deed, asset))
        step, behind = self._steps.words.step, self._iam.behind(decision.because)
        chance = step[
            "reads"
            if deed.relation is Relation.READS
            else "escalates"
            if deed.gain == "identity"
            else "controls"
        ]
        for verdict, members in sure.items():
            if members:
                why = f"{name} {deed.summary}"
                told = Decision(verdict, decision.reason, decision.because, decision.unknowns)
                self._steps.decided(
                    key,
                    self._bundle(members, deed.summary),
                    deed.relation,
                    chance,
                    why,
                    told,
                    behind,
                    _roles(decision),
                )

    def _writes(self, principal: str, deed: Deed, scope: str) -> bool:
        return bool(deed.type) and self._iam.engine.can(principal, deed.write, scope).allowed

    def _position(self, deed: Deed, asset: AssetRecord) -> str:
        """Where a deed leads: the resource, or the administrator of a cluster."""
        if deed.gain == "admin":
            return self._steps.admin(asset.asset_id, name_of(asset), asset.account)
        return asset.asset_id

    def _worth(self, deed: Deed, asset: AssetRecord) -> bool:
        """Whether a step there leads anywhere."""
        if deed.gain == "data":
            if type_of(asset.uid) in {"microsoft.sql/servers", "microsoft.compute/snapshots"}:
                return True
            return self._valuable(asset)
        if deed.gain == "identity" and asset.asset_id in self._iam.runs:
            return True
        return self._valuable(asset) or deed.gain in {"admin", "code"} or type_of(asset.uid) == _IDENTITIES

    def _valuable(self, asset: AssetRecord) -> bool:
        if asset.asset_id not in self._values:
            self._values[asset.asset_id] = self._jewels.of(asset).value > 0
        return self._values[asset.asset_id]

    def _bundle(self, members: list[str], label: str) -> str:
        account = self._estate.assets[members[0]].account if members[0] in self._estate.assets else ""
        return self._steps.bundle("azure", members, f"{len(members)} resources: {label}", account)


def _roles(decision: Decision) -> str:
    """Names of the roles that allow something: those of assignments are ids."""
    found = dict.fromkeys(shown(e.statement) for e in decision.because if e.effect == "allow")
    return ", ".join(list(found)[:2])
