"""Keys of AWS users by their ids, wherever records or findings tell of them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.tools.priority.building import ACCOUNT, arn, asset, bucket, finding, role, snapshot
from tools.findings.model import AssetRecord, Finding, FindingStatus
from tools.priority.context import build_context
from tools.priority.graph.model import AttackPath, Relation
from tools.priority.graph.told import told_by
from tools.priority.increment import added_to
from tools.priority.service import score_context

KEY = "AKIAIOSFODNN7EXAMPLE"
ADMIN = [{"PolicyName": "a", "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}]


def _user(*keys: dict[str, Any]) -> AssetRecord:
    config = {"UserName": "deploy", "AttachedManagedPolicies": ADMIN, "AccessKeyMetadata": list(keys)}
    return asset(f"arn:aws:iam::{ACCOUNT}:user/deploy", config)


def _listed(status: str = "Active") -> dict[str, Any]:
    """One row of `list-access-keys`."""
    return {"UserName": "deploy", "AccessKeyId": KEY, "Status": status, "CreateDate": "2025-01-02T03:04:05Z"}


def _path(user: AssetRecord, *assets: AssetRecord, findings: tuple[Finding, ...] = ()) -> AttackPath | None:
    return build_context(snapshot(findings, (user, *assets))).graph.path_of(user.asset_id)


def _by_key(path: AttackPath | None) -> bool:
    return path is not None and any(e.relation is Relation.HOLDS for e in path.edges)


@pytest.mark.parametrize("status", ["Active", "Inactive"])
def test_a_key_in_a_function_that_strangers_run_is_its_user(status: str) -> None:
    policy = {
        "Statement": [
            {"Effect": "Allow", "Principal": "*", "Action": "lambda:InvokeFunction", "Resource": "*"}
        ]
    }
    function = asset(
        arn("lambda", "function:hook"),
        {"FunctionName": "hook", "Policy": policy, "Environment": {"Variables": {"AWS_ACCESS_KEY_ID": KEY}}},
    )
    path = _path(_user(_listed(status)), function)
    assert _by_key(path) is (status == "Active")


@pytest.mark.parametrize(
    ("why", "place"),
    [
        (
            "an object in the bucket's record",
            {"objects": [{"Key": ".env", "Body": f"AWS_ACCESS_KEY_ID={KEY}"}]},
        ),
        ("deeper", {"scan": {"findings": [{"sample": {"matches": [f"id {KEY} in line 3"]}}]}}),
    ],
)
def test_a_key_in_a_bucket_that_anyone_reads_is_its_user(why: str, place: dict[str, Any]) -> None:
    path = _path(_user(_listed()), bucket("backup", public=True, **place))
    assert path is not None, why
    assert [n.label for n in path.nodes][:3] == ["internet", "backup", "deploy"]
    assert _by_key(path)
    closed = _path(_user(_listed()), bucket("backup", public=False, **place))
    assert not _by_key(closed)


def test_what_a_finding_tells_of_a_bucket_or_an_object_in_it_counts() -> None:
    store = bucket("backup", public=True)
    thing = asset("arn:aws:s3:::backup/conf/.env", {}, name="conf/.env")
    text = f"Object conf/.env holds an AWS access key ({KEY})."
    for on in (store, thing):
        said = finding("s3_bucket_secrets_found", on, description=text)
        path = _path(_user(_listed()), store, thing, findings=(said,))
        assert _by_key(path)
        assert path is not None
        assert "a finding says" in path.edges[1].why
    closed = finding("s3_bucket_secrets_found", store, description=text, status=FindingStatus.PASS)
    assert told_by(closed) is None
    assert told_by(finding("s3_bucket_public_access", store)) is None


def test_what_a_finding_says_of_an_identity_is_no_place() -> None:
    other = role("deployer", admin=True, trust="*")
    said = finding("iam_rotate_access_key_90_days", other, description=f"Key {KEY} is 400 days old.")
    path = _path(_user(_listed()), other, findings=(said,))
    assert path is None or path.nodes[1].label == "deploy"


def test_a_key_may_have_a_record_of_its_own() -> None:
    record = asset(
        f"arn:aws:iam::{ACCOUNT}:access-key/{KEY}", _listed(), type_id="AWS_IAM_ACCESS_KEY", name=KEY
    )
    assert _by_key(_path(_user(), record, bucket("backup", public=True, objects=[KEY])))


def test_a_new_finding_that_tells_of_a_key_is_no_small_change() -> None:
    user, store = _user(_listed()), bucket("backup", public=True)
    before = snapshot((finding("s3_bucket_public_access", store),), (user, store))
    context = build_context(before)
    book = score_context(before, context)
    told = finding("s3_bucket_secrets_found", store, description=f"holds {KEY}")
    plain = finding("s3_bucket_versioning", store)
    assert added_to(book, context, before, snapshot((*before.findings, told), (user, store))) is None
    assert added_to(book, context, before, snapshot((*before.findings, plain), (user, store))) is not None
