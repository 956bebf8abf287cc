"""Amazon EC2 and EBS: instance metadata, disks, snapshots."""

from __future__ import annotations

from typing import Any

from tools.remediation.edits import SetOn
from tools.remediation.errors import AlreadyFixed, NoFixAvailable
from tools.remediation.hcl.write import NewBlock, label_for, nested, resource
from tools.remediation.live import Target, unwrapped
from tools.remediation.recipe import Recipe, Template
from tools.remediation.shell import aws
from tools.remediation.templates.common import guard
from tools.remediation.templates.network import RDP, SSH, close_ports
from tools.remediation.templates.setting import given, setting, wants
from tools.remediation.workspace import Selector


def _tail(t: Target) -> str:
    return t.uid.rpartition("/")[2] or t.name


def _groups(t: Target) -> list[str]:
    held = t.items("security_groups", "SecurityGroups")
    found = [item.get("GroupId") if isinstance(item, dict) else item for item in held]
    return [str(item) for item in found if item]


def _instance(t: Target, extra: list[NewBlock]) -> NewBlock:
    attributes: dict[str, Any] = {
        "ami": given(t.text("image_id", "ImageId"), "ami", "Image that the instance was started from", extra),
        "instance_type": given(
            t.text("type", "InstanceType"), "instance_type", "Type of the instance", extra
        ),
    }
    if subnet := t.text("subnet_id", "SubnetId"):
        attributes["subnet_id"] = subnet
    if groups := _groups(t):
        attributes["vpc_security_group_ids"] = groups
    profile = t.text("instance_profile.Arn", "IamInstanceProfile.Arn")
    if profile:
        attributes["iam_instance_profile"] = profile.rpartition("/")[2]
    if t.tags:
        attributes["tags"] = t.tags
    options = nested(
        "metadata_options",
        {
            "http_endpoint": t.text("http_endpoint", "MetadataOptions.HttpEndpoint", default="enabled"),
            "http_tokens": t.text("http_tokens", "MetadataOptions.HttpTokens", default="optional"),
        },
    )
    name = t.tags.get("Name") or _tail(t)
    return resource("aws_instance", label_for(name), attributes, options, guard("ami", "user_data"))


def _imdsv2(t: Target) -> Recipe:
    extra: list[NewBlock] = []
    identity = _tail(t)

    def command(tokens: str) -> str:
        return aws(
            "ec2",
            "modify-instance-metadata-options",
            t.region,
            instance_id=identity,
            http_tokens=tokens,
            http_endpoint="enabled",
        )

    return setting(
        Selector("aws_instance", {}, (identity,), t.tags),
        _instance(t, extra),
        {("metadata_options", "http_tokens"): "required"},
        identity=identity,
        extra=extra,
        checks=("CKV_AWS_79",),
        commands=(command("required"),),
        rollback=(command("optional"),),
        breaks=(
            "Software that asks for instance metadata without a token (old SDKs and agents) stops getting "
            "credentials. The CloudWatch metric MetadataNoToken shows whether there is any.",
        ),
        notes=("Takes effect at once, without a restart.",),
    )


def _default_encryption(t: Target) -> Recipe:
    values: dict[tuple[str, ...], Any] = {("enabled",): True}
    return Recipe(
        owner=Selector("aws_ebs_encryption_by_default"),
        now=(resource("aws_ebs_encryption_by_default", "this", {"enabled": False}),),
        edits=(SetOn(values),),
        risk=wants(values),
        checks=("CKV_AWS_106",),
        commands=(aws("ec2", "enable-ebs-encryption-by-default", t.region),),
        rollback=(aws("ec2", "disable-ebs-encryption-by-default", t.region),),
        breaks=("Images and snapshots that are shared with other accounts need a key that those may use.",),
        notes=(
            f"A setting of the whole region {t.region}: use a provider for that region.",
            "Disks that are there already stay as they are.",
        ),
        solo=True,
    )


def _public_snapshot(t: Target) -> Recipe:
    values: dict[tuple[str, ...], Any] = {("state",): "block-all-sharing"}
    snapshot = _tail(t)
    sharing = {"attribute": "createVolumePermission", "group_names": "all"}
    block = resource("aws_ebs_snapshot_block_public_access", "this", {"state": "unblocked"})
    return Recipe(
        owner=Selector("aws_ebs_snapshot_block_public_access"),
        now=(block,),
        edits=(SetOn(values),),
        risk=wants(values),
        commands=(
            aws(
                "ec2",
                "modify-snapshot-attribute",
                t.region,
                snapshot_id=snapshot,
                operation_type="remove",
                **sharing,
            ),
            aws("ec2", "enable-snapshot-block-public-access", t.region, state="block-all-sharing"),
        ),
        rollback=(
            aws("ec2", "disable-snapshot-block-public-access", t.region),
            aws(
                "ec2",
                "modify-snapshot-attribute",
                t.region,
                snapshot_id=snapshot,
                operation_type="add",
                **sharing,
            ),
        ),
        breaks=(
            "Whoever restores this snapshot, or any other public one of the region, from outside is cut off.",
        ),
        notes=(
            f"Terraform has no resource for one snapshot's sharing; this shuts public sharing for the region "
            f"{t.region}, also of snapshots that are public now. The first command takes the sharing off "
            "this one.",
            "Take it that its content is known: change the secrets that are in it.",
        ),
        solo=True,
    )


def _volume(t: Target) -> Recipe:
    extra: list[NewBlock] = []
    identity = _tail(t)
    zone = given(t.text("AvailabilityZone"), "availability_zone", "Zone of the volume", extra)
    attributes: dict[str, Any] = {"availability_zone": zone, "encrypted": False}
    if size := t.number("size", "Size"):
        attributes["size"] = size
    if t.tags:
        attributes["tags"] = t.tags
    block = resource("aws_ebs_volume", label_for(t.tags.get("Name") or identity), attributes, guard("size"))
    return setting(
        Selector("aws_ebs_volume", {}, (identity,), t.tags),
        block,
        {("encrypted",): True},
        identity=identity,
        extra=extra,
        checks=("CKV_AWS_3",),
        commands=(
            aws("ec2", "create-snapshot", t.region, volume_id=identity, description="before encryption"),
            aws(
                "ec2",
                "copy-snapshot",
                t.region,
                source_region=t.region,
                source_snapshot_id="SNAPSHOT-ID",
                encrypted=True,
            ),
            aws(
                "ec2",
                "create-volume",
                t.region,
                snapshot_id="ENCRYPTED-SNAPSHOT-ID",
                availability_zone=t.text("AvailabilityZone", default="ZONE-OF-THE-VOLUME"),
                encrypted=True,
            ),
        ),
        rollback=("Attach the old volume again; delete it only when the new one has proved itself.",),
        breaks=("The instance must be stopped while the disks are changed over.",),
        notes=(
            "A disk cannot be encrypted in place: changing `encrypted` makes Terraform destroy it and make "
            "an empty "
            "one. prevent_destroy stops that here. Copy it by snapshot (commands), attach the copy, then "
            "import it.",
            "Stop the instance first, so that the snapshot is whole.",
        ),
        replaces=True,
    )


def _exposed_port(which: str) -> Any:
    def build(t: Target) -> Recipe:
        ports, build_group = (SSH, close_ports(SSH)) if which == "ssh" else (RDP, close_ports(RDP))
        for group in _groups(t):
            held = next((c for key, c in t.related.items() if key.endswith(group)), None)
            if held is None:
                continue
            inner = Target(t.finding.model_copy(update={"resource": _reference(t, group)}), unwrapped(held))
            try:
                return build_group(inner)
            except AlreadyFixed:
                continue
        raise NoFixAvailable(
            f"{ports.name} reaches {_tail(t)} through its security groups "
            f"({', '.join(_groups(t)) or 'unknown'}), "
            "whose rules are not at hand: draft the fix of the security group's own finding."
        )

    return build


def _reference(t: Target, group: str) -> Any:
    arn = f"arn:{t.partition}:ec2:{t.region}:{t.account}:security-group/{group}"
    return t.finding.resource.model_copy(update={"uid": arn, "name": group, "asset_id": ""})


TEMPLATES = (
    Template(
        "aws.ec2.imdsv1_allowed",
        "Ask for a token before instance metadata is given (IMDSv2)",
        ("ec2_instance_imdsv2_enabled",),
        _imdsv2,
    ),
    Template(
        "aws.ebs.unencrypted",
        "Encrypt new disks by default",
        ("ec2_ebs_default_encryption",),
        _default_encryption,
    ),
    Template(
        "aws.ebs.public_snapshot",
        "Stop sharing disk snapshots with everybody",
        ("ec2_ebs_public_snapshot",),
        _public_snapshot,
    ),
    Template("aws.ebs.unencrypted", "Encrypt the disk", ("ec2_ebs_volume_encryption",), _volume),
    Template(
        "aws.ec2.open_ssh_port",
        "Close SSH of the instance to the internet",
        ("ec2_instance_port_ssh_exposed_to_internet",),
        _exposed_port("ssh"),
    ),
    Template(
        "aws.ec2.open_rdp_port",
        "Close RDP of the instance to the internet",
        ("ec2_instance_port_rdp_exposed_to_internet",),
        _exposed_port("rdp"),
    ),
)
