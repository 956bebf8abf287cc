"""Steps that AWS permissions allow: to run as a role, assume, escalate, read data, run code. Each by its statements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tools.findings.model import AssetRecord
from tools.priority.estate import Estate, name_of
from tools.priority.graph.aws_load import AwsIam, Holds
from tools.priority.graph.jewels import Jewels
from tools.priority.graph.model import BUNDLE, Edge, Node, NodeKind, Parts, Relation
from tools.priority.graph.vocabulary import GraphWords
from tools.priority.iam.aws.identity import Principal
from tools.priority.iam.aws.reach import DataAction
from tools.priority.iam.logic import Evidence, Verdict
from tools.priority.reading import shown

_ACTIONS: tuple[tuple[DataAction, Relation, str], ...] = (
    (DataAction("s3:GetObject", "s3", suffix="/*"), Relation.READS, "reads"),
    (DataAction("s3:PutBucketPolicy", "s3", kind="policy"), Relation.CONTROLS, "controls"),
    (DataAction("secretsmanager:GetSecretValue", "secretsmanager", ":secret:"), Relation.READS, "reads"),
    (DataAction("ssm:GetParameter", "ssm", ":parameter/"), Relation.READS, "reads"),
    (DataAction("dynamodb:Scan", "dynamodb", ":table/"), Relation.READS, "reads"),
    (DataAction("dynamodb:GetItem", "dynamodb", ":table/"), Relation.READS, "reads"),
    (
        DataAction("rds:ModifyDBSnapshotAttribute", "rds", ":snapshot:", kind="copy"),
        Relation.COPIES,
        "controls",
    ),
    (DataAction("rds:CreateDBSnapshot", "rds", ":db:", kind="copy"), Relation.COPIES, "controls"),
    (
        DataAction("ec2:ModifySnapshotAttribute", "ec2", ":snapshot/", kind="copy"),
        Relation.COPIES,
        "controls",
    ),
    (
        DataAction("lambda:UpdateFunctionCode", "lambda", ":function:", kind="code"),
        Relation.CONTROLS,
        "controls",
    ),
    (DataAction("ssm:SendCommand", "ec2", ":instance/", kind="run"), Relation.CONTROLS, "controls"),
)
_MOST_SHOWN = 3


def admin_key(account: str) -> str:
    """The node of an account's administrator."""
    return f"admin:{account}"


class AwsIdentityEdges:
    """Adds what identities can do."""

    def __init__(self, estate: Estate, iam: AwsIam, jewels: Jewels, words: GraphWords, parts: Parts) -> None:
        self._estate = estate
        self._iam = iam
        self._jewels = jewels
        self._words = words
        self._parts = parts
        self._hubs: dict[tuple[str, ...], str] = {}

    def add(self) -> None:
        """All steps of all identities."""
        self._workloads()
        for arn, principal in self._iam.engine.principals.items():
            key = self._key(arn)
            if key is None or "/aws-service-role/" in arn:
                continue
            if not self._administers(key, principal):
                self._assumes(key, principal)
                self._escalates(key, principal)
                self._touches(key, principal)
            else:
                self._assumes(key, principal)

    def _key(self, arn: str) -> str | None:
        asset = self._iam.by_arn.get(arn)
        return asset.asset_id if asset is not None else None

    def _workloads(self) -> None:
        """Whoever controls a workload acts as its role."""
        for asset_id, holds in self._iam.roles_of.items():
            asset = self._estate.assets[asset_id]
            chance, how, known = self._credentials(asset)
            if chance <= 0:
                continue
            for held in holds:
                self._runs_as(asset, held, chance, how, known=known)

    def _runs_as(self, asset: AssetRecord, held: Holds, chance: float, how: str, *, known: bool) -> None:
        target = self._key(held.role)
        name = shown(held.role.rsplit("/", 1)[-1])
        if target is None:
            target = self._parts.add(Node(held.role, NodeKind.IDENTITY, name, "", asset.account))
            how, known = f"{how}; what its role may do was not collected", False
            self._parts.join(
                Edge(
                    target,
                    self._admin_node(asset.account),
                    Relation.ESCALATES,
                    self._words.step["unknown"] ** 3,
                    "what it may do was not collected",
                    known=False,
                )
            )
        elif not held.sure:
            how, known = f"{how}; no record names its role, {name} is likely", False
        scaled = chance if held.sure else chance * self._words.step["unknown"]
        self._parts.join(
            Edge(
                asset.asset_id,
                target,
                Relation.RUNS_AS,
                scaled,
                how,
                (),
                (shown(name_of(asset)), name),
                known,
            )
        )

    def _credentials(self, asset: AssetRecord) -> tuple[float, str, bool]:
        """The chance of getting a workload's credentials, how, and whether a record says so."""
        step, view = self._words.step, self._estate.view(asset)
        if self._estate.kind(asset) != "ec2.instance":
            return step["runs_as"], "its code runs with the role's credentials", True
        options = view.at("MetadataOptions", "metadata_options")
        tokens = (options.text("HttpTokens") or view.text("http_tokens")).lower()
        if (options.text("HttpEndpoint") or view.text("http_endpoint")).lower() == "disabled":
            return 0.0, "", True
        if tokens == "required":
            return (
                step["runs_as_token"],
                "its metadata service asks for a token, which its own code can get",
                True,
            )
        if tokens:
            return step["runs_as"], "its metadata service asks for no token", True
        return step["runs_as_token"], "how its metadata service is set was not collected", True

    def _administers(self, key: str, principal: Principal) -> bool:
        decision = self._iam.escalations.admin(principal.arn)
        if not decision.possible:
            return False
        self._to_admin(
            key,
            principal,
            decision.because,
            self._words.step["controls"],
            "may do everything",
            decision.verdict,
        )
        return decision.allowed

    def _to_admin(
        self, key: str, who: Principal, because: Iterable[Evidence], chance: float, why: str, verdict: Verdict
    ) -> None:
        target = self._admin_node(who.account)
        self._join(key, target, Relation.ESCALATES, chance, f"{who.name} {why}", because, verdict)

    def _admin_node(self, account: str) -> str:
        return self._parts.add(
            Node(
                admin_key(account),
                NodeKind.CONTROL_PLANE,
                f"administrator of {shown(account)}",
                "",
                account,
                self._words.jewel["admin"],
                "everything in the account",
            )
        )

    def _assumes(self, key: str, principal: Principal) -> None:
        for step in self._iam.graph.steps_from(principal.arn):
            target = self._key(step.role)
            if target is None or target == key:
                continue
            why = f"{principal.name} may assume {step.role.rsplit('/', 1)[-1]}"
            self._join(
                key,
                target,
                Relation.ASSUMES,
                self._words.step["assumes"],
                why,
                step.decision.because,
                step.decision.verdict,
            )

    def _escalates(self, key: str, principal: Principal) -> None:
        chance = self._words.step["escalates"]
        for found in self._iam.escalations.of(principal.arn):
            if found.gain in ("admin", "policy"):
                certain = found.verdict if found.gain == "admin" else Verdict.UNKNOWN
                self._to_admin(
                    key, principal, found.because, chance, f"{found.summary} ({found.combination})", certain
                )
                continue
            for target_arn in found.targets:
                target = self._key(target_arn)
                if target is not None and target != key:
                    why = f"{principal.name} {found.summary} ({found.combination})"
                    self._join(key, target, Relation.ESCALATES, chance, why, found.because, found.verdict)

    def _touches(self, key: str, principal: Principal) -> None:
        """Data, secrets and code that the identity can get at. Resources that are treated alike share one place."""
        for action, relation, chance_name in _ACTIONS:
            chance = self._words.step[chance_name]
            for reach in self._iam.reach.of(principal.arn, (action,)):
                for group in reach.classes:
                    members = tuple(m for m in group.members if self._worth(m, action))
                    if members:
                        why = f"{principal.name} is allowed {action.action}"
                        target = self._target(members, action)
                        self._join(
                            key, target, relation, chance, why, group.decision.because, group.decision.verdict
                        )
                for arn, decision in reach.single:
                    asset = self._iam.asset(arn)
                    if asset is not None and self._worth(arn, action):
                        why = f"{principal.name} is allowed {action.action} on {shown(name_of(asset))}"
                        self._join(
                            key, asset.asset_id, relation, chance, why, decision.because, decision.verdict
                        )

    def _worth(self, arn: str, action: DataAction) -> bool:
        """Whether a step there leads anywhere: to data that is worth something, a secret, code or a machine."""
        asset = self._iam.asset(arn)
        if asset is None:
            return False
        return action.kind in {"code", "run"} or self._jewels.of(asset).value > 0 or action.kind == "copy"

    def _target(self, members: tuple[str, ...], action: DataAction) -> str:
        assets = [asset for m in members if (asset := self._iam.asset(m)) is not None]
        if len(assets) == 1:
            return assets[0].asset_id
        key = self._hubs.get((action.service, *members))
        if key is None:
            key = f"{BUNDLE}{action.action}/{len(self._hubs)}/{assets[0].asset_id}"
            self._hubs[action.service, *members] = key
            label = f"{len(assets)} resources of {action.service}"
            self._parts.add(Node(key, NodeKind.NETWORK, label, "", assets[0].account))
            for asset in assets:
                self._parts.join(
                    Edge(
                        key,
                        asset.asset_id,
                        Relation.READS,
                        0.999,
                        f"one of {len(assets)} that are treated alike",
                    )
                )
        return key

    def _join(
        self,
        source: str,
        target: str,
        relation: Relation,
        chance: float,
        why: str,
        because: Iterable[Evidence],
        verdict: Verdict,
    ) -> None:
        known = verdict is Verdict.ALLOW
        shown_by = list(self._sources(because))
        names = ", ".join(dict.fromkeys(name for name, _ in shown_by[:_MOST_SHOWN]))
        self._parts.join(
            Edge(
                source,
                target,
                relation,
                chance if known else chance * self._words.step["unknown"],
                shown(
                    f"{why}{f' by {names}' if names else ''}{'' if known else ', if a condition allows it'}",
                    300,
                ),
                tuple(sorted({asset_id for _, asset_id in shown_by if asset_id and asset_id != source})),
                tuple(name for name, _ in shown_by[:_MOST_SHOWN]),
                known,
            )
        )

    def _sources(self, because: Iterable[Evidence]) -> Iterator[tuple[str, str]]:
        """Names of the policies that allow a step, and their assets where there are any."""
        for evidence in because:
            if evidence.effect != "allow" or evidence.layer in {"scp", "boundary"}:
                continue
            asset = self._iam.by_arn.get(evidence.source)
            name = name_of(asset) if asset is not None else evidence.source.rsplit("/", 1)[-1]
            yield shown(name), asset.asset_id if asset is not None else ""
