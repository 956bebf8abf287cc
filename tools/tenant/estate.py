"""Fills an empty store with the demo estate, so that the product shows something before anything is loaded.

The same size and seed give the same resources, findings and ids. The estate is marked as a demo: the first
real load replaces it. What is planted in it (attack paths that are there, decoys that are none) is kept with
the mark.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any, Literal

from tools.findings.kinds import kind_for
from tools.findings.model import Finding, FindingStatus, ResourceRef, ScannedRecord
from tools.results import utcnow
from tools.tenant.database import TenantDatabase
from tools.tenant.errors import StoreError
from tools.tenant.estate_aws import draw_aws
from tools.tenant.estate_checks import Check, checks_for
from tools.tenant.estate_company import ACCOUNTS, COMPANY, Account, Estate, Resource
from tools.tenant.estate_others import draw_azure, draw_google
from tools.tenant.loading_merge import FindingMerger
from tools.tenant.loading_report import LoadReport
from tools.tenant.loading_route import BATCH

Size = Literal["small", "medium", "large"]
HISTORY_DAYS = 90
_DRAW: dict[str, Callable[[Estate, Account], None]] = {
    "AWS": draw_aws,
    "AZURE": draw_azure,
    "GCP": draw_google,
}
_SERVICES = {"aws.security_group": "ec2", "aws.policy": "iam", "aws.account": "account"}


_SCALES: dict[Size, int] = {"small": 3, "medium": 15, "large": 75}


def seed(
    database: TenantDatabase,
    size: Size = "small",
    seed: int = 1,
    *,
    now: datetime | None = None,
    who: str = "local",
) -> dict[str, Any]:
    """Put the demo estate in, in place of an older one; returns what `database.info()` then says.

    Raises `StoreError` when the store holds loaded data, which a demo must not mix with.
    """
    if size not in _SCALES:
        raise StoreError(f"There is no demo estate of size {size!r}. Sizes: {', '.join(_SCALES)}.")
    moment = (now or utcnow()).replace(minute=0, second=0, microsecond=0)
    database.clear_demo(who)
    held = database.counts()
    if any(held[name] for name in ("issues", "findings", "asset_inventory")):
        raise StoreError(
            "The store holds loaded data; the demo estate is not mixed with it. Use another data directory "
            "(POSTURE_HOME) for the demo."
        )
    estate = draw(size, seed, moment)
    report = LoadReport(file=f"demo estate ({size}, seed {seed})", format="demo")
    database.mark_demo(
        {
            "company": COMPANY,
            "size": size,
            "seed": seed,
            "planted": estate.planted,
            "decoys": estate.decoys,
        }
    )
    merger = FindingMerger(database, report, moment, native=True)
    merger.add_assets(resource.asset for resource in estate.resources)
    records = list(enumerate(_records(estate), start=1))
    report.read = len(records)
    for start in range(0, len(records), BATCH):
        merger.merge(records[start : start + BATCH])
    database.record_load(report, who)
    return database.info()


def draw(size: Size, seed: int, now: datetime) -> Estate:
    """The estate itself, without a store."""
    estate = Estate(Random(f"{seed}"), now, _SCALES[size])  # noqa: S311 (a demo, no secret)
    for account in ACCOUNTS:
        _DRAW[account.provider](estate, account)
    return estate


def _records(estate: Estate) -> list[ScannedRecord]:
    found = []
    for resource in estate.resources:
        for check in checks_for(resource.kind):
            found.append(_record(estate, resource, check))
    return found


def _record(estate: Estate, resource: Resource, check: Check) -> ScannedRecord:
    asset = resource.asset
    failed = check.fails(resource.config)
    age = timedelta(days=estate.random.uniform(0.5, HISTORY_DAYS))
    observed = estate.now - timedelta(minutes=estate.random.randint(5, 600))
    provider = asset.provider.lower()
    uid = f"{estate.hexes(32)}|{check.rule_id}"
    what = asset.type_name or "resource"
    finding = Finding(
        id=uid,
        external_id=uid,
        title=check.title,
        description=f"{what} {asset.name} in {resource.account.name}. {check.title}."
        if failed
        else f"{what} {asset.name} in {resource.account.name} passes.",
        severity=check.severity,
        status=FindingStatus.FAIL if failed else FindingStatus.PASS,
        kind=kind_for(provider, check.rule_id),
        rule_id=check.rule_id,
        source="CSPM",
        provider=asset.provider,
        account=asset.account,
        account_name=resource.account.name,
        region=asset.region,
        service=_service(resource),
        resource=ResourceRef(asset_id=asset.asset_id, uid=asset.uid, name=asset.name, type=asset.type_id),
        asset_ids=(asset.asset_id,),
        tags=asset.tags,
        remediation=check.remediation,
        first_seen=estate.now - age,
        observed_at=observed,
        updated_at=observed,
    )
    return ScannedRecord(finding, (asset,))


def _service(resource: Resource) -> str:
    if resource.kind in _SERVICES:
        return _SERVICES[resource.kind]
    checks = checks_for(resource.kind)
    return checks[0].rule_id.split("_")[0] if checks else ""


def planted(database: TenantDatabase) -> dict[str, Any]:
    """What is planted in the demo estate of a store: {planted, decoys, ...}; empty when there is no demo."""
    kept = database.meta("demo")
    found: dict[str, Any] = json.loads(kept) if kept else {}
    return found
