"""Steps that Google Cloud's bindings allow: to run as an account, to become another, to reach data, to run code.

What strangers (`allUsers`, `allAuthenticatedUsers`) hold starts at the internet.
"""

from __future__ import annotations

from collections.abc import Iterator

from tools.findings.model import AssetRecord
from tools.priority.estate import Estate, name_of
from tools.priority.graph.gcp_deeds import Deed, deeds, within
from tools.priority.graph.gcp_load import GcpIam, Runs, pool_of
from tools.priority.graph.gcp_targets import GcpTargets, runs
from tools.priority.graph.jewels import Jewels
from tools.priority.graph.model import INTERNET, NodeKind, Relation
from tools.priority.graph.steps import Steps
from tools.priority.iam.logic import Decision, Truth, Verdict, truth_of
from tools.priority.reading import shown

STRANGERS = "allAuthenticatedUsers"
_MOST_MEMBERS = 20_000
Signature = tuple[tuple[str, bool, Truth], ...]


class GcpIdentityEdges:
    """Adds what identities, and strangers, can do."""

    def __init__(self, estate: Estate, iam: GcpIam, jewels: Jewels, steps: Steps) -> None:
        self._estate = estate
        self._iam = iam
        self._steps = steps
        self._possible: dict[Signature, tuple[Deed, ...]] = {}
        self._targets = GcpTargets(estate, iam, jewels, steps)
        self._denies = any(estate.of_kind("gcp.deny"))

    def add(self) -> None:
        """All steps of all identities."""
        self._may(INTERNET, STRANGERS, deeds())
        for email in sorted(self._emails()):
            record = self._iam.accounts.get(email)
            if record is not None and self._estate.view(record).flag("disabled"):
                continue
            principal = f"serviceAccount:{email}"
            if self._bound(principal):
                self._may(self.key(email), principal, deeds())
        for provider in self._estate.of_kind("gcp.pool"):
            path = pool_of(provider, self._estate.view(provider))
            if path in self._iam.pools:
                who = f"principal://iam.googleapis.com/{path}/subject/any"
                self._may(provider.asset_id, who, deeds())
        for asset_id, held in self._iam.runs.items():
            for one in held:
                self._runs_as(self._estate.assets[asset_id], one)

    def key(self, email: str) -> str:
        """The position of a service account: its record, or a place of its own."""
        record = self._iam.accounts.get(email)
        return record.asset_id if record else self._steps.place(f"sa:{email}", NodeKind.IDENTITY, email)

    def _emails(self) -> set[str]:
        named = {
            m.partition(":")[2] for m in self._iam.bound if m.startswith("serviceAccount:") and "[" not in m
        }
        return named | set(self._iam.accounts) | {r.email for held in self._iam.runs.values() for r in held}

    def _bound(self, principal: str) -> list[str]:
        """Nodes whose policies name the principal or a group of its; strangers' grants reach everybody anyway."""
        names = self._iam.engine.identities(principal) - {"allUsers", STRANGERS}
        if principal == STRANGERS:
            names = {STRANGERS}
        if principal.startswith("principal:"):
            pool = principal.partition("iam.googleapis.com/")[2].partition("/subject/")[0]
            return sorted(self._iam.pools.get(pool, ()))
        found = {node for name in names for node in self._iam.bound.get(name, ())}
        for project in [n for n in found if n.startswith("projects/") and n.count("/") == 1]:
            found.update(self._iam.special.get(project, ()))
        return sorted(found)

    def _runs_as(self, workload: AssetRecord, held: Runs) -> None:
        """Whoever controls a workload acts as its account."""
        if not runs(self._estate.view(workload)):
            return
        machine = self._estate.kind(workload) == "gcp.vm"
        chance = self._steps.words.step["runs_as_token" if machine else "runs_as"]
        how = (
            "its metadata service gives code on it the account's tokens" if machine else "its code runs as it"
        )
        self.runs_as(workload.asset_id, workload, held, chance, how)

    def runs_as(self, source: str, workload: AssetRecord, held: Runs, chance: float, how: str) -> None:
        """A step from a position to an account, as far as the scopes go. `workload`: whose record says so."""
        record = self._iam.accounts.get(held.email)
        if record is not None and self._estate.view(record).flag("disabled"):
            return
        principal = f"serviceAccount:{held.email}"
        if not self._bound(principal):
            self._unknown(source, workload, held, chance, how)
            return
        target = self.key(held.email)
        if held.limited:
            able = within(held.scopes)
            if not able:
                return
            target = f"scoped:{target}/{'+'.join(sorted(set(held.scopes)))}"
            if target not in self._steps.parts.nodes:
                label = f"{self._iam.name(principal)} within scopes"
                self._steps.place(target, NodeKind.IDENTITY, label, workload.account)
                self._may(target, principal, able)
            how = f"{how}, within its scopes"
        behind = (record,) if record else ()
        self._steps.join(source, target, Relation.RUNS_AS, chance, how, behind, names=(name_of(workload),))

    def member(self, key: str, member: str) -> bool:
        """What bindings give to a member that is no service account, from its position; whether they name it."""
        if member not in self._iam.bound:
            return False
        self._may(key, member, deeds())
        return True

    def _unknown(self, source: str, workload: AssetRecord, held: Runs, chance: float, how: str) -> None:
        """An account whose grants nobody collected may be what the default one is: an editor."""
        project = self._iam.project_of(workload)
        if held.limited or f"projects/{project}" in self._iam.collected:
            return
        target, step = self.key(held.email), self._steps.words.step
        admin = self._steps.admin(project, project, workload.account)
        self._steps.join(source, target, Relation.RUNS_AS, chance, how)
        why = "what it may do was not collected"
        self._steps.join(target, admin, Relation.ESCALATES, step["unknown"] ** 2, why, known=False)

    # --- bindings ----------------------------------------------------------------------------------------------

    def _may(self, key: str, principal: str, able: tuple[Deed, ...]) -> None:
        for node in self._bound(principal):
            if "/" in node and node.count("/") == 1:
                self._container(key, principal, node, able)
            else:
                project = self._iam.project_node(node)
                for deed in self._deeds_at(principal, node, able):
                    if deed.on == _kind(node):
                        self._do(key, principal, deed, project, [node], node, "")

    def _container(self, key: str, principal: str, node: str, able: tuple[Deed, ...]) -> None:
        if not node.startswith("projects/"):
            for deed in self._deeds_at(principal, node, able):
                if deed.gain in {"admin", "policy"} and deed.on in {"organization", "folder"}:
                    self._admin(key, principal, deed, node)
        for project in self._iam.projects_under(node):
            here = self._deeds_at(principal, project, able)
            accounts = [d for d in here if d.on == "service-account" and d.gain == "identity"]
            becomes = any(self._decide(principal, d, project, project).allowed for d in accounts)
            for deed in here:
                members = [project] if deed.on == "project" else self._iam.lies.get((project, deed.on), [])
                if members:
                    home = project if becomes else ""
                    self._do(key, principal, deed, project, members[:_MOST_MEMBERS], project, home)

    def _deeds_at(self, principal: str, node: str, able: tuple[Deed, ...]) -> tuple[Deed, ...]:
        """The deeds that the roles at or above a node may allow: the same for all who hold the same roles."""
        held = {(b.role, bool(b.condition), truth) for b, truth in self._iam.engine.bindings(principal, node)}
        signature: Signature = tuple(sorted(held))
        if signature not in self._possible or self._denies:
            # Only the first permission is asked here: the others may be held on the project alone.
            self._possible[signature] = tuple(
                d for d in deeds() if self._iam.engine.can(principal, d.permissions[0], node).possible
            )
        possible = self._possible[signature]
        return possible if len(able) == len(deeds()) else tuple(d for d in possible if d in able)

    def _decide(self, principal: str, deed: Deed, node: str, project: str) -> Decision:
        found = [self._iam.engine.can(principal, deed.permissions[0], node)]
        for permission in deed.permissions[1:]:
            if not found[0].possible:
                break
            one = self._iam.engine.can(principal, permission, project)
            if not one.allowed:
                one = max((one, *self._elsewhere(principal, permission)), key=lambda d: truth_of(d.verdict))
            found.append(one)
        decided = min(found, key=lambda d: truth_of(d.verdict))
        # The grant of the first permission is what ties the step to its targets: it always counts as behind it.
        return decided._replace(because=tuple(dict.fromkeys((*found[0].because, *decided.because))))

    def _elsewhere(self, principal: str, permission: str) -> Iterator[Decision]:
        """In another project: attaching an account across projects hangs on a constraint."""
        for node in self._bound(principal):
            if node.startswith("projects/") and node.count("/") == 1:
                one = self._iam.engine.can(principal, permission, node)
                if one.possible:
                    hangs = ("iam.disableCrossProjectServiceAccountUsage",)
                    yield Decision(Verdict.UNKNOWN, "allowed in another project", one.because, hangs)
                    return

    def _do(
        self,
        key: str,
        principal: str,
        deed: Deed,
        project: str,
        members: list[str],
        node: str,
        becomes: str,
    ) -> None:
        decision = self._decide(principal, deed, node, project)
        if not decision.possible:
            return
        if deed.on == "project" and deed.gain in {"admin", "policy"}:
            self._admin(key, principal, deed, node)
            return
        targets = list(self._targets.of(deed, members, key, becomes=becomes))
        if not targets:
            return
        if key == INTERNET:
            self._open(deed, targets, decision)
            return
        chance = self._chance(deed)
        why = f"{shown(self._iam.name(principal))} {deed.summary}{self._as(decision)}"
        bundled = self._steps.bundle(
            "gcp", targets, f"{len(targets)} resources: {deed.summary}", project.partition("/")[2]
        )
        verdict = Verdict.UNKNOWN if deed.gain == "policy" else decision.verdict
        told = decision._replace(verdict=verdict)
        self._steps.decided(
            key, bundled, deed.relation, chance, why, told, self._iam.behind(decision.because)
        )

    def _chance(self, deed: Deed) -> float:
        words = self._steps.words
        if deed.relation is Relation.INVOKES:
            return words.entry["public_function"]
        if deed.relation is Relation.READS:
            return words.step["reads"]
        return words.step["controls" if deed.gain == "data" else "escalates"]

    def _as(self, decision: Decision) -> str:
        roles = self._iam.role_names(decision.because)
        return f" as {shown(roles)}" if roles else ""

    def _open(self, deed: Deed, targets: list[str], decision: Decision) -> None:
        """What strangers may do is an entry of its own for each thing."""
        entry = self._steps.words.entry
        name = "open_trust" if deed.gain == "identity" else "public_data"
        known = decision.verdict is Verdict.ALLOW
        relation = Relation.ASSUMES if deed.gain == "identity" else deed.relation
        for target in targets:
            asset = self._estate.assets.get(target)
            why = f"anyone {deed.summary}{self._as(decision)}"
            behind = self._iam.behind(decision.because)
            names = (name_of(asset),) if asset is not None else ()
            self._steps.join(INTERNET, target, relation, entry[name], why, behind, known=known, names=names)

    def _admin(self, key: str, principal: str, deed: Deed, node: str) -> None:
        decision = self._iam.engine.can(principal, deed.permissions[0], node)
        if deed.on == "project":
            decision = self._decide(principal, deed, node, node)
        if not decision.possible:
            return
        name = node.partition("/")[2]
        record = self._iam.asset.get(node)
        label = name_of(record) if record is not None else name
        wide = not node.startswith("projects/")
        admin = self._steps.admin(name if not wide else node, label, "" if wide else name, wide=wide)
        why = f"{shown(self._iam.name(principal))} {deed.summary}{self._as(decision)}"
        told = decision._replace(verdict=Verdict.UNKNOWN) if deed.gain == "policy" else decision
        step = self._steps.words.step
        chance = step["controls" if deed.id.startswith("set-iam") else "escalates"]
        self._steps.decided(
            key, admin, Relation.ESCALATES, chance, why, told, self._iam.behind(decision.because)
        )


def _kind(node: str) -> str:
    if "/serviceAccounts/" in node:
        return "service-account"
    parts = node.split("/")
    return parts[2][:-1] if len(parts) > 3 else parts[0][:-1]
