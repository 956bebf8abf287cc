"""Records in the forms that scanners write, made up for the tests."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

ACCOUNT = "123456789012"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda children: (
        st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=8), children, max_size=3)
    ),
    max_leaves=6,
)


def ocsf(uid: str = "finding-1", **changes: Any) -> dict[str, Any]:
    """A Prowler record; keyword names with `__` reach into it (`finding_info__title="x"`)."""
    record: dict[str, Any] = {
        "message": "Bucket data is public.",
        "metadata": {
            "event_code": "s3_bucket_public_access",
            "product": {"name": "Prowler", "vendor_name": "Prowler", "version": "5.46.0"},
            "version": "1.5.0",
        },
        "severity_id": 5,
        "severity": "Critical",
        "status": "New",
        "status_id": 1,
        "status_code": "FAIL",
        "status_detail": "Bucket data is public.",
        "unmapped": {"compliance": {"CIS-4.0.1": ["2.1.4"]}, "provider": "aws", "provider_uid": ACCOUNT},
        "finding_info": {
            "analytic": {"category": "s3", "uid": "s3_bucket_public_access"},
            "created_time": 1795569576,
            "created_time_dt": "2026-11-25T01:19:36.382690",
            "title": "S3 bucket is not public",
            "uid": uid,
        },
        "resources": [
            {
                "region": "eu-west-1",
                "data": {"details": "", "metadata": {"name": "data", "policy": {"Version": "2012-10-17"}}},
                "group": {"name": "s3"},
                "labels": ["Environment:production", "DataClass:PII"],
                "name": "data",
                "type": "AwsS3Bucket",
                "uid": "arn:aws:s3:::data",
            }
        ],
        "class_uid": 2004,
        "class_name": "Detection Finding",
        "cloud": {
            "account": {"name": "prod", "uid": ACCOUNT},
            "provider": "aws",
            "region": "eu-west-1",
        },
        "remediation": {"desc": "Block public access.", "references": []},
        "risk_details": "Data leaks.",
        "time": 1795569576,
        "time_dt": "2026-11-25T01:19:36.382690",
    }
    for path, value in changes.items():
        target = record
        *parents, last = path.split("__")
        for name in parents:
            target = target[name]
        target[last] = value
    return record


def asff(uid: str = "finding-1", **changes: Any) -> dict[str, Any]:
    """A Security Hub record; top-level keys may be replaced."""
    record: dict[str, Any] = {
        "SchemaVersion": "2018-10-08",
        "Id": uid,
        "ProductArn": "arn:aws:securityhub:eu-west-1::product/aws/securityhub",
        "GeneratorId": "security-control/S3.8",
        "AwsAccountId": ACCOUNT,
        "CreatedAt": "2026-11-20T10:00:00.000Z",
        "UpdatedAt": "2026-11-25T10:00:00.000Z",
        "Severity": {"Label": "HIGH", "Normalized": 70},
        "Title": "S3 general purpose buckets should block public access",
        "Description": "This control checks the block.",
        "Resources": [
            {
                "Type": "AwsS3Bucket",
                "Id": "arn:aws:s3:::data",
                "Region": "eu-west-1",
                "Tags": {"Owner": "data-eng"},
                "Details": {"AwsS3Bucket": {"Name": "data", "OwnerId": "o"}},
            }
        ],
        "Compliance": {
            "Status": "FAILED",
            "SecurityControlId": "S3.8",
            "RelatedRequirements": ["NIST.800-53.r5 AC-3", "NIST.800-53.r5 AC-4", "PCI DSS v3.2.1/1.2.1"],
            "AssociatedStandards": [{"StandardsId": "standards/cis"}],
        },
        "Remediation": {"Recommendation": {"Text": "Turn the block on.", "Url": "https://example.org"}},
        "Workflow": {"Status": "NEW"},
        "RecordState": "ACTIVE",
    }
    return record | changes
