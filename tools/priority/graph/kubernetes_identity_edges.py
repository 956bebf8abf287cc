"""Steps that a cluster's roles allow: from a pod to its account's token, from there to secrets, pods and the cluster.

An account whose token is not mounted gives a pod nothing. The cluster's administrator has every node and secret.
"""

from __future__ import annotations

from collections.abc import Iterable

from tools.findings.model import AssetRecord
from tools.priority.estate import Estate, name_of
from tools.priority.exposure import Reader, exposure_of
from tools.priority.graph.kubernetes_load import KubeCluster, Workload
from tools.priority.graph.model import INTERNET, Node, NodeKind, Relation
from tools.priority.graph.steps import Steps
from tools.priority.iam.kubernetes.escalate import escalations
from tools.priority.iam.kubernetes.rbac import ANONYMOUS
from tools.priority.iam.logic import Decision, Evidence, Verdict
from tools.priority.iam.model import Escalation
from tools.priority.reading import shown

_PODS = {"pods-exec", "pods-attach", "pods-debug", "nodes-proxy-get"}
_MAKES = {
    "pods-create", "deployments-create", "deployments-patch", "daemonsets-create", "daemonsets-patch",
    "statefulsets-create", "replicasets-create", "jobs-create", "cronjobs-create", "namespace-admin",
    "persistent-volumes",
}  # fmt: skip
_ENFORCE = "pod-security.kubernetes.io/enforce"


class KubernetesIdentityEdges:
    """Adds what accounts of one cluster can do. `linked`: accounts that have an identity of a cloud."""

    def __init__(
        self, estate: Estate, reader: Reader, cluster: KubeCluster, linked: Iterable[str], steps: Steps
    ) -> None:
        self._estate = estate
        self._reader = reader
        self._cluster = cluster
        self._linked = set(linked)
        self._steps = steps

    def add(self) -> None:
        """Tokens, rights, the administrator, and what requests without a login may do."""
        for workload in self._cluster.workloads:
            if workload.runs:
                self._token(workload)
                self._mounts(workload)
        for account in self._cluster.engine.service_accounts:
            found = escalations(self._cluster.engine, account)
            for one in found:
                self._gain(self.key(account), self._name(account), one)
        self._legacy()
        self._administrator()
        self._anonymous()

    # --- positions ---------------------------------------------------------------------------------------------

    def key(self, account: str) -> str:
        """The position of a service account."""
        record = self._cluster.accounts.get(account)
        if record is not None:
            return record.asset_id
        key = f"{account}@{self._cluster.key}"
        return self._steps.place(key, NodeKind.IDENTITY, f"account {account[3:]}", self._cluster.account)

    def admin(self) -> str:
        """The position of the cluster's administrator."""
        return self._steps.admin(self._cluster.key, self._cluster.name, self._cluster.account)

    def nodes(self) -> str:
        """The position on some node of the cluster."""
        key = f"nodes:{self._cluster.key}"
        return self._steps.place(
            key, NodeKind.COMPUTE, f"nodes of {self._cluster.name}", self._cluster.account
        )

    def _name(self, account: str) -> str:
        record = self._cluster.accounts.get(account)
        return shown(name_of(record)) if record is not None else shown(account[3:])

    # --- from pods ---------------------------------------------------------------------------------------------

    def mounted(self, workload: Workload) -> bool:
        """Whether the token of its account is in the pod: the pod decides before the account does."""
        own = workload.pod.flag("automountServiceAccountToken")
        if own is None:
            record = self._cluster.accounts.get(workload.account)
            own = (
                self._estate.view(record).flag("automountServiceAccountToken") if record is not None else None
            )
        projected = any(
            source.has("serviceAccountToken")
            for volume in workload.pod.each("volumes")
            for source in volume.at("projected").each("sources")
        )
        return own is not False or projected

    def _token(self, workload: Workload) -> None:
        if not self.mounted(workload):
            return
        record = self._cluster.accounts.get(workload.account)
        why = f"its pods hold the token of {self._name(workload.account)}"
        self._steps.join(
            workload.asset.asset_id,
            self.key(workload.account),
            Relation.RUNS_AS,
            self._steps.words.step["runs_as"],
            why,
            (record,) if record else (),
            names=(name_of(workload.asset),),
        )

    def _mounts(self, workload: Workload) -> None:
        """Secrets that a pod mounts or has in its environment."""
        named = {v.at("secret").text("secretName") for v in workload.pod.each("volumes")}
        for container in workload.containers():
            named |= {e.at("valueFrom").at("secretKeyRef").text("name") for e in container.each("env")}
            named |= {e.at("secretRef").text("name") for e in container.each("envFrom")}
        for secret in self._cluster.secrets.get(workload.namespace, ()):
            name = self._estate.view(secret).at("metadata").text("name")
            if name in named:
                why = f"its pods hold the secret {shown(name)}"
                chance = self._steps.words.step["holds"]
                self._steps.join(
                    workload.asset.asset_id,
                    secret.asset_id,
                    Relation.HOLDS,
                    chance,
                    why,
                    names=(name_of(workload.asset),),
                )

    # --- what rights give --------------------------------------------------------------------------------------

    def _gain(self, key: str, name: str, found: Escalation, chance: float = 0.0, lead: str = "") -> None:
        """One way, from one position. `chance`: of an entry; 0 for a step inside."""
        step = self._steps.words.step
        why = lead or f"{name} {found.summary}"
        if found.gain == "admin":
            self._step(key, self.admin(), Relation.ESCALATES, chance or step["controls"], why, found)
            return
        for space in found.targets:
            where = "" if space == "*" else f" in {shown(space)}"
            if found.gain == "credentials":
                target = self._secrets(space)
                self._step(key, target, Relation.READS, chance or step["reads"], why + where, found)
            elif found.combination in _PODS:
                pods = self._workloads(space)
                self._step(key, pods, Relation.CONTROLS, chance or step["controls"], why + where, found)
            else:
                self._step(
                    key,
                    self._accounts(space, key),
                    Relation.ESCALATES,
                    chance or step["escalates"],
                    why + where,
                    found,
                )
                if found.combination in _MAKES and self._unguarded(space):
                    note = f"{why}{where}, also such that leave their node to whoever is in them"
                    self._step(
                        key,
                        self.nodes(),
                        Relation.ESCALATES,
                        chance or step["escalates"] * step["hosts"],
                        note,
                        found,
                    )

    def _step(
        self, key: str, target: str | None, relation: Relation, chance: float, why: str, found: Escalation
    ) -> None:
        if target is None or target == key:
            return
        decision = Decision(found.verdict, "", found.because, found.unknowns)
        self._steps.decided(key, target, relation, chance, why, decision, self._behind(found.because))

    def _behind(self, because: Iterable[Evidence]) -> list[AssetRecord]:
        records = (self._cluster.granted.get(e.source) for e in because)
        return [record for record in records if record is not None]

    def _secrets(self, space: str) -> str:
        """The secrets of a namespace; those of none that is recorded are taken to be there."""
        held = self._cluster.secrets
        found = [s.asset_id for n, listed in held.items() if space in ("*", n) for s in listed]
        if found:
            return self._steps.bundle("k8s-secrets", found, f"{len(found)} secrets", self._cluster.account)
        worth = self._steps.words.jewel["secret"] if space == "*" else 0.0
        label = "secrets of " + (self._cluster.name if space == "*" else space)
        why = "what they hold opens other things" if worth else ""
        key = f"secrets:{self._cluster.key}/{space}"
        return self._steps.parts.add(
            Node(key, NodeKind.CREDENTIAL, shown(label), "", self._cluster.account, worth, why)
        )

    def _workloads(self, space: str) -> str | None:
        found = [w.asset.asset_id for w in self._cluster.space(space) if w.runs]
        return (
            self._steps.bundle("k8s-pods", found, f"{len(found)} workloads", self._cluster.account)
            if found
            else None
        )

    def _accounts(self, space: str, key: str) -> str | None:
        """Accounts of a namespace that lead anywhere: bound to something, or with an identity of a cloud."""
        engine = self._cluster.engine
        found = [
            self.key(account)
            for account in engine.service_accounts
            if space in ("*", account[3:].split("/", 1)[0])
            and (account in self._linked or any(engine.bindings(account)))
        ]
        found = [one for one in found if one != key]
        if not found:
            return None
        return self._steps.bundle("k8s-accounts", found, f"{len(found)} accounts", self._cluster.account)

    def _unguarded(self, space: str) -> bool:
        """Whether no pod security standard keeps privileged pods out of a namespace."""
        spaces = self._cluster.namespaces
        if space == "*":
            return True
        return spaces.get(space, {}).get(_ENFORCE, "privileged").lower() == "privileged"

    # --- the cluster itself ------------------------------------------------------------------------------------

    def _administrator(self) -> None:
        """What an administrator of the cluster goes on to, where anything leads to it at all."""
        admin = f"admin:{self._cluster.key}"
        if admin not in self._steps.parts.nodes:
            return
        step = self._steps.words.step
        why = f"an administrator of {shown(self._cluster.name)} starts pods on every node"
        self._steps.join(admin, self.nodes(), Relation.CONTROLS, step["controls"], why)
        accounts = self._accounts("*", admin)
        if accounts is not None:
            why = "an administrator acts as any account of the cluster"
            self._steps.join(admin, accounts, Relation.ESCALATES, step["controls"], why)
        # Secrets that nobody recorded stand for themselves where an account reads them: an administrator does so too.
        assumed = f"secrets:{self._cluster.key}/*" in self._steps.parts.nodes
        if assumed or any(self._cluster.secrets.values()):
            why = "an administrator reads every secret of the cluster"
            self._steps.join(admin, self._secrets("*"), Relation.READS, step["reads"], why)

    def _legacy(self) -> None:
        """Clusters that still go by attributes (GKE): every account may do everything, whatever its roles say."""
        asset = self._cluster.asset
        if asset is None or not self._estate.view(asset).at("legacyAbac").flag("enabled"):
            return
        for account in self._cluster.engine.service_accounts:
            why = (
                f"{shown(name_of(asset))} lets every account of its pods do everything (legacy authorization)"
            )
            chance = self._steps.words.step["controls"]
            self._steps.join(self.key(account), self.admin(), Relation.ESCALATES, chance, why, (asset,))

    def _anonymous(self) -> None:
        """Rights of requests without a login, and in GKE of anybody with a Google account."""
        asset = self._cluster.asset
        if asset is None:
            return
        exposure = exposure_of(self._reader, asset).fact
        if exposure.state == "absent" or exposure.grade <= 0:
            return
        subjects = [(ANONYMOUS, "a request without a login")]
        if self._cluster.kind == "gcp.gke":
            subjects.append(("group:system:authenticated", "anybody with a Google account"))
        joined = False
        for subject, who in subjects:
            for found in escalations(self._cluster.engine, subject):
                note = f"{who} {found.summary}"
                self._gain(asset.asset_id, who, found, self._steps.words.step["controls"], note)
                joined = joined or found.verdict is Verdict.ALLOW
        if joined:
            chance = self._steps.words.entry["anonymous_cluster"]
            why = f"{exposure.value}, and its roles let in whoever has no login of it"
            known = exposure.state == "known"
            self._steps.join(
                INTERNET, asset.asset_id, Relation.REACHES, chance, why, known=known, names=(name_of(asset),)
            )
