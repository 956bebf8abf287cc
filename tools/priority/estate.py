"""An index over the assets of one snapshot: what each is, and how to find one that another names.

What an asset is comes from its ARN or resource id first, then from its type id, then from the shape of its
configuration (a scanner's resource type can be wrong). Look-ups are per account: ids may collide across accounts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from tools.findings.model import AssetRecord
from tools.priority.reading import View, plain

Cloud = Literal["aws", "azure", "gcp", "other"]

_ARN_KINDS = {
    ("ec2", "instance"): "ec2.instance", ("ec2", "security-group"): "ec2.sg", ("ec2", "network-interface"): "ec2.eni",
    ("ec2", "snapshot"): "ec2.snapshot", ("ec2", "volume"): "ec2.volume", ("ec2", "subnet"): "ec2.subnet",
    ("ec2", "vpc"): "ec2.vpc", ("ec2", "image"): "ec2.image", ("ec2", "network-acl"): "ec2.nacl",
    ("rds", "db"): "rds.db", ("rds", "cluster"): "rds.db", ("rds", "snapshot"): "rds.snapshot",
    ("rds", "cluster-snapshot"): "rds.snapshot", ("redshift", "cluster"): "redshift.cluster",
    ("lambda", "function"): "lambda.function", ("eks", "cluster"): "eks.cluster",
    ("elasticloadbalancing", "loadbalancer"): "elb", ("es", "domain"): "es.domain", ("ecr", "repository"): "policy.ecr",
    ("kms", "key"): "policy.kms", ("secretsmanager", "secret"): "policy.secret", ("iam", "role"): "iam.role",
    ("iam", "user"): "iam.user", ("iam", "group"): "iam.group", ("iam", "policy"): "iam.policy",
    ("iam", "instance-profile"): "iam.profile", ("apigateway", ""): "apigw", ("cloudfront", "distribution"): "cloudfront",
    ("dynamodb", "table"): "policy.dynamodb", ("elasticfilesystem", "file-system"): "policy.efs",
    ("events", "event-bus"): "policy.events", ("glacier", "vaults"): "policy.glacier",
    ("backup", "backup-vault"): "policy.backup", ("elasticache", "cluster"): "private", ("ecs", "task-definition"): "ecs.task",
    ("mq", "broker"): "endpoint", ("dms", "rep"): "endpoint", ("kafka", "cluster"): "endpoint",
    ("dynamodb", "stream"): "private", ("sqs", ""): "policy.sqs", ("sns", ""): "policy.sns", ("s3", ""): "s3.bucket",
}  # fmt: skip

_TYPE_KINDS = {
    "ec2instance": "ec2.instance", "ec2securitygroup": "ec2.sg", "ec2networkinterface": "ec2.eni", "ec2vpc": "ec2.vpc",
    "ec2subnet": "ec2.subnet", "ec2volume": "ec2.volume", "ebsvolume": "ec2.volume", "ec2ebssnapshot": "ec2.snapshot",
    "ec2snapshot": "ec2.snapshot", "ebssnapshot": "ec2.snapshot", "s3bucket": "s3.bucket", "awsiamrole": "iam.role",
    "awsiamuser": "iam.user", "awsiampolicy": "iam.policy", "awsiamgroup": "iam.group", "iamrole": "iam.role",
    "iamuser": "iam.user", "iaminstanceprofile": "iam.profile", "awsiaminstanceprofile": "iam.profile",
    "lambdafunction": "lambda.function", "rdsdatabaseinstance": "rds.db", "rdsdbinstance": "rds.db",
    "rdssnapshot": "rds.snapshot", "rdsdbsnapshot": "rds.snapshot", "redshiftcluster": "redshift.cluster",
    "ekscluster": "eks.cluster", "sqsqueue": "policy.sqs", "snstopic": "policy.sns", "kmskey": "policy.kms",
    "ecrrepository": "policy.ecr", "secretsmanagersecret": "policy.secret", "elasticloadbalancer": "elb",
    "amazondynamodbtable": "policy.dynamodb", "opensearchdomain": "es.domain", "apigatewayrestapi": "apigw",
    "azurevirtualmachine": "azure.vm", "azurestorageaccount": "azure.storage", "azuresqlserver": "azure.sql",
    "azurenetworksecuritygroup": "azure.nsg", "azurekeyvault": "azure.vault", "azurekubernetescluster": "azure.aks",
    "azureakscluster": "azure.aks", "azurecosmosdb": "azure.data", "azureappservicewebappsfunctions": "azure.app",
    "azurenetworkinterface": "azure.nic", "azurepublicipaddress": "azure.ip",
    "googlecomputeenginevminstance": "gcp.vm", "googlecloudstoragebucket": "gcp.bucket",
    "googlecloudfunction": "gcp.function", "googlecloudsqldbinstance": "gcp.sql", "googlebigquerydataset": "gcp.bigquery",
    "googlecomputefirewall": "gcp.firewall", "googlevpcfirewallrule": "gcp.firewall", "googlekubernetesenginecluster": "gcp.gke",
    "googlekubernetescluster": "gcp.gke", "googlekmskey": "gcp.iam", "googleserviceaccount": "gcp.sa",
}  # fmt: skip

_ARM_KINDS = {
    "virtualmachines": "azure.vm", "storageaccounts": "azure.storage", "servers": "azure.sql", "vaults": "azure.vault",
    "flexibleservers": "azure.sql", "networksecuritygroups": "azure.nsg", "managedclusters": "azure.aks",
    "databaseaccounts": "azure.data", "sites": "azure.app", "networkinterfaces": "azure.nic",
    "publicipaddresses": "azure.ip", "registries": "azure.data", "accounts": "azure.data", "searchservices": "azure.data",
}  # fmt: skip
_GCP_KINDS = {
    "instances": "gcp.vm", "firewalls": "gcp.firewall", "buckets": "gcp.bucket", "functions": "gcp.function",
    "clusters": "gcp.gke", "datasets": "gcp.bigquery", "cryptokeys": "gcp.iam", "secrets": "gcp.iam",
    "serviceaccounts": "gcp.sa", "topics": "gcp.iam", "subscriptions": "gcp.iam", "services": "gcp.function",
    "images": "gcp.iam", "repositories": "gcp.iam",
}  # fmt: skip
_SHAPES: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset({"instanceid", "imageid"}), "ec2.instance"), (frozenset({"groupid", "ippermissions"}), "ec2.sg"),
    (frozenset({"networkinterfaceid", "privateipaddress"}), "ec2.eni"), (frozenset({"dbinstanceidentifier", "dbinstanceclass"}), "rds.db"),
    (frozenset({"dbsnapshotidentifier"}), "rds.snapshot"), (frozenset({"dbclusteridentifier", "engine"}), "rds.db"),
    (frozenset({"snapshotid", "volumeid"}), "ec2.snapshot"), (frozenset({"functionname", "runtime"}), "lambda.function"),
    (frozenset({"rolename", "assumerolepolicydocument"}), "iam.role"), (frozenset({"username", "userid"}), "iam.user"),
    (frozenset({"instanceprofilename", "roles"}), "iam.profile"), (frozenset({"policyname", "defaultversionid"}), "iam.policy"),
    (frozenset({"clusteridentifier", "nodetype"}), "redshift.cluster"), (frozenset({"loadbalancerarn", "scheme"}), "elb"),
    (frozenset({"machinetype", "networkinterfaces"}), "gcp.vm"), (frozenset({"sourceranges", "direction"}), "gcp.firewall"),
    (frozenset({"publicaccessblockconfiguration"}), "s3.bucket"), (frozenset({"securityrules"}), "azure.nsg"),
    (frozenset({"storageprofile", "hardwareprofile"}), "azure.vm"), (frozenset({"bucketname"}), "s3.bucket"),
)  # fmt: skip


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
    """What an asset is, in our short vocabulary (`ec2.instance`, `policy.sqs`, `azure.vm`); empty if unknown."""
    uid = asset.uid
    if uid.startswith("arn:"):
        parts = uid.split(":", 5)
        if len(parts) == 6:
            kind = _arn_kind(parts[2].lower(), parts[5].lower())
            if kind:
                return kind
    segments = [plain(part) for part in uid.split("/")]
    cloud = cloud_of(asset)
    if cloud == "azure":
        found = next((_ARM_KINDS[s] for s in reversed(segments[:-1]) if s in _ARM_KINDS), "")
        if found:
            return found
    by_type = _TYPE_KINDS.get(plain(asset.type_id)) or _TYPE_KINDS.get(
        plain(asset.type_id).removeprefix("aws")
    )
    if by_type:
        return by_type
    if cloud == "gcp":
        found = next((_GCP_KINDS[s] for s in reversed(segments[:-1]) if s in _GCP_KINDS), "")
        if found:
            return "gcp.sql" if found == "gcp.vm" and "sql" in uid.lower() else found
    names = View(asset.config).names.keys()
    return next((kind for shape, kind in _SHAPES if shape <= names), "")


def _arn_kind(service: str, resource: str) -> str:
    head = resource.replace(":", "/").split("/", 1)[0]
    if service == "s3" and (head in {"account", "accesspoint"} or not head):
        return "s3.account" if head != "accesspoint" else ""
    if "/" not in resource and ":" not in resource and (service, "") not in _ARN_KINDS:
        return ""  # `volume`, `trail`: the whole account's, not one resource
    return _ARN_KINDS.get((service, head)) or _ARN_KINDS.get((service, ""), "")


class Estate:
    """Assets by kind and by every id that another asset's configuration may use for them."""

    def __init__(self, assets: Mapping[str, AssetRecord]) -> None:
        self.assets = assets
        self._kinds: dict[str, str] = {}
        self._views: dict[str, View] = {}
        self._of_kind: dict[str, list[AssetRecord]] = {}
        self._by_name: dict[tuple[str, str], list[AssetRecord]] = {}
        for asset_id, asset in assets.items():
            kind = kind_of(asset)
            self._kinds[asset_id] = kind
            self._of_kind.setdefault(kind, []).append(asset)
            view = self._views[asset_id] = View(asset.config)
            for name in _names(asset, view):
                self._by_name.setdefault((asset.account, name), []).append(asset)

    def kind(self, asset: AssetRecord) -> str:
        """See `kind_of`; computed once."""
        return self._kinds.get(asset.asset_id, "")

    def view(self, asset: AssetRecord) -> View:
        """The asset's configuration; one view per asset."""
        return self._views.get(asset.asset_id) or View(asset.config)

    def of_kind(self, *kinds: str) -> Iterator[AssetRecord]:
        """All assets of these kinds."""
        for kind in kinds:
            yield from self._of_kind.get(kind, ())

    def find(self, account: str, name: str, *kinds: str) -> AssetRecord | None:
        """The asset of these kinds (any if none is given) that `name` (id, ARN or short name) means in `account`."""
        for asset in self._by_name.get((account, name.lower()), ()):
            if not kinds or self._kinds[asset.asset_id] in kinds:
                return asset
        return None

    def find_all(self, account: str, names: Iterable[str], *kinds: str) -> list[AssetRecord]:
        """Those of the named assets that the snapshot has."""
        found = (self.find(account, name, *kinds) for name in names)
        return [asset for asset in found if asset is not None]


_ID_NAMES = ("id", "InstanceId", "GroupId", "VolumeId", "SnapshotId", "SubnetId", "NetworkInterfaceId", "DBInstanceIdentifier",
             "RoleName", "UserName", "PolicyName", "GroupName", "InstanceProfileName", "name", "Arn", "selfLink")  # fmt: skip


def _names(asset: AssetRecord, view: View) -> set[str]:
    names = {asset.uid, asset.name, asset.uid.rsplit("/", 1)[-1]}
    if asset.uid.startswith("arn:"):
        names.add(asset.uid.rsplit(":", 1)[-1])
    names.update(view.text(name) for name in _ID_NAMES)
    return {name.lower() for name in names if name}
