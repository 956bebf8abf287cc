"""Reads findings and assets from what a Cortex tenant gives: issues, alerts, rows of its datasets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic_core import from_json

from tools.cortex.classic_records import issue_from_alert
from tools.cortex.model import Issue, moment
from tools.findings import values
from tools.findings.kinds import is_kind, kind_for
from tools.findings.model import UNCLASSIFIED, AssetRecord, Finding, FindingStatus, ResourceRef, Severity
from tools.findings.resources import classify, parse_arn, provider_name

_STATUSES = {status.value: status for status in FindingStatus}
_PROGRESS = {
    "new": "New",
    "open": "New",
    "in progress": "In Progress",
    "under investigation": "In Progress",
    "reopened": "New",
}
_CONFIG_KEYS = ("Platform Discovery", "platform discovery", "CWP", "Cloud Discovery")

Assets = Mapping[str, AssetRecord]


def from_issue(issue: Issue, assets: Assets | None = None) -> Finding:
    """The finding that an issue states. With `assets` it gets their tags, account, region and names."""
    names, kinds = issue.asset_names, issue.asset_types
    return _finding(
        {
            "id": issue.id,
            "external_id": issue.external_id,
            "name": issue.name,
            "description": issue.description or issue.extended_description,
            "severity": issue.severity,
            "domain": issue.domain,
            "category": issue.category,
            "type": issue.type,
            "owner": issue.owner or issue.detection_method,
            "detection.rule_id": issue.detection_rule_id,
            "status.progress": issue.status_progress,
            "remediation": issue.remediation,
            "impact": issue.impact,
            "asset_ids": issue.asset_ids,
            "normalized_fields": issue.normalized_fields,
            "asset_names": names,
            "asset_types": kinds,
            "provider": issue.asset_providers[0] if issue.asset_providers else "",
            "account": issue.asset_accounts[0] if issue.asset_accounts else "",
            "region": issue.asset_regions[0] if issue.asset_regions else "",
            "uid": issue.asset_external_provider_ids[0] if issue.asset_external_provider_ids else "",
        },
        observed=moment(issue.observation_time),
        first=moment(issue.insert_time),
        updated=moment(issue.last_modified),
        assets=assets or {},
    )


def from_alert(record: Mapping[str, Any], assets: Assets | None = None) -> Finding:
    """The finding that a classic alert states. Its cloud identity is often missing and then empty."""
    return from_issue(issue_from_alert(record), assets)


def from_issue_row(row: Mapping[str, Any], assets: Assets | None = None) -> Finding:
    """The finding in a row of the `issues` dataset."""
    prefix = "xdm.issue."
    return _finding(
        {key.removeprefix(prefix): value for key, value in row.items()},
        observed=values.moment(row.get("xdm.issue.observation_time") or row.get("_time")),
        first=values.moment(row.get("_insert_time")),
        updated=values.moment(row.get("xdm.issue.last_modified")),
        assets=assets or {},
    )


def from_finding_row(row: Mapping[str, Any], assets: Assets | None = None) -> Finding:
    """The finding in a row of the `findings` dataset: evidence, passed or failed, not an issue."""
    facts = as_object(row.get("xdm.finding.normalized_fields"))
    asset = values.text(row.get("xdm.finding.asset_id"))
    observed = values.moment(row.get("_time"))
    finding = _finding(
        {
            "external_id": row.get("xdm.finding.id"),
            "name": row.get("xdm.finding.name"),
            "description": row.get("xdm.finding.description"),
            "severity": facts.get("xdm.finding.severity") or facts.get("xdm.vulnerability.severity"),
            "category": row.get("xdm.finding.category"),
            "owner": row.get("xdm.finding.owner"),
            "detection.rule_id": row.get("xdm.finding.type_id"),
            "asset_ids": [asset] if asset else [],
            "asset_names": [row.get("xdm.finding.asset_name")],
            "normalized_fields": facts,
        },
        observed=observed,
        first=values.moment(row.get("_insert_time")),
        updated=observed,
        assets=assets or {},
    )
    return finding.model_copy(update={"issue_id": None})


def asset_from_row(row: Mapping[str, Any]) -> AssetRecord:
    """The asset in a row of the `asset_inventory` dataset, or of the assets endpoint."""

    def column(name: str) -> str:
        return values.text(row.get(f"xdm.asset.{name}"))

    uid, type_id = column("strong_id"), column("type.id")
    kind = None if type_id and column("type.class") else classify(uid, scanner_type=type_id)
    return AssetRecord(
        asset_id=column("id"),
        uid=uid,
        name=column("name") or uid,
        type_id=type_id or (kind.id if kind else ""),
        type_name=column("type.name") or (kind.name if kind else ""),
        asset_class=column("type.class") or (kind.asset_class if kind else ""),
        category=column("type.category") or (kind.category if kind else ""),
        provider=provider_name(column("provider")),
        account=column("realm"),
        region=column("cloud.region"),
        tags=values.tags(_parsed(row.get("xdm.asset.tags"))),
        config=configuration(row.get("xdm.asset.raw_fields")),
    )


def configuration(raw: Any) -> dict[str, Any]:
    """The cloud configuration in `xdm.asset.raw_fields`, which is keyed by the source that reported it."""
    fields = as_object(raw)
    for key in _CONFIG_KEYS:
        inner = as_object(fields.get(key))
        if inner:
            return inner
    if len(fields) == 1:
        only = as_object(next(iter(fields.values())))
        return only or fields
    return fields


def as_object(value: Any) -> dict[str, Any]:
    """A JSON object, given as one or as its text; empty when it is neither."""
    parsed = _parsed(value)
    return dict(parsed) if isinstance(parsed, Mapping) else {}


def _parsed(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in {"{", "["}:
        try:
            return from_json(value)
        except ValueError:
            return value
    return value


def _finding(
    row: Mapping[str, Any],
    *,
    observed: datetime | None,
    first: datetime | None,
    updated: datetime | None,
    assets: Assets,
) -> Finding:
    facts = as_object(row.get("normalized_fields"))

    def fact(*names: str) -> str:
        for name in names:
            if found := values.text(facts.get(f"xdm.{name}")):
                return found
        return ""

    asset_ids = tuple(values.text(item) for item in _sequence(row.get("asset_ids")) if values.text(item))
    asset = next((assets[key] for key in asset_ids if key in assets), None)
    resource = _resource(row, asset_ids, asset, fact)
    arn = parse_arn(resource.uid)
    provider = provider_name(
        fact("cloud.provider")
        or (asset.provider if asset else "")
        or values.text(row.get("provider"))
        or ("AWS" if arn else "")
    )
    rule_id = values.text(row.get("detection.rule_id")) or fact("finding.rule_id")
    title = values.text(row.get("name")) or rule_id
    kind = _kind(provider, rule_id, title, values.text(row.get("type")))
    uid = values.text(facts.get("xdm.finding.uid"))
    issue_id = row.get("id")
    external = values.text(row.get("external_id"))
    public = uid or (values.text(issue_id) if issue_id is not None else external)
    return Finding(
        id=public or "unknown",
        issue_id=issue_id if isinstance(issue_id, (int, str)) else None,
        external_id=external,
        title=title or f"Issue {public}",
        description=values.text(row.get("description")) or fact("finding.status_detail"),
        severity=_severity(row.get("severity"), fact("finding.severity", "vulnerability.severity")),
        status=_STATUSES.get(fact("finding.status").upper(), FindingStatus.FAIL),
        progress=progress_of(values.text(row.get("status.progress"))),
        kind=kind,
        rule_id=rule_id,
        source=values.text(row.get("owner")),
        provider=provider,
        account=fact("cloud.project_id")
        or (asset.account if asset else "")
        or values.text(row.get("account")),
        account_name=fact("cloud.project"),
        region=fact("cloud.region")
        or (asset.region if asset else "")
        or values.text(row.get("region"))
        or (arn.region if arn else ""),
        service=fact("finding.service") or _service(kind, arn.service if arn else ""),
        resource=resource,
        asset_ids=asset_ids,
        tags=asset.tags if asset else {},
        domain=values.text(row.get("domain")).upper().removeprefix("DOMAIN_") or "POSTURE",
        category=values.text(row.get("category")).upper() or "CONFIGURATION",
        risk=values.text(row.get("impact")) or fact("finding.risk"),
        remediation=values.text(row.get("remediation")) or fact("finding.remediation"),
        compliance=_compliance(facts.get("xdm.finding.compliance")),
        first_seen=values.moment(facts.get("xdm.finding.first_observed")) or first or observed,
        inserted_at=first,
        observed_at=observed,
        updated_at=updated or observed,
    )


def _resource(
    row: Mapping[str, Any], asset_ids: Sequence[str], asset: AssetRecord | None, fact: Any
) -> ResourceRef:
    names = [values.text(item) for item in _sequence(row.get("asset_names"))]
    kinds = [values.text(item) for item in _sequence(row.get("asset_types"))]
    uid = (asset.uid if asset else "") or fact("asset.strong_id") or values.text(row.get("uid"))
    type_id = (asset.type_id if asset else "") or fact("asset.type.id") or (kinds[0] if kinds else "")
    return ResourceRef(
        asset_id=asset.asset_id if asset else (asset_ids[0] if asset_ids else ""),
        uid=uid,
        name=fact("asset.name") or (asset.name if asset else "") or (names[0] if names else ""),
        type=type_id or (classify(uid).id if uid else ""),
    )


def _kind(provider: str, rule_id: str, title: str, given: str) -> str:
    found = kind_for(provider, rule_id)
    if found == UNCLASSIFIED:
        found = kind_for("cortex", rule_id)
    if found == UNCLASSIFIED:
        found = kind_for("cortex", title)
    return given if found == UNCLASSIFIED and is_kind(given) else found


def _severity(*given: Any) -> Severity:
    return next((found for item in given if (found := values.severity(item))), Severity.MEDIUM)


def progress_of(given: str) -> str:
    """New, In Progress or Resolved, from any of the spellings in use."""
    word = given.strip().lower().removeprefix("enum.").replace("_", " ")
    parts = word.split(" ", 2)
    if parts[0] == "status" and len(parts) == 3:
        word = parts[2]
    if word.startswith(("resolved", "closed")):
        return "Resolved"
    return _PROGRESS.get(word, "New" if not word else given)


def _service(kind: str, arn_service: str) -> str:
    return kind.split(".")[1] if kind != UNCLASSIFIED else arn_service


def _compliance(value: Any) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for name, ids in as_object(value).items():
        plain = isinstance(ids, list) and all(type(item) is str for item in ids)
        found[name] = tuple(ids) if plain else tuple(values.text(item) for item in _sequence(ids))
    return found


def _sequence(value: Any) -> Sequence[Any]:
    parsed = _parsed(value)
    if isinstance(parsed, (list, tuple)):
        return parsed
    return [] if parsed in (None, "") else [parsed]
