"""An estate's Google Cloud records as the engine of bindings takes them: hierarchy, policies, accounts, workloads.

Projects go by id; a number stands for the id where a record says so. A grant whose time is over counts for nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import unquote

from tools.findings.model import AssetRecord
from tools.priority.estate import Estate, cloud_of, name_of
from tools.priority.graph.gcp_members import access_entry, is_over, member_of, plain_member, role_name
from tools.priority.iam.gcp.estate import GcpEstate
from tools.priority.iam.logic import Evidence
from tools.priority.reading import View, items

KINDS = {
    "gcp.bucket": "bucket",
    "gcp.bigquery": "dataset",
    "gcp.secret": "secret",
    "gcp.sql": "database",
    "gcp.function": "function",
    "gcp.vm": "instance",
    "gcp.gke": "cluster",
    "gcp.sa": "service-account",
    "gcp.disk": "disk",
    "gcp.snapshot": "snapshot",
    "gcp.iam": "other",
    "gcp.project": "project",
    "gcp.folder": "folder",
    "gcp.organization": "organization",
}
FULL_SCOPE = "cloud-platform"
_PROJECT = re.compile(r"(?:^|/)projects/([^/]+)")
_DEFAULT = "-compute@developer.gserviceaccount.com"


class Runs(NamedTuple):
    """The service account that a workload runs as, and the scopes that limit it (none: no limit)."""

    email: str
    scopes: tuple[str, ...] = ()

    @property
    def limited(self) -> bool:
        """Whether scopes keep it from most of what the account may do."""
        return bool(self.scopes) and FULL_SCOPE not in self.scopes


class GcpIam:
    """The engine over one estate, with nodes for its records and an index of who is bound where."""

    def __init__(self, estate: Estate, at: datetime) -> None:
        self._estate = estate
        self._at = at if at.tzinfo else at.replace(tzinfo=UTC)
        self.engine = GcpEstate()
        self.node: dict[str, str] = {}
        """Node by asset id."""
        self.asset: dict[str, AssetRecord] = {}
        """Asset by node."""
        self.accounts: dict[str, AssetRecord] = {}
        """Service accounts by address."""
        self.runs: dict[str, tuple[Runs, ...]] = {}
        """What workloads run as, by asset id."""
        self.lies: dict[tuple[str, str], list[str]] = {}
        """Nodes by project and kind."""
        self.bound: dict[str, set[str]] = {}
        """Nodes by the member that is bound there."""
        self.special: dict[str, list[str]] = {}
        """Nodes by project whose policies speak of the project's owners, editors or viewers."""
        self.pools: dict[str, set[str]] = {}
        """Nodes where every identity of a workload identity pool is bound, by the pool's path."""
        self.numbers: dict[str, str] = {}
        """Project id by number."""
        self.collected: set[str] = set()
        """Projects whose policy was collected."""
        self._below: dict[str, list[str]] = {}
        self._assets = sorted(
            (a for a in estate.assets.values() if cloud_of(a) == "gcp" or estate.kind(a).startswith("gcp.")),
            key=lambda a: a.asset_id,
        )
        self._containers()
        self._resources()
        self._roles_and_groups()
        self._workloads()

    # --- reading -----------------------------------------------------------------------------------------------

    def _containers(self) -> None:
        for asset in self._estate.of_kind("gcp.project"):
            view = self._estate.view(asset)
            number = view.text("projectNumber", "project_number") or asset.uid.rsplit("/", 1)[-1]
            name = view.text("projectId", "project_id") or asset.account or number
            self.numbers[number] = name
            self._container(asset, f"projects/{name}", view)
            if number != name:
                self.engine.add_node(f"projects/{number}", f"projects/{name}")
        for kind, head in (("gcp.folder", "folders"), ("gcp.organization", "organizations")):
            for asset in self._estate.of_kind(kind):
                view = self._estate.view(asset)
                number = (view.text("name") or asset.uid).rsplit("/", 1)[-1]
                self._container(asset, f"{head}/{number}", view)

    def _container(self, asset: AssetRecord, node: str, view: View) -> None:
        self._put(asset, node)
        parent = view.get("parent")
        above = ""
        if isinstance(parent, Mapping):
            one = View(parent)
            above = f"{one.text('type').rstrip('s')}s/{one.text('id')}" if one.text("id") else ""
        elif isinstance(parent, str):
            above = "/".join(parent.split("/")[-2:])
        if above:
            self.engine.add_node(node, above)
            self._below.setdefault(above, []).append(node)
        self._policy(asset, node, view)

    def _put(self, asset: AssetRecord, node: str) -> None:
        self.node[asset.asset_id] = node
        self.asset.setdefault(node, asset)

    def project_of(self, asset: AssetRecord) -> str:
        """The project that an asset lies in, by id."""
        found = _PROJECT.search(asset.uid)
        named = found.group(1) if found and found.group(1) != "_" else ""
        named = asset.account or named or self._estate.view(asset).text("projectId", "project")
        return self.numbers.get(named, named)

    def _resources(self) -> None:
        for asset in self._assets:
            kind = KINDS.get(self._estate.kind(asset))
            if kind is None or asset.asset_id in self.node:
                continue
            view = self._estate.view(asset)
            project = f"projects/{self.project_of(asset)}"
            if kind == "service-account":
                email = (view.text("email") or asset.uid.rsplit("/", 1)[-1]).lower()
                node = f"{project}/serviceAccounts/{email}"
                self.accounts.setdefault(email, asset)
            else:
                node = f"{project}/{kind}s/{asset.asset_id}"
            self._put(asset, node)
            self.engine.add_node(node, project)
            self.lies.setdefault((project, kind), []).append(node)
            self._policy(asset, node, view)
            if kind == "service-account":
                for role in view.texts("roles"):  # a scanner's list of what it holds on its project
                    self._grant(
                        project, {"bindings": [{"role": role, "members": [f"serviceAccount:{email}"]}]}
                    )

    def _policy(self, asset: AssetRecord, node: str, view: View) -> None:
        policy = view.at("iamPolicy", "iam_policy", "policy")
        bindings = policy.get("bindings") if policy else view.get("bindings")
        if isinstance(bindings, list):
            self._grant(node, {"bindings": [b for b in bindings if not is_over(b, self._at)]})
            if node.startswith("projects/") and node.count("/") == 1:
                self.collected.add(node)
        access = [b for e in view.each("access") if (b := access_entry(e, node)) is not None]
        if access:
            self._grant(node, {"bindings": access})

    def _grant(self, node: str, policy: Mapping[str, Any]) -> None:
        self.engine.add_policy(node, policy)
        for binding in items(policy.get("bindings")):
            for member in View(binding).texts("members"):
                low = member.lower()
                if low.startswith(("projectowner:", "projecteditor:", "projectviewer:")):
                    project = member.partition(":")[2].removeprefix("projects/")
                    self.special.setdefault(f"projects/{project}", []).append(node)
                elif low in {"allusers", "allauthenticatedusers"}:
                    self.bound.setdefault("allAuthenticatedUsers", set()).add(node)
                elif low.startswith("principalset:") and low.endswith("/*"):
                    self.pools.setdefault(_path(member.removesuffix("/*")), set()).add(node)
                else:
                    self.bound.setdefault(plain_member(member), set()).add(node)

    def _roles_and_groups(self) -> None:
        for role in self._estate.of_kind("gcp.role"):
            view = self._estate.view(role)
            self.engine.add_role({**dict(role.config), "name": role_name(view.text("name") or role.uid)})
        for group in self._estate.of_kind("gcp.group"):
            view = self._estate.view(group)
            address = view.at("groupKey").text("id") or view.text("email") or group.name
            listed = [
                *view.texts("members"),
                *(m.text("email", "id", "member") for m in view.each("members")),
            ]
            listed += [m.at("preferredMemberKey").text("id") for m in view.each("memberships")]
            self.engine.add_group(f"group:{address}", [member_of(m) for m in listed if m])
        for asset in self._estate.of_kind("gcp.deny"):
            at = re.search(r"policies/([^/]+)/denypolicies", unquote(asset.uid), re.IGNORECASE)
            whole = unquote(asset.uid)
            attached = (
                whole.partition("policies/")[2].rpartition("/denypolicies")[0] if at is None else at.group(1)
            )
            node = (
                "/".join(attached.split("/")[-2:])
                if "/" in attached
                else f"projects/{self.project_of(asset)}"
            )
            head, _, name = node.partition("/")
            self.engine.add_deny_policy(f"{head}/{self.numbers.get(name, name)}", asset.config)

    def _workloads(self) -> None:
        for asset in self._estate.of_kind("gcp.vm"):
            view = self._estate.view(asset)
            held = []
            for one in view.each("serviceAccounts", "service_accounts"):
                scopes = tuple(s.rstrip("/").rsplit("/", 1)[-1] for s in one.texts("scopes"))
                if one.text("email"):
                    held.append(Runs(self.address(one.text("email"), asset), scopes))
            if held:
                self.runs[asset.asset_id] = tuple(held)
        for asset in self._estate.of_kind("gcp.function"):
            view = self._estate.view(asset)
            spec = view.at("spec").at("template").at("spec")
            email = (
                view.text("serviceAccountEmail", "service_account_email")
                or view.at("serviceConfig").text("serviceAccountEmail")
                or view.at("template").text("serviceAccount")
                or spec.text("serviceAccountName")
            )
            self.runs[asset.asset_id] = (Runs(self.address(email or "default", asset)),)

    def address(self, email: str, asset: AssetRecord) -> str:
        """A service account's address; `default` is the one that Compute Engine makes for the project."""
        if email.lower() != "default":
            return email.lower()
        project = self.project_of(asset)
        number = next((n for n, name in self.numbers.items() if name == project), project)
        return f"{number}{_DEFAULT}"

    # --- asking ------------------------------------------------------------------------------------------------

    def projects_under(self, node: str) -> Iterator[str]:
        """Projects at or under a node. Circles in the hierarchy end."""
        waiting, seen = [node], {node}
        while waiting:
            one = waiting.pop()
            if one.startswith("projects/") and one.count("/") == 1:
                yield one
            for below in self._below.get(one, ()):
                if below not in seen:
                    seen.add(below)
                    waiting.append(below)

    def project_node(self, node: str) -> str:
        """The project that a node lies in, itself included; empty above projects."""
        return next(
            (n for n in self.engine.above(node) if n.startswith("projects/") and n.count("/") == 1), ""
        )

    def behind(self, because: Iterable[Evidence]) -> list[AssetRecord]:
        """The records whose policies allow something."""
        found = (self.asset.get(e.source) for e in because if e.effect == "allow")
        return [asset for asset in found if asset is not None]

    def role_names(self, because: Iterable[Evidence]) -> str:
        """`roles/editor`, of what allows something."""
        found = dict.fromkeys(e.statement.split(" ", 1)[0] for e in because if e.effect == "allow")
        return ", ".join(list(found)[:2])

    def name(self, principal: str) -> str:
        """What to call a principal."""
        if principal.startswith("principal:"):
            return "an identity of the pool"
        address = principal.partition(":")[2] or principal
        asset = self.accounts.get(address)
        return name_of(asset) if asset is not None else address


def pool_of(provider: AssetRecord, view: View) -> str:
    """The path of the pool that a provider belongs to."""
    return _path((view.text("name") or provider.uid).partition("/providers/")[0])


def _path(text: str) -> str:
    at = text.find("projects/")
    return text[at:] if at >= 0 else text
