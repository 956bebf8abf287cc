"""Small evidence sets for the tests, written by hand."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from tools.findings.model import AssetRecord, Finding, FindingSet, FindingStatus, ResourceRef, Severity

NOW = datetime(2026, 3, 1, 6, 10, tzinfo=UTC)


def finding(check: str, status: str = "PASS", **given: Any) -> Finding:
    """One result of a check; `resource` is a uid."""
    uid = given.pop("resource", "arn:aws:s3:::ledger")
    values: dict[str, Any] = {
        "id": f"{check}-{given.get('account', '111122223333')}-{uid}-{status}",
        "title": check,
        "severity": Severity.HIGH,
        "status": FindingStatus(status),
        "rule_id": check,
        "source": "Prowler",
        "provider": "aws",
        "account": "111122223333",
        "region": "eu-west-1",
        "resource": ResourceRef(uid=uid, name=uid.rsplit(":", 1)[-1], asset_id=f"asset-{uid}"),
        "observed_at": NOW,
    }
    return Finding(**(values | given))


def evidence(findings: Iterable[Finding], **given: Any) -> FindingSet:
    """A set of findings, complete unless said otherwise."""
    items = tuple(findings)
    assets: dict[str, AssetRecord] = given.pop("assets", {})
    return FindingSet(findings=items, assets=assets, as_of=NOW, total=given.pop("total", len(items)), **given)
