"""From the internet into Google Cloud: functions that anyone may call, pools that take anybody's tokens, open lists.

What bindings give to strangers on data and accounts is told by `gcp_identity_edges`.
"""

from __future__ import annotations

from tools.findings.model import AssetRecord
from tools.priority.enrich.model import Enrichments
from tools.priority.estate import Estate, name_of
from tools.priority.exposure import Reader, exposure_of
from tools.priority.graph.flaws import weakest
from tools.priority.graph.gcp_load import GcpIam, pool_of
from tools.priority.graph.gcp_targets import runs
from tools.priority.graph.model import INTERNET, Relation
from tools.priority.graph.steps import Steps
from tools.priority.iam.aws.trust import SHARED_ISSUERS
from tools.priority.iam.logic import Verdict
from tools.priority.reading import View, shown

_INVOKE = ("cloudfunctions.functions.invoke", "run.routes.invoke")
_NARROWS = (
    "repository",
    "sub",
    "project",
    "organization",
    "namespace",
    "owner",
    "workspace",
    "actor",
    "email",
)


class GcpGrants:
    """Entries by grant of one estate, and what is a copy of what."""

    def __init__(
        self, estate: Estate, reader: Reader, iam: GcpIam, enriched: Enrichments, steps: Steps
    ) -> None:
        self._estate = estate
        self._reader = reader
        self._iam = iam
        self._enriched = enriched
        self._steps = steps

    def add(self) -> None:
        """All entries."""
        for function in self._estate.of_kind("gcp.function"):
            self._function(function)
        for pool in self._estate.of_kind("gcp.pool"):
            self._pool(pool)
        self._lists()
        self._copies()

    def _enter(
        self, asset: AssetRecord, relation: Relation, chance: float, why: str, *, known: bool = True
    ) -> None:
        self._steps.join(
            INTERNET, asset.asset_id, relation, chance, why, known=known, names=(name_of(asset),)
        )

    def _function(self, function: AssetRecord) -> None:
        view, entry = self._estate.view(function), self._steps.words.entry
        if not runs(view) or not _answers(view):
            return
        node = self._iam.node[function.asset_id]
        decisions = [self._iam.engine.can("allAuthenticatedUsers", p, node) for p in _INVOKE]
        if view.flag("invokerIamDisabled") or any(d.verdict is Verdict.ALLOW for d in decisions):
            verdict = Verdict.ALLOW
        elif any(d.possible for d in decisions):
            verdict = Verdict.UNKNOWN
        else:
            return
        known = verdict is Verdict.ALLOW
        flaw = weakest(self._enriched.flaws.get(function.asset_id, ()), self._steps.words)
        why = f"anyone may call {shown(name_of(function))}"
        if flaw is not None and entry[flaw.name] >= entry["public_function"]:
            self._enter(function, Relation.EXPLOITS, entry[flaw.name], f"{why}; {flaw.why}", known=known)
        else:
            self._enter(function, Relation.INVOKES, entry["public_function"], why, known=known)

    # --- workload identity pools -------------------------------------------------------------------------------

    def _pool(self, provider: AssetRecord) -> None:
        """A pool whose identities hold something, where strangers get tokens that the provider takes."""
        view = self._estate.view(provider)
        if view.flag("disabled") or view.text("state").upper() in {"DELETED"}:
            return
        issuer = view.at("oidc").text("issuerUri", "issuer_uri").removeprefix("https://")
        shared = issuer.split("/", 1)[0].lower().endswith(SHARED_ISSUERS)
        if not shared:
            return
        narrowed = _narrowed(view.text("attributeCondition", "attribute_condition"))
        if narrowed:
            return
        if pool_of(provider, view) not in self._iam.pools:
            return
        why = f"any user of {shown(issuer)} gets a token that {shown(name_of(provider))} takes"
        known = narrowed is False
        self._enter(provider, Relation.ASSUMES, self._steps.words.entry["federated_trust"], why, known=known)

    # --- lists of access and copies ----------------------------------------------------------------------------

    def _lists(self) -> None:
        """Buckets whose access lists, not their policies, let anyone in."""
        for bucket in self._estate.of_kind("gcp.bucket"):
            view = self._estate.view(bucket)
            uniform = view.at("iamConfiguration").at("uniformBucketLevelAccess").flag("enabled")
            entities = {e.text("entity").lower() for e in [*view.each("acl"), *view.each("defaultObjectAcl")]}
            exposure = exposure_of(self._reader, bucket).fact
            if uniform or not entities & {"allusers", "allauthenticatedusers"} or exposure.grade <= 0:
                continue
            why = f"an access list of {shown(name_of(bucket))} lets anyone read"
            self._enter(bucket, Relation.READS, self._steps.words.entry["public_data"], why)

    def _copies(self) -> None:
        step = self._steps.words.step
        by_name = {self._path(d): d for d in self._estate.of_kind("gcp.disk")}
        for snapshot in self._estate.of_kind("gcp.snapshot"):
            source = by_name.get(_tail(self._estate.view(snapshot).text("sourceDisk")))
            if source is not None:
                why = f"{shown(name_of(snapshot))} is a copy of {shown(name_of(source))}"
                self._steps.join(snapshot.asset_id, source.asset_id, Relation.COPIES, step["reads"], why)
        for machine in self._estate.of_kind("gcp.vm"):
            for disk in self._estate.view(machine).each("disks"):
                found = by_name.get(_tail(disk.text("source")))
                if found is not None:
                    why = f"{shown(name_of(found))} is a disk of {shown(name_of(machine))}"
                    self._steps.join(machine.asset_id, found.asset_id, Relation.READS, step["reads"], why)

    def _path(self, disk: AssetRecord) -> str:
        return _tail(disk.uid) or _tail(self._estate.view(disk).text("selfLink"))


def _tail(link: str) -> str:
    """`projects/p/zones/z/disks/d` of any form of a link."""
    at = link.find("projects/")
    return link[at:] if at >= 0 else ""


def _answers(view: View) -> bool:
    """Whether requests from the internet reach a function or service."""
    notes = view.at("metadata").at("annotations")
    ingress = (
        view.text("ingressSettings", "ingress_settings")
        or view.at("serviceConfig").text("ingressSettings")
        or view.text("ingress")
        or notes.text("run.googleapis.com/ingress")
    ).upper()
    if ingress and ingress not in {"ALLOW_ALL", "INGRESS_TRAFFIC_ALL", "ALL", "INGRESS_TRAFFIC_UNSPECIFIED"}:
        return False
    return view.has("httpsTrigger", "https_trigger", "serviceConfig", "template", "spec") or not view.has(
        "eventTrigger"
    )


def _narrowed(condition: str) -> bool | None:
    """Whether a pool's condition keeps strangers out: False without one, None where it may or may not."""
    text = condition.strip()
    if not text or text.lower() == "true":
        return False
    low = text.lower()
    names = any(f"{head}.{name}" in low for head in ("assertion", "attribute", "google") for name in _NARROWS)
    compares = any(sign in low for sign in ("==", " in ", "startswith(", "matches(", ".contains("))
    return True if names and compares else None
