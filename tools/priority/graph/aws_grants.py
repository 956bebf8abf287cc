"""From the internet by what is granted: public data and copies, open roles, functions that anyone may run, logins."""

from __future__ import annotations

from collections.abc import Iterator

from tools.findings.model import AssetRecord
from tools.priority.estate import Estate, name_of
from tools.priority.exposure import Reader, exposure_of
from tools.priority.exposure_aws_shared import login_of_its_own
from tools.priority.graph.aws_load import AwsIam
from tools.priority.graph.model import INTERNET, Edge, Node, NodeKind, Relation
from tools.priority.graph.vocabulary import GraphWords
from tools.priority.iam.aws.context import EMPTY, Context
from tools.priority.iam.aws.public import open_to_strangers
from tools.priority.iam.logic import Verdict
from tools.priority.reading import View, shown

_COPIES = ("ec2.snapshot", "rds.snapshot", "ec2.image")
_READ = {
    "s3.bucket": "s3:GetObject",
    "policy.secret": "secretsmanager:GetSecretValue",
    "policy.dynamodb": "dynamodb:GetItem",
    "policy.sqs": "sqs:ReceiveMessage",
    "policy.ecr": "ecr:BatchGetImage",
    "policy.kms": "kms:Decrypt",
}
_PUSH = "ecr:PutImage"
_CHANGE = "lambda:UpdateFunctionCode"
_RUN = ("lambda:InvokeFunction", "lambda:InvokeFunctionUrl")


class AwsGrants:
    """Entries by grant of one estate."""

    def __init__(self, estate: Estate, reader: Reader, iam: AwsIam, words: GraphWords) -> None:
        self._estate = estate
        self._reader = reader
        self._iam = iam
        self._words = words

    def edges(self) -> Iterator[Edge]:
        """One edge for each thing that strangers may use."""
        yield from self._roles()
        yield from self._data()
        yield from self._domains()
        yield from self._copies()
        yield from self._functions()
        yield from self._logins()
        yield from self._builds()

    def _edge(
        self,
        asset: AssetRecord,
        relation: Relation,
        chance: float,
        why: str,
        *,
        known: bool = True,
        behind: AssetRecord | None = None,
    ) -> Edge:
        scaled = chance if known else chance * self._words.step["unknown"]
        by = (behind.asset_id,) if behind is not None else ()
        return Edge(
            INTERNET, asset.asset_id, relation, scaled, shown(why, 300), by, (shown(name_of(asset)),), known
        )

    def _roles(self) -> Iterator[Edge]:
        entry = self._words.entry
        for arn, entries in self._iam.graph.trusts.items():
            role = self._iam.by_arn.get(arn)
            if role is None:
                continue
            for trust in entries:
                if trust.strangers is Verdict.DENY:
                    continue
                known = trust.strangers is Verdict.ALLOW
                if trust.kind == "oidc":
                    why = f"any user of {trust.party} may become {name_of(role)}"
                    provider = f"arn:aws:iam::{role.account}:oidc-provider/{trust.party}"
                    behind = self._estate.find(role.account, provider, "iam.oidc")
                    chance = entry["federated_trust"]
                    yield self._edge(role, Relation.ASSUMES, chance, why, known=known, behind=behind)
                else:
                    yield self._edge(
                        role,
                        Relation.ASSUMES,
                        entry["open_trust"],
                        f"anyone may assume {name_of(role)}",
                        known=known,
                    )

    def _data(self) -> Iterator[Edge]:
        for kind, action in _READ.items():
            for asset in self._estate.of_kind(kind):
                exposure = exposure_of(self._reader, asset).fact
                if exposure.state == "absent" and kind == "s3.bucket":
                    continue
                verdict = self._strangers(asset, action)
                by_list = (
                    kind == "s3.bucket" and exposure.state == "known" and "access list" in exposure.value
                )
                if verdict is Verdict.DENY and not by_list:
                    continue
                known = by_list or verdict is Verdict.ALLOW
                why = exposure.value if by_list else f"its policy allows {action} to anyone"
                yield self._edge(asset, Relation.READS, self._words.entry["public_data"], why, known=known)

    def _domains(self) -> Iterator[Edge]:
        """Search domains whose endpoint is public: what their policy lets anyone do, they do without a login."""
        for asset in self._estate.of_kind("es.domain"):
            exposure = exposure_of(self._reader, asset).fact
            if exposure.state == "absent" or exposure.high <= 0:
                continue
            login = login_of_its_own(self._estate.view(asset))
            yield self._edge(
                asset,
                Relation.SIGNS_IN if login else Relation.READS,
                self._words.entry["database_login" if login else "public_data"],
                exposure.value,
                known=exposure.state == "known",
            )

    def supplied(self) -> Iterator[tuple[Node, Edge]]:
        """Repositories that anyone may push to: whatever runs their images runs what a stranger put there."""
        for asset in self._estate.of_kind("policy.ecr"):
            verdict = self._strangers(asset, _PUSH)
            if verdict is Verdict.DENY:
                continue
            name = shown(name_of(asset))
            worth = self._words.jewel["secret"]
            node = Node(
                f"push:{asset.asset_id}",
                NodeKind.SERVICE,
                f"images of {name}",
                asset.asset_id,
                asset.account,
                worth,
                "whatever runs them",
            )
            known = verdict is Verdict.ALLOW
            chance = self._words.entry["public_data"] * (1.0 if known else self._words.step["unknown"])
            why = f"its policy allows {_PUSH} to anyone"
            yield node, Edge(INTERNET, node.key, Relation.WRITES, chance, why, (), (name,), known)

    def _strangers(self, asset: AssetRecord, *actions: str, context: Context = EMPTY) -> Verdict:
        arn = asset.uid if asset.uid in self._iam.engine.resources else ""
        resource = self._iam.engine.resources.get(arn)
        if resource is None or resource.policy is None:
            return Verdict.DENY
        if ":s3:::" in arn:
            resource = resource.inside("/*")
        found = open_to_strangers(self._iam.engine.evaluator, resource, actions, context)
        order = (Verdict.ALLOW, Verdict.UNKNOWN, Verdict.DENY)
        return min((d.verdict for d in found.values()), key=order.index)

    def _copies(self) -> Iterator[Edge]:
        """Public snapshots and images, and what they are copies of."""
        for asset in self._estate.of_kind(*_COPIES):
            exposure = exposure_of(self._reader, asset).fact
            if exposure.state == "known" and exposure.grade > 0:
                yield self._edge(asset, Relation.COPIES, self._words.entry["public_copy"], exposure.value)
            for source in self._sources(asset):
                yield Edge(
                    asset.asset_id,
                    source.asset_id,
                    Relation.COPIES,
                    self._words.step["reads"],
                    f"{shown(name_of(asset))} is a copy of {shown(name_of(source))}",
                    (),
                    (shown(name_of(asset)), shown(name_of(source))),
                )

    def _sources(self, asset: AssetRecord) -> Iterator[AssetRecord]:
        view, kind = self._estate.view(asset), self._estate.kind(asset)
        names = {
            "rds.snapshot": [view.text("DBInstanceIdentifier", "instance_id", "DBClusterIdentifier")],
            "ec2.snapshot": [view.text("VolumeId", "volume")],
            "ec2.image": [m.at("Ebs").text("SnapshotId") for m in view.each("BlockDeviceMappings")],
        }[kind]
        kinds = {
            "rds.snapshot": ("rds.db",),
            "ec2.snapshot": ("ec2.volume",),
            "ec2.image": ("ec2.snapshot",),
        }[kind]
        yield from self._estate.find_all(asset.account, [n for n in names if n], *kinds)

    def _functions(self) -> Iterator[Edge]:
        for asset in self._estate.of_kind("lambda.function"):
            view = self._estate.view(asset)
            if view.at("Concurrency").text("ReservedConcurrentExecutions") == "0":
                continue
            address = view.at("FunctionUrlConfig", "url_config", "FunctionUrl")
            login = address.text("AuthType", "auth_type").upper().rpartition(".")[2]
            bare = login == "NONE"
            asked = Context.of({"lambda:FunctionUrlAuthType": login}) if login else EMPTY
            verdict = self._strangers(asset, *_RUN, context=asked)
            if verdict is Verdict.DENY and not (bare and self._iam.engine.resources.get(asset.uid) is None):
                continue
            how = "by an address without login" if bare else "by its policy"
            yield self._edge(
                asset,
                Relation.INVOKES,
                self._words.entry["public_function"],
                f"anyone may run {name_of(asset)} {how}",
                known=verdict is not Verdict.UNKNOWN,
            )
            if (change := self._strangers(asset, _CHANGE)) is not Verdict.DENY:
                why = f"anyone may change the code of {name_of(asset)} by its policy"
                chance = self._words.entry["open_trust"]
                yield self._edge(asset, Relation.CONTROLS, chance, why, known=change is Verdict.ALLOW)

    def _logins(self) -> Iterator[Edge]:
        """People who sign in with a password alone, and keys that are old enough to have gone astray."""
        for asset in self._estate.of_kind("iam.user"):
            exposure = exposure_of(self._reader, asset).fact
            if exposure.state != "known" or exposure.grade <= 0:
                continue
            password = "password" in exposure.value
            chance = self._words.entry["console_no_mfa" if password else "old_key"]
            if not password and not _active_key(self._estate.view(asset)):
                continue
            yield self._edge(asset, Relation.SIGNS_IN, chance, f"{name_of(asset)} {exposure.value}")

    def _builds(self) -> Iterator[Edge]:
        """Builds that run what anybody proposes."""
        for asset in self._estate.of_kind("aws.build"):
            view = self._estate.view(asset)
            public = view.text("projectVisibility").upper() == "PUBLIC_READ"
            if _builds_for_anyone(view):
                why = f"{name_of(asset)} builds pull requests of anybody"
                yield self._edge(asset, Relation.CONTROLS, self._words.entry["federated_trust"], why)
            elif public:
                yield self._edge(
                    asset, Relation.READS, self._words.entry["web"], "its builds can be read by anyone"
                )


def _active_key(view: View) -> bool:
    keys = list(view.each("AccessKeys", "access_keys", "AccessKeyMetadata"))
    if keys:
        return any(k.text("Status").lower() != "inactive" for k in keys)
    return any(view.flag(k) for k in ("access_key_1_active", "access_key_2_active"))


def _builds_for_anyone(view: View) -> bool:
    """Whether a filter group lets pull requests in without saying of whom. All filters of a group must match."""
    groups = view.at("webhook").get("filterGroups")
    for group in groups if isinstance(groups, list) else ():
        filters = [View(f) for f in group] if isinstance(group, list) else []
        pulls = any(f.text("type") == "EVENT" and "PULL_REQUEST" in f.text("pattern") for f in filters)
        named = any(
            f.text("type") == "ACTOR_ACCOUNT_ID"
            and not f.flag("excludeMatchedPattern")
            and _anchored(f.text("pattern"))
            for f in filters
        )
        if pulls and not named:
            return True
    return False


def _anchored(pattern: str) -> bool:
    """An unanchored pattern matches longer ids that somebody else may have."""
    return all(part.startswith("^") and part.endswith("$") for part in [pattern])
