"""An index over the assets of one snapshot: what each is, and how to find one that another names.

What an asset is comes from its ARN or resource id first, then from its type id, then from the shape of its
configuration (a scanner's resource type can be wrong). Look-ups are per account: ids may collide across
accounts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal, TypeVar

from tools.findings.model import AssetRecord
from tools.priority.reading import View, plain

Index = TypeVar("Index")
Cloud = Literal["aws", "azure", "gcp", "other"]


@dataclass(frozen=True)
class _Kinds:
    """Asset kinds by ARN service/type, type id, ARM type, Google collection and shape of configuration."""

    arn: Mapping[str, str]
    type: Mapping[str, str]
    arm: Mapping[str, str]
    google: Mapping[str, str]
    shapes: tuple[tuple[frozenset[str], str], ...]


@cache
def _kinds() -> _Kinds:
    forms: dict[str, dict[str, str]] = {"arn": {}, "type": {}, "arm": {}, "google": {}, "shape": {}}
    for line in files(__package__).joinpath("data/asset_kinds.tsv").read_text("utf-8").splitlines()[1:]:
        form, key, kind = line.split("\t")
        forms[form][key] = kind
    shapes = tuple((frozenset(key.split(",")), kind) for key, kind in forms["shape"].items())
    return _Kinds(forms["arn"], forms["type"], forms["arm"], forms["google"], shapes)


def cloud_of(asset: AssetRecord) -> Cloud:
    """The provider of an asset, by its id first."""
    uid, provider = asset.uid.lower(), asset.provider.lower()
    if uid.startswith("arn:"):
        return "aws"
    if uid.startswith("/subscriptions/") or "azure" in provider:
        return "azure"
    if (
        "gcp" in provider
        or "google" in provider
        or uid.startswith(("//", "projects/", "https://www.googleapis"))
    ):
        return "gcp"
    return "aws" if provider in {"aws", "amazon"} or not provider else "other"


def kind_of(asset: AssetRecord) -> str:
    """What an asset is, in our vocabulary (`ec2.instance`, `policy.sqs`, `azure.vm`); empty if unknown."""
    uid, table = asset.uid, _kinds()
    type_id = plain(asset.type_id)
    by_type = table.type.get(type_id) or table.type.get(type_id.removeprefix("aws"), "")
    if by_type.startswith("k8s."):
        return by_type  # its id begins with the id of its cluster
    if uid.startswith("arn:"):
        parts = uid.split(":", 5)
        if len(parts) == 6:
            kind = _arn_kind(parts[2].lower(), parts[5].lower())
            if kind:
                return kind
    segments = [plain(part) for part in uid.split("/")][-2::-1]
    cloud = cloud_of(asset)
    if cloud == "azure" and (found := next((table.arm[s] for s in segments if s in table.arm), "")):
        return found
    if by_type:
        return by_type
    if cloud == "gcp" and (found := next((table.google[s] for s in segments if s in table.google), "")):
        return "gcp.sql" if found == "gcp.vm" and "sql" in uid.lower() else found
    names = View(asset.config).names.keys()
    return next((kind for shape, kind in table.shapes if shape <= names), "")


def _arn_kind(service: str, resource: str) -> str:
    table = _kinds().arn
    head = resource.replace(":", "/").split("/", 1)[0]
    if service == "s3" and (head in {"account", "accesspoint"} or not head):
        return "s3.account" if head != "accesspoint" else ""
    if "/" not in resource and ":" not in resource and f"{service}/" not in table:
        return ""  # `volume`, `trail`: the whole account's, not one resource
    return table.get(f"{service}/{head}") or table.get(f"{service}/", "")


def name_of(asset: AssetRecord) -> str:
    """A short name. A principal's comes from its ARN: a finding may name it together with one of its policies."""
    if ":iam:" in asset.uid and "/" in asset.uid:
        return asset.uid.rsplit("/", 1)[-1]
    return asset.name or asset.uid.rsplit("/", 1)[-1]


class Estate:
    """Assets by kind and by every id that another asset's configuration may use for them."""

    def __init__(self, assets: Mapping[str, AssetRecord]) -> None:
        self.assets = assets
        self._kinds: dict[str, str] = {}
        self._views: dict[str, View] = {}
        self._of_kind: dict[str, list[AssetRecord]] = {}
        # The first of each kind only: thousands of machines name the one subnet that they are in.
        self._by_name: dict[tuple[str, str], dict[str, AssetRecord]] = {}
        self._indexes: dict[str, Any] = {}
        for asset_id, asset in sorted(assets.items()):  # the same answer whatever the order of the input
            kind = kind_of(asset)
            self._kinds[asset_id] = kind
            self._of_kind.setdefault(kind, []).append(asset)
            view = self._views[asset_id] = View(asset.config)
            for name in _names(asset, view):
                self._by_name.setdefault((asset.account, name), {}).setdefault(kind, asset)

    def kind(self, asset: AssetRecord) -> str:
        """See `kind_of`; computed once."""
        return self._kinds.get(asset.asset_id, "")

    def view(self, asset: AssetRecord) -> View:
        """The asset's configuration; one view per asset."""
        found = self._views.get(asset.asset_id)
        return View(asset.config) if found is None else found

    def of_kind(self, *kinds: str) -> Iterator[AssetRecord]:
        """All assets of these kinds."""
        for kind in kinds:
            yield from self._of_kind.get(kind, ())

    def find(self, account: str, name: str, *kinds: str) -> AssetRecord | None:
        """The asset of these kinds (any if none given) that an id, ARN or short name means in `account`."""
        first = self._by_name.get((account, name.lower()))
        if not first:
            return None
        found = [first[kind] for kind in kinds or first if kind in first]
        return min(found, key=lambda asset: asset.asset_id, default=None)

    def index(self, name: str, build: Callable[[], Index]) -> Index:
        """An index that a reader needs, built when first asked for, so that no look-up walks the whole estate."""
        if name not in self._indexes:
            self._indexes[name] = build()
        found: Index = self._indexes[name]
        return found

    def find_all(self, account: str, names: Iterable[str], *kinds: str) -> list[AssetRecord]:
        """Those of the named assets that the snapshot has."""
        found = (self.find(account, name, *kinds) for name in names)
        return [asset for asset in found if asset is not None]


_ID_NAMES = tuple(
    plain(name)
    for name in (
        "id",
        "InstanceId",
        "GroupId",
        "VolumeId",
        "SnapshotId",
        "SubnetId",
        "NetworkInterfaceId",
        "DBInstanceIdentifier",
        "DBClusterIdentifier",
        "RoleName",
        "UserName",
        "PolicyName",
        "GroupName",
        "InstanceProfileName",
        "name",
        "Arn",
        "email",
    )
)


def _names(asset: AssetRecord, view: View) -> set[str]:
    names = {asset.uid, asset.name, asset.uid.rsplit("/", 1)[-1]}
    if asset.uid.startswith("arn:"):
        names.add(asset.uid.rsplit(":", 1)[-1])
    own = view.names
    for name in _ID_NAMES:
        value = own.get(name)
        if value and isinstance(value, str):
            names.add(value)
    return {name.lower() for name in names if name}
