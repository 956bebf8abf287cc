"""Layer `scope`: only what was meant to change has changed, and nothing is destroyed or made anew."""

from __future__ import annotations

from tools.remediation.hcl.tokens import tokenize
from tools.remediation.hcl.tree import Block, Body
from tools.remediation.model import LayerResult
from tools.remediation.oracle.case import Case, failed, passed
from tools.remediation.workspace import Spot, Workspace

# Attributes whose change makes the provider destroy the resource and make another (AWS provider 6).
FORCES_NEW: dict[str, frozenset[str]] = {
    "aws_db_instance": frozenset(
        {
            "storage_encrypted",
            "kms_key_id",
            "identifier",
            "engine",
            "username",
            "db_name",
            "snapshot_identifier",
        }
    ),
    "aws_rds_cluster": frozenset({"storage_encrypted", "kms_key_id", "cluster_identifier", "engine"}),
    "aws_ebs_volume": frozenset({"encrypted", "kms_key_id", "availability_zone", "snapshot_id"}),
    "aws_efs_file_system": frozenset({"encrypted", "kms_key_id", "creation_token"}),
    "aws_instance": frozenset(
        {"ami", "subnet_id", "key_name", "associate_public_ip_address", "availability_zone"}
    ),
    "aws_security_group": frozenset({"name", "description", "vpc_id"}),
    "aws_s3_bucket": frozenset({"bucket", "object_lock_enabled"}),
    "aws_ecr_repository": frozenset({"name", "encryption_configuration"}),
    "aws_cloudtrail": frozenset({"name"}),
    "aws_kms_key": frozenset({"customer_master_key_spec", "key_usage"}),
    "aws_eks_cluster": frozenset({"name", "role_arn"}),
    "aws_opensearch_domain": frozenset({"domain_name"}),
    "aws_redshift_cluster": frozenset({"cluster_identifier", "database_name", "master_username"}),
    "aws_dynamodb_table": frozenset({"name", "hash_key", "range_key"}),
    "aws_lambda_function": frozenset({"function_name"}),
    "aws_sqs_queue": frozenset({"name", "fifo_queue"}),
    "aws_sns_topic": frozenset({"name", "fifo_topic"}),
}


# Resources that are always made anew and hold nothing: a grant that is taken away and given otherwise.
HOLDS_NOTHING = frozenset({"aws_lambda_permission"})


def check_scope(case: Case) -> LayerResult:
    """Compares every block before and after with what the edits said they would touch."""
    old, new = case.before.files, case.after.files
    files = {name for name in {*old, *new} if old.get(name) != new.get(name)}
    before, after = _blocks(case.before, files), _blocks(case.after, files)
    faults: list[str] = []
    changed: list[str] = []
    for spot, block in before.items():
        if spot not in after:
            if spot not in case.after.removed:
                faults.append(f"{spot.address} is gone")
            continue
        for path in _differences(case.before, spot, block, case.after, after[spot]):
            changed.append(f"{spot.address}.{'.'.join(path)}")
            meant = case.after.touched.get(spot, set())
            if not any(path[: len(one)] == one or one[: len(path)] == path for one in meant):
                faults.append(f"{spot.address}.{'.'.join(path)} changed, which was not meant")
            if block.kind == "resource" and path[0] in FORCES_NEW.get(block.labels[0], ()):
                faults.append(f"changing {path[0]} makes {spot.address} be destroyed and made anew")
    faults.extend(
        f"{spot.address} was added, which was not meant"
        for spot in after
        if spot not in before and spot not in case.after.added
    )
    if faults:
        return failed(
            "more changes than should" if not case.recipe.replaces else "it cannot be done in place", faults
        )
    anew = sorted(
        {spot.address for spot in case.after.touched if spot.address.split(".")[0] in HOLDS_NOTHING}
    )
    parts = [
        f"changed: {', '.join(sorted(set(changed)))}" if changed else "",
        f"added: {', '.join(spot.address for spot in case.after.added)}" if case.after.added else "",
        f"removed, as meant: {', '.join(spot.address for spot in case.after.removed)}"
        if case.after.removed
        else "",
        f"made anew, and it holds nothing: {', '.join(anew)}" if anew else "",
        ""
        if anew or case.after.removed
        else "by our table none of it forces a replacement (a plan would prove it)",
    ]
    return passed("; ".join(part for part in parts if part))


def _blocks(space: Workspace, files: set[str]) -> dict[Spot, Block]:
    return {
        Spot(file, block.address): block
        for file in sorted(files & space.files.keys())
        for block in space.tree(file).blocks
    }


def _differences(old: Workspace, spot: Spot, a: Block, new: Workspace, b: Block) -> list[tuple[str, ...]]:
    return _body(old.files[spot.file], a.body, new.files[spot.file], b.body)


def _body(old: str, a: Body, new: str, b: Body) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    ours = {item.name: _words(old[item.value.start : item.value.end]) for item in a.attributes}
    theirs = {item.name: _words(new[item.value.start : item.value.end]) for item in b.attributes}
    found.extend((name,) for name in {*ours, *theirs} if ours.get(name) != theirs.get(name))
    for kind in dict.fromkeys(block.kind for block in (*a.blocks, *b.blocks)):
        left, right = a.blocks_of(kind), b.blocks_of(kind)
        if len(left) != len(right):
            found.append((kind,))
            continue
        for one, other in zip(left, right, strict=True):
            found.extend((kind, *path) for path in _body(old, one.body, new, other.body))
    return sorted(found)


def _words(text: str) -> tuple[str, ...]:
    """The tokens that matter: layout and comments do not."""
    return tuple(t.text for t in tokenize(text) if t.kind not in ("space", "newline", "comment", "end"))
