"""Reads findings and assets from what a Cortex tenant gives: issues, alerts, rows of its datasets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from pydantic_core import from_json

from tools.cortex.classic_records import issue_from_alert
from tools.cortex.model import Issue, moment
from tools.findings import values
from tools.findings.kinds import is_kind, kind_for
from tools.findings.model import (
    UNCLASSIFIED,
    AssetRecord,
    Finding,
    FindingStatus,
    ResourceRef,
    Severity,
    exact,
)
from tools.findings.resources import classify, parse_arn, provider_name

_STATUSES = {status.value: status for status in FindingStatus}
_PROGRESS = {
    "new": "New",
    "open": "New",
    "in progress": "In Progress",
    "under investigation": "In Progress",
    "reopened": "New",
}
_NONE: dict[str, tuple[str, ...]] = {}
_MOST_TEXTS = 20_000
_CONFIG_KEYS = ("Platform Discovery", "platform discovery", "CWP", "Cloud Discovery")

Assets = Mapping[str, AssetRecord]


def from_issue(issue: Issue, assets: Assets | Rows | None = None) -> Finding:
    """The finding that an issue states. With `assets` it gets their tags, account, region and names."""
    names, kinds = issue.asset_names, issue.asset_types
    rows = assets if isinstance(assets, Rows) else Rows(assets or {})
    return rows.finding(
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
    )


def from_alert(record: Mapping[str, Any], assets: Assets | None = None) -> Finding:
    """The finding that a classic alert states. Its cloud identity is often missing and then empty."""
    return from_issue(issue_from_alert(record), assets)


def from_issue_row(row: Mapping[str, Any], assets: Assets | None = None) -> Finding:
    """The finding in a row of the `issues` dataset."""
    return Rows(assets or {}).issue(row)


def from_finding_row(row: Mapping[str, Any], assets: Assets | None = None) -> Finding:
    """The finding in a row of the `findings` dataset: evidence, passed or failed, not an issue."""
    return _evidence(Rows(assets or {}), row)


def _evidence(rows: Rows, row: Mapping[str, Any]) -> Finding:
    facts = as_object(row.get("xdm.finding.normalized_fields"))
    asset = values.text(row.get("xdm.finding.asset_id"))
    observed = _moment(row.get("_time"))
    finding = rows.finding(
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
        first=_moment(row.get("_insert_time")),
        updated=observed,
    )
    return finding if finding.issue_id is None else finding.model_copy(update={"issue_id": None})


def asset_from_row(row: Mapping[str, Any]) -> AssetRecord:
    """The asset in a row of the `asset_inventory` dataset, or of the assets endpoint."""

    def column(name: str) -> str:
        return values.text(row.get(f"xdm.asset.{name}"))

    uid, type_id = column("strong_id"), column("type.id")
    kind = None if type_id and column("type.class") else classify(uid, scanner_type=type_id)
    return exact(
        AssetRecord,
        {
            "asset_id": column("id"),
            "uid": uid,
            "name": column("name") or uid,
            "type_id": type_id or (kind.id if kind else ""),
            "type_name": column("type.name") or (kind.name if kind else ""),
            "asset_class": column("type.class") or (kind.asset_class if kind else ""),
            "category": column("type.category") or (kind.category if kind else ""),
            "provider": provider_name(column("provider")),
            "account": column("realm"),
            "region": column("cloud.region"),
            "tags": values.tags(_parsed(row.get("xdm.asset.tags"))),
            "config": configuration(row.get("xdm.asset.raw_fields")),
        },
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
    if parsed is not value and type(parsed) is dict:
        return parsed  # just read, nobody else has it
    return dict(parsed) if isinstance(parsed, Mapping) else {}


def _parsed(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in {"{", "["}:
        try:
            return from_json(value)
        except ValueError:
            return value
    return value


_ISSUE_COLUMNS = {
    name: f"xdm.issue.{name}"
    for name in (
        *("id", "external_id", "name", "description", "severity", "domain", "category", "type", "owner"),
        *("detection.rule_id", "status.progress", "asset_ids", "normalized_fields", "remediation", "impact"),
    )
}


class Rows:
    """Reads many rows over the same assets. What rows have in common (resources, times, requirements) is kept once."""

    def __init__(self, assets: Assets) -> None:
        self._assets = assets
        self._resources: dict[tuple[str, str, str, str], ResourceRef] = {}
        self._requirements: dict[str, tuple[Any, dict[str, tuple[str, ...]]]] = {}
        self._texts: dict[str, str] = {}

    def issue(self, row: Mapping[str, Any]) -> Finding:
        """The finding in a row of the `issues` dataset."""
        return self.finding(
            {name: row.get(column) for name, column in _ISSUE_COLUMNS.items()},
            observed=_moment(row.get("xdm.issue.observation_time") or row.get("_time")),
            first=_moment(row.get("_insert_time")),
            updated=_moment(row.get("xdm.issue.last_modified")),
        )

    def evidence(self, row: Mapping[str, Any]) -> Finding:
        """The finding in a row of the `findings` dataset."""
        return _evidence(self, row)

    def finding(
        self,
        row: Mapping[str, Any],
        *,
        observed: datetime | None,
        first: datetime | None,
        updated: datetime | None,
    ) -> Finding:
        """The finding that these columns state."""
        facts = as_object(row.get("normalized_fields"))
        text = values.text
        asset_ids = _ids(row.get("asset_ids"))
        asset = next((self._assets[key] for key in asset_ids if key in self._assets), None)
        if asset is not None and asset_ids == (asset.asset_id,):
            asset_ids = (asset.asset_id,)  # one text for all findings of an asset
        resource = self._resource(row, asset_ids, asset, facts)
        arn = parse_arn(resource.uid) if asset is None or not asset.region or not asset.provider else None
        provider = provider_name(
            _fact(facts, "xdm.cloud.provider")
            or (asset.provider if asset else "")
            or text(row.get("provider"))
            or ("AWS" if arn else "")
        )
        rule_id = text(row.get("detection.rule_id")) or _fact(facts, "xdm.finding.rule_id")
        title = text(row.get("name")) or rule_id
        kind = _kind(provider, rule_id, title, text(row.get("type")))
        issue_id = row.get("id")
        external = text(row.get("external_id"))
        public = text(facts.get("xdm.finding.uid")) or (text(issue_id) if issue_id is not None else external)
        service = _fact(facts, "xdm.finding.service")
        if not service:
            arn = arn or (parse_arn(resource.uid) if kind == UNCLASSIFIED else None)
            service = _service(kind, arn.service if arn else "")
        return exact(
            Finding,
            {
                "id": public or "unknown",
                "issue_id": issue_id if isinstance(issue_id, (int, str)) else None,
                "external_id": external,
                "title": title or f"Issue {public}",
                "description": text(row.get("description")) or _fact(facts, "xdm.finding.status_detail"),
                "severity": _severity(row.get("severity"))
                or _severity(
                    _fact(facts, "xdm.finding.severity") or _fact(facts, "xdm.vulnerability.severity")
                )
                or Severity.MEDIUM,
                "status": _STATUSES.get(_fact(facts, "xdm.finding.status").upper(), FindingStatus.FAIL),
                "progress": progress_of(text(row.get("status.progress"))),
                "kind": kind,
                "rule_id": rule_id,
                "source": text(row.get("owner")),
                "provider": provider,
                "account": _fact(facts, "xdm.cloud.project_id")
                or (asset.account if asset else "")
                or text(row.get("account")),
                "account_name": _fact(facts, "xdm.cloud.project"),
                "region": _fact(facts, "xdm.cloud.region")
                or (asset.region if asset else "")
                or text(row.get("region"))
                or (arn.region if arn else ""),
                "service": service,
                "resource": resource,
                "asset_ids": asset_ids,
                "tags": asset.tags if asset else {},
                "domain": _domain(text(row.get("domain"))),
                "category": _category(text(row.get("category"))),
                "risk": self._kept(text(row.get("impact")) or _fact(facts, "xdm.finding.risk")),
                "remediation": self._kept(
                    text(row.get("remediation")) or _fact(facts, "xdm.finding.remediation")
                ),
                "compliance": self._compliance(rule_id, facts.get("xdm.finding.compliance")),
                "first_seen": _moment(facts.get("xdm.finding.first_observed")) or first or observed,
                "inserted_at": first,
                "observed_at": observed,
                "updated_at": updated or observed,
            },
        )

    def _resource(
        self,
        row: Mapping[str, Any],
        asset_ids: Sequence[str],
        asset: AssetRecord | None,
        facts: Mapping[str, Any],
    ) -> ResourceRef:
        name = _fact(facts, "xdm.asset.name") or (asset.name if asset else "") or _first(row, "asset_names")
        uid = asset.uid if asset else ""
        uid = uid or _fact(facts, "xdm.asset.strong_id") or values.text(row.get("uid"))
        type_id = asset.type_id if asset else ""
        type_id = type_id or _fact(facts, "xdm.asset.type.id") or _first(row, "asset_types")
        key = (asset.asset_id if asset else (asset_ids[0] if asset_ids else ""), uid, name, type_id)
        found = self._resources.get(key)
        if found is None:
            fields = {"asset_id": key[0], "uid": uid, "name": name}
            fields["type"] = type_id or (classify(uid).id if uid else "")
            found = self._resources[key] = exact(ResourceRef, fields)
        return found

    def _kept(self, text: str) -> str:
        """One object for a text that all findings of a rule share; a scanner that writes each anew is let be."""
        if len(self._texts) < _MOST_TEXTS:
            return self._texts.setdefault(text, text)
        return self._texts.get(text, text)

    def _compliance(self, rule_id: str, given: Any) -> dict[str, tuple[str, ...]]:
        """The requirements; findings of one rule have the same, which is made once."""
        if not given:
            return _NONE
        before = self._requirements.get(rule_id)
        if before is None or before[0] != given:
            before = self._requirements[rule_id] = (given, _compliance(given))
        return before[1]


def _fact(facts: Mapping[str, Any], name: str) -> str:
    value = facts.get(name)
    return value if type(value) is str else values.text(value)


def _first(row: Mapping[str, Any], name: str) -> str:
    return next((values.text(item) for item in _sequence(row.get(name))), "")


def _ids(given: Any) -> tuple[str, ...]:
    return tuple(found for item in _sequence(given) if (found := values.text(item)))


@lru_cache(maxsize=131_072, typed=True)  # the minutes of three months
def _moment_of(value: str | int | float) -> datetime | None:
    return values.moment(value)


def _moment(value: Any) -> datetime | None:
    return _moment_of(value) if isinstance(value, (str, int, float)) else values.moment(value)


@lru_cache(maxsize=256)
def _category(given: str) -> str:
    return given.upper() or "CONFIGURATION"


@lru_cache(maxsize=256)
def _domain(given: str) -> str:
    return given.upper().removeprefix("DOMAIN_") or "POSTURE"


@lru_cache(maxsize=16384)
def _kind(provider: str, rule_id: str, title: str, given: str) -> str:
    found = kind_for(provider, rule_id)
    if found == UNCLASSIFIED:
        found = kind_for("cortex", rule_id)
    if found == UNCLASSIFIED:
        found = kind_for("cortex", title)
    return given if found == UNCLASSIFIED and is_kind(given) else found


@lru_cache(maxsize=256, typed=True)
def _severity_of(value: str | int) -> Severity | None:
    return values.severity(value)


def _severity(value: Any) -> Severity | None:
    return _severity_of(value) if isinstance(value, (str, int)) else values.severity(value)


@lru_cache(maxsize=256)
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
