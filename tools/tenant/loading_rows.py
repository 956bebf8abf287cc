"""Turns a scanner's finding and its resources into rows of `findings`, `issues` and `asset_inventory`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

from tools.findings.model import AssetRecord, Finding
from tools.tenant.database_core import dumps

PLATFORM = "Platform Discovery"
"""Key of `xdm.asset.raw_fields` under which the cloud configuration stands."""

Row = dict[str, Any]


def stamp(value: datetime | None) -> str | None:
    """A time as DuckDB's TIMESTAMP takes it: UTC, without zone."""
    return None if value is None else value.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ")


def digest(value: Any) -> str:
    """A fingerprint of a JSON value, the same whatever the order of its keys."""
    import json

    body = json.dumps(value, sort_keys=True, separators=(",", ":"), default=str)
    return blake2b(body.encode("utf-8", "replace"), digest_size=16).hexdigest()


def normalized(finding: Finding) -> Row:
    """The literal dotted keys that a finding's facts have in `normalized_fields`."""
    resource = finding.resource
    facts: Row = {
        "xdm.finding.status": finding.status.value,
        "xdm.finding.severity": finding.severity.value,
        "xdm.finding.rule_id": finding.rule_id,
        "xdm.finding.service": finding.service,
        "xdm.cloud.provider": finding.provider,
        "xdm.cloud.project_id": finding.account,
        "xdm.cloud.project": finding.account_name,
        "xdm.cloud.region": finding.region,
        "xdm.asset.strong_id": resource.uid,
        "xdm.asset.name": resource.name,
        "xdm.asset.type.id": resource.type,
        "xdm.finding.first_observed": stamp(finding.first_seen) or "",
        "xdm.finding.compliance": {name: list(ids) for name, ids in finding.compliance.items()},
    }
    return {key: value for key, value in facts.items() if value not in ("", {})}


def finding_row(finding: Finding, now: str) -> Row:
    """A row of `findings`."""
    facts = normalized(finding) | {
        "xdm.finding.status_detail": finding.description,
        "xdm.finding.remediation": finding.remediation,
        "xdm.finding.risk": finding.risk,
    }
    return {
        "xdm.finding.id": finding.id,
        "xdm.finding.name": finding.title,
        "xdm.finding.description": finding.description,
        "xdm.finding.category": finding.category,
        "xdm.finding.type_id": finding.rule_id,
        "xdm.finding.asset_id": finding.resource.asset_id or None,
        "xdm.finding.asset_name": finding.resource.name or None,
        "xdm.finding.owner": finding.source,
        "xdm.finding.normalized_fields": dumps(facts),
        "_time": stamp(finding.observed_at) or now,
        "_insert_time": now,
    }


def issue_row(finding: Finding, now: str, *, native: bool = False) -> Row:
    """A row of `issues`, yet without its id; an import's row, unless `native`."""
    observed = stamp(finding.observed_at) or now
    facts = normalized(finding)
    if not native:
        facts["xdm.finding.uid"] = finding.id
    return {
        "xdm.issue.external_id": finding.external_id,
        "xdm.issue.name": finding.title,
        "xdm.issue.description": finding.description,
        "xdm.issue.severity": finding.severity.value,
        "xdm.issue.domain": finding.domain,
        "xdm.issue.category": finding.category,
        "xdm.issue.type": finding.kind,
        "xdm.issue.owner": finding.source,
        "xdm.issue.detection.method": "CSPM Scanner" if native else "Custom Issue",
        "xdm.issue.detection.rule_id": finding.rule_id,
        "xdm.issue.status.progress": finding.progress,
        "xdm.issue.remediation": finding.remediation,
        "xdm.issue.impact": finding.risk,
        "xdm.issue.observation_time": observed,
        "xdm.issue.last_modified": now,
        "xdm.issue.asset_ids": list(finding.asset_ids),
        "xdm.issue.finding_ids": [finding.id],
        "xdm.issue.normalized_fields": dumps(facts),
        "xdm.issue.is_excluded": False,
        "xdm.issue.is_excepted": False,
        "xdm.issue.is_starred": False,
        "_time": observed,
        "_insert_time": (stamp(finding.first_seen) or now) if native else now,
    }


def asset_row(asset: AssetRecord, first: str, last: str, now: str) -> Row:
    """A row of `asset_inventory`; its raw configuration under the platform's own key."""
    return {
        "xdm.asset.id": asset.asset_id,
        "xdm.asset.strong_id": asset.uid,
        "xdm.asset.name": asset.name,
        "xdm.asset.provider": asset.provider,
        "xdm.asset.realm": asset.account,
        "xdm.asset.cloud.region": asset.region,
        "xdm.asset.type.class": asset.asset_class,
        "xdm.asset.type.category": asset.category,
        "xdm.asset.type.name": asset.type_name,
        "xdm.asset.type.id": asset.type_id,
        "xdm.asset.tags": dumps(dict(asset.tags)),
        "xdm.asset.raw_fields": dumps({PLATFORM: dict(asset.config)}) if asset.config else None,
        "xdm.asset.first_observed": first,
        "xdm.asset.last_observed": last,
        "_time": last,
        "_insert_time": now,
    }


def merged(one: AssetRecord, other: AssetRecord) -> AssetRecord:
    """Two reports of one resource as one: every key kept, the richer value where they differ."""
    if one == other:
        return one
    return one.model_copy(
        update={
            "name": _better_name(one, other),
            "tags": dict(one.tags) | dict(other.tags),
            "config": _richer(one.config, other.config),
            "region": one.region or other.region,
            "account": one.account or other.account,
            "provider": one.provider or other.provider,
        }
    )


def _better_name(one: AssetRecord, other: AssetRecord) -> str:
    # A check may append to the name what it looked at (user/policy): the plain name ends the identity.
    fits = [name for name in (one.name, other.name) if name and one.uid.endswith(name)]
    names = sorted(filter(None, (one.name, other.name)), key=lambda name: (len(name), name))
    return fits[0] if fits else (names[0] if names else "")


def _richer(one: Mapping[str, Any], other: Mapping[str, Any]) -> Row:
    """Both maps' keys; of two values the one that says more (longer JSON text; the later of equals)."""
    found: Row = dict(one)
    for key, value in other.items():
        if key in found and found[key] == value:
            continue
        if key not in found or len(dumps(value)) >= len(dumps(found[key])):
            found[key] = value
    return found


def stored_asset(row: Sequence[Any]) -> AssetRecord:
    """The asset in a row of columns as the merger selects them."""
    raw = json.loads(row[11]) if row[11] else {}
    config = raw.get(PLATFORM, raw) if isinstance(raw, dict) else {}
    return AssetRecord(
        asset_id=row[0],
        uid=row[1] or "",
        name=row[2] or "",
        provider=row[3] or "",
        account=row[4] or "",
        region=row[5] or "",
        type_id=row[6] or "",
        type_name=row[7] or "",
        asset_class=row[8] or "",
        category=row[9] or "",
        tags=json.loads(row[10]) if row[10] else {},
        config=config if isinstance(config, dict) else {},
    )
