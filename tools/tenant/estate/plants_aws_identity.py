"""Attack paths on AWS that begin with trust, a leaked key or a public copy of data."""

from __future__ import annotations

from typing import Any

from tools.tenant.estate import aws_compute as compute
from tools.tenant.estate import aws_data as data
from tools.tenant.estate import aws_identity as iam
from tools.tenant.estate import aws_network as net
from tools.tenant.estate import data_findings, images
from tools.tenant.estate.cell import Cell
from tools.tenant.estate.plants_shared import Kind, certain_tag, jewel, regulated_database

_GITHUB = "token.actions.githubusercontent.com"
_ONE_ROLE = {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/report-reader"}}
_TRUST = "iam_no_custom_policy_permissive_role_assumption"


def open_trust(cell: Cell, broken: str) -> None:
    """A role that every AWS account may assume."""
    store, read = jewel(cell, worthless=broken == "dead end")
    rights = iam.policy(cell, "partner", read)
    conditions = {
        "external id": {"StringEquals": {"sts:ExternalId": cell.hexes(24)}},
        # One named role of the company: or else each of its identities would be a way in.
        "organization condition": {
            "StringEquals": {"aws:PrincipalOrgID": "o-h4ld3n0utf"},
            "ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/emergency-access"},
        },
        "source address": {"IpAddress": {"aws:SourceIp": ["203.0.113.0/28"]}},
    }
    more: dict[str, Any] = {"Condition": conditions[broken]} if broken in conditions else {}
    trusted = iam.trust({"AWS": "*"}, **more)
    boundary = (
        iam.policy(cell, "limit", iam.allow("cloudwatch:*")) if broken == "permission boundary" else None
    )
    role = iam.role(cell, f"{cell.application()}-partner", trusted, [rights], boundary=boundary)
    if broken:
        whys = {
            "external id": "who assumes it must know an external id",
            "organization condition": "only one role of the company's own accounts may assume it",
            "source address": "only an office's addresses may assume it",
            "permission boundary": "the role's permission boundary leaves out what its policy grants",
            "dead end": "what the role reads is of no worth",
        }
        return cell.decoy("open_trust", broken, whys[broken], role, rights)
    why = f"every AWS account may assume {role.name}, which reads {store.name}"
    return cell.plant("open_trust", why, [role, rights, store], (role, _TRUST, 3))


def federation(cell: Cell, broken: str) -> None:
    """A role for builds on a public code host that does not say of which repository."""
    provider = iam.oidc_provider(cell, _GITHUB)
    condition: dict[str, dict[str, str]] = {"StringEquals": {f"{_GITHUB}:aud": "sts.amazonaws.com"}}
    if broken == "subject condition":
        condition["StringLike"] = {f"{_GITHUB}:sub": f"repo:halden-outfitters/{cell.application()}:*"}
    trusted = iam.trust({"Federated": provider.uid}, "sts:AssumeRoleWithWebIdentity", Condition=condition)
    rule = (
        iam.allow(["logs:PutLogEvents", "sts:GetCallerIdentity"]) if broken == "dead end" else iam.allow("*")
    )
    rights = iam.policy(cell, "release", rule)
    boundary = (
        iam.policy(cell, "limit", iam.allow("cloudwatch:*")) if broken == "permission boundary" else None
    )
    role = iam.role(cell, f"{cell.application()}-release", trusted, [rights], boundary=boundary)
    if broken:
        whys = {
            "subject condition": "only the company's own repositories may use it",
            "dead end": "it may write logs only",
            "permission boundary": "the role's permission boundary leaves out what its policy grants",
        }
        return cell.decoy("federation", broken, whys[broken], role, rights)
    store, _ = jewel(cell)
    return cell.plant(
        "federation",
        f"any repository of the code host may become {role.name}, which administers the account",
        [provider, role, rights, store],
        (role, "iam_role_web_identity_subject_missing", 3),
        (rights, "iam_customer_attached_policy_no_administrative_privileges", 3),
    )


def shared_database_copy(cell: Cell, broken: str) -> None:
    """A snapshot of a regulated database that every account may restore."""
    base = net.network(cell, internet=False)
    guard = net.group(cell, base, f"{cell.application()}-db", net.permission(5432, base.cidr))
    worthless = broken == "dead end"
    store = regulated_database(cell, base, guard, worthless=worthless, encrypted=False)
    shared = ("411122223333",) if broken == "named account" else ("all",)
    copy = data.database_snapshot(cell, store, shared=shared, encrypted=False)
    if broken:
        whys = {
            "named account": "it is shared with one account of the company",
            "dead end": "it holds nothing of note",
        }
        return cell.decoy("shared_database_copy", broken, whys[broken], copy, store)
    return cell.plant(
        "shared_database_copy",
        f"every AWS account may restore {copy.name}, a copy of {store.name}",
        [copy, store],
        (copy, "rds_snapshots_public_access", 3),
    )


def shared_disk_copy(cell: Cell, broken: str) -> None:
    """A snapshot of a machine's disk that every account may copy."""
    base = net.network(cell, internet=False)
    group = net.group(cell, base, f"{cell.application()}-etl", net.permission(22, base.cidr))
    machine = compute.instance(cell, base, [group], tidy=True, encrypted=False)
    disk = next(one for one in reversed(cell.resources) if one.kind == "aws.volume")
    data_class = "" if broken == "dead end" else cell.pick(("PCI", "PII", "PHI"))
    copy = data.snapshot(
        cell,
        disk,
        public=broken != "named account",
        shared=("411122223333",) if broken == "named account" else (),
    )
    if data_class:
        for one in (machine, disk, copy):
            certain_tag(cell, one, data_class)
        data_findings.holds(cell, copy, data_class, *cell.pick((("scan",), ("files",), ())))
    if broken:
        whys = {
            "named account": "it is shared with one account of the company",
            "dead end": "it holds nothing of note",
        }
        return cell.decoy("shared_disk_copy", broken, whys[broken], copy, disk)
    return cell.plant(
        "shared_disk_copy",
        f"everybody may copy {copy.name}, the disk of {machine.name}",
        [copy],
        (copy, "ec2_ebs_public_snapshot", 3),
    )


def published_key(cell: Cell, broken: str) -> None:
    """A build user's key in a public image; the user may hand an administrator's role to a function."""
    admin = iam.role(
        cell,
        f"{cell.application()}-setup",
        iam.service_trust("lambda"),
        [iam.policy(cell, "setup", iam.allow("*"))],
    )
    small = iam.role(
        cell,
        f"{cell.application()}-thumbs",
        iam.service_trust("lambda"),
        [iam.policy(cell, "logs", iam.allow("logs:PutLogEvents"))],
    )
    passed = small.uid if broken == "harmless role" else f"arn:aws:iam::{cell.account.id}:role/*"
    create = iam.allow(
        ["lambda:CreateFunction", "lambda:InvokeFunction", "ecr:PutImage", "ecr:UploadLayerPart"]
    )
    statements = [create | {"Sid": "Build"}, iam.allow("iam:PassRole", passed)]
    if broken == "service condition":
        only = {"StringEquals": {"iam:PassedToService": "glue.amazonaws.com"}}
        statements[1] = iam.allow("iam:PassRole", passed, Condition=only)
    if broken == "explicit deny":
        statements.append(iam.deny("iam:PassRole"))
    rights = iam.policy(cell, "ci", *statements)
    known = iam.key(cell, cell.number(300, 700), active=broken != "inactive key")
    robot = iam.user(cell, cell.name("ci-runner"), [rights], keys=[known])
    repository = compute.repository(cell, public=broken != "private registry")
    variables = {"AWS_ACCESS_KEY_ID": known["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": cell.hexes(40)}
    image = images.image(cell, repository, variables=variables)
    if broken:
        whys = {
            "harmless role": "the only role that it may hand on writes logs",
            "service condition": "it may hand roles to another service only",
            "explicit deny": "a statement denies what another allows",
            "inactive key": "the key is switched off",
            "private registry": "only the company's own accounts may pull the image",
        }
        return cell.decoy("published_key", broken, whys[broken], repository, image, robot, rights)
    return cell.plant(
        "published_key",
        f"a public image holds the key of {robot.name}, who may hand {admin.name} to a function",
        [repository, image, robot, rights, admin],
        (repository, "ecr_repositories_not_publicly_accessible", 3),
        (image, "ecr_repository_image_no_secrets", 3),
        (rights, "iam_policy_allows_privilege_escalation", 3),
        (robot, "iam_rotate_access_key_90_days", 2),
    )


def public_bucket(cell: Cell, broken: str) -> None:
    """A bucket with regulated data that its policy opens to everybody."""
    data_class = "" if broken == "dead end" else cell.pick(("PII", "PCI", "PHI"))
    tagged = data_class if cell.chance(0.5) else ""
    if broken in ("address condition", "endpoint condition"):
        condition = (
            {"IpAddress": {"aws:SourceIp": ["203.0.113.0/28"]}}
            if broken == "address condition"
            else {"StringEquals": {"aws:SourceVpce": f"vpce-{cell.hexes(17)}"}}
        )
        listed = iam.allow("s3:GetObject", "arn:aws:s3:::*/*", Principal="*", Condition=condition)
        store = data.bucket(cell, statements=(listed,), blocked=False, data_class=tagged, tidy=True)
    else:
        blocked = broken == "public access block"
        # Such a block still lets the account's own identities in by an open policy.
        own = iam.deny("s3:GetObject", "arn:aws:s3:::*/*", Principal="*", Condition=_ONE_ROLE)
        store = data.bucket(
            cell,
            statements=(own,) if blocked else (),
            public=True,
            blocked=blocked,
            data_class=tagged,
            tidy=True,
        )
    if tagged:
        certain_tag(cell, store, data_class)
    if data_class:
        data_findings.holds(cell, store, data_class, *(("files",) if tagged else ("scan", "files")))
    if broken:
        whys = {
            "public access block": "the bucket's block makes the policy void",
            "address condition": "only an office's addresses are let in",
            "endpoint condition": "only one endpoint of the company's network is let in",
            "dead end": "it holds pages for the public",
        }
        return cell.decoy("public_bucket", broken, whys[broken], store)
    return cell.plant(
        "public_bucket",
        f"everybody may read {store.name}, which holds regulated data",
        [store],
        (store, "s3_bucket_public_access", 3),
        (store, "s3_bucket_level_public_access_block", 3),
    )


IDENTITY_KINDS = (
    Kind(
        "open_trust",
        "AWS",
        open_trust,
        ("external id", "organization condition", "source address", "permission boundary", "dead end"),
    ),
    Kind("federation", "AWS", federation, ("subject condition", "dead end", "permission boundary")),
    Kind("shared_database_copy", "AWS", shared_database_copy, ("named account", "dead end")),
    Kind("shared_disk_copy", "AWS", shared_disk_copy, ("named account", "dead end")),
    Kind(
        "published_key",
        "AWS",
        published_key,
        ("harmless role", "service condition", "explicit deny", "inactive key", "private registry"),
    ),
    Kind(
        "public_bucket",
        "AWS",
        public_bucket,
        ("public access block", "address condition", "endpoint condition", "dead end"),
    ),
)
