"""Reads OCSF findings: Prowler's, and any producer's Detection (2004) or Compliance (2003) Finding.

Source: OCSF schema 1.x; Prowler's JSON-OCSF output, where `status` is always "New": the outcome is
`status_code`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from tools.findings import values
from tools.findings.errors import UnreadableRecordError
from tools.findings.kinds import kind_for
from tools.findings.model import AssetRecord, Finding, FindingStatus, ResourceRef, ScannedRecord, Severity
from tools.findings.resources import account_type, asset_id, classify, parse_arn, provider_name

_CLASSES = {2003: "Compliance Finding", 2004: "Detection Finding"}
_VERSION = re.compile(r"1\.\d+(\.\d+)?([-+].*)?$")
_OUTCOMES = {
    "fail": FindingStatus.FAIL,
    "failed": FindingStatus.FAIL,
    "failure": FindingStatus.FAIL,
    "warning": FindingStatus.FAIL,
    "pass": FindingStatus.PASS,
    "passed": FindingStatus.PASS,
    "success": FindingStatus.PASS,
    "manual": FindingStatus.MANUAL,
    "not_available": FindingStatus.MANUAL,
    "unknown": FindingStatus.MANUAL,
}
_COMPLIANCE_IDS = {1: FindingStatus.PASS, 2: FindingStatus.FAIL, 3: FindingStatus.FAIL}
# Prowler's ids are prowler-PROVIDER-CHECK-ACCOUNT-REGION-RESOURCE; for Kubernetes nothing else names the cluster.
_PROWLER = re.compile(r"prowler-(aws|azure|gcp|kubernetes|oraclecloud)-")
_PROGRESS = {1: "New", 2: "In Progress", 3: "Resolved", 4: "Resolved", 5: "Resolved", 6: "Resolved"}


def is_ocsf(record: Mapping[str, Any]) -> bool:
    """Whether a record looks like OCSF of any class."""
    return "class_uid" in record or ("finding_info" in record and "metadata" in record)


def from_ocsf(record: Mapping[str, Any]) -> Finding:
    """The finding of one OCSF record. Raises `UnreadableRecordError` with the reason."""
    return read_ocsf(record).finding


def read_ocsf(record: Mapping[str, Any]) -> ScannedRecord:
    """The finding of one OCSF record and the resources it names. Raises `UnreadableRecordError`."""
    _check_schema(record)
    notes: list[str] = []
    info = _map(record, "finding_info")
    uid = values.text(info.get("uid")).strip()
    if not uid:
        raise UnreadableRecordError("it has no finding id (finding_info.uid)")
    product = _map(_map(record, "metadata"), "product")
    unmapped, cloud, analytic = _map(record, "unmapped"), _map(record, "cloud"), _map(info, "analytic")
    compliance = _map(record, "compliance")
    account = _map(cloud, "account")
    account_id = values.text(account.get("uid")) or values.text(unmapped.get("provider_uid"))
    provider = provider_name(values.text(cloud.get("provider")) or values.text(unmapped.get("provider")))
    rule_id = values.text(_map(record, "metadata").get("event_code")) or values.text(analytic.get("uid"))
    rule_id = rule_id or values.text(compliance.get("control")) or values.text(analytic.get("name"))
    if not provider and (told := _PROWLER.match(uid)):
        provider = provider_name(told[1])
    if provider == "KUBERNETES" and not account_id:
        account_id = _cluster(uid, rule_id)
    title = values.text(info.get("title")) or values.text(record.get("message")) or rule_id or uid
    title = values.bounded(title, "the title", notes)
    status = _status(record, compliance)
    named = _list(record.get("resources") or record.get("resource"))
    resources = [item for item in named if isinstance(item, Mapping)]
    read = (_asset(item, provider, account_id, cloud) for item in resources)
    assets = tuple(asset for asset in read if asset is not None)
    region = values.text(cloud.get("region")) or (assets[0].region if assets else "")
    if not assets:
        assets = _account_asset(account_id, provider, region, notes)
    account_id = account_id or (assets[0].account if assets else "")
    severity = values.severity(record.get("severity")) or values.severity(record.get("severity_id"))
    observed = values.moment(record.get("time_dt")) or values.moment(record.get("time"))
    first = next((m for m in map(values.moment, _first_times(info)) if m), None)
    remediation = _map(record, "remediation")
    finding = Finding(
        id=uid,
        external_id=uid,
        title=title,
        description=values.bounded(
            record.get("status_detail") or record.get("message") or info.get("desc"), "the description", notes
        ),
        severity=severity or _unknown_severity(record, notes),
        status=status,
        progress=_progress(record) if status is FindingStatus.FAIL else "New",
        kind=kind_for(provider, rule_id),
        rule_id=rule_id,
        source=values.text(product.get("name")) or values.text(product.get("vendor_name")) or "OCSF",
        provider=provider,
        account=account_id,
        account_name=values.text(account.get("name")),
        region=region,
        service=_service(resources, info, rule_id),
        resource=reference(assets[0]) if assets else ResourceRef(),
        asset_ids=tuple(dict.fromkeys(asset.asset_id for asset in assets)),
        tags=dict(assets[0].tags) if assets else {},
        category="CONFIGURATION",
        risk=values.bounded(record.get("risk_details") or info.get("desc"), "the risk", notes),
        remediation=values.bounded(remediation.get("desc"), "the remediation", notes),
        compliance=_frameworks(unmapped.get("compliance"), compliance),
        first_seen=first or observed,
        observed_at=observed or first,
        updated_at=observed or first,
    )
    return ScannedRecord(finding, assets, tuple(notes))


def _check_schema(record: Mapping[str, Any]) -> None:
    class_uid = record.get("class_uid")
    if not isinstance(class_uid, int) or class_uid not in _CLASSES:
        name = values.text(record.get("class_name"))[:80]
        shown = f"{values.text(class_uid)[:20] or 'none'}{f' ({name})' if name else ''}"
        raise UnreadableRecordError(
            f"OCSF class {shown} is not a Detection Finding (2004) or Compliance Finding (2003)"
        )
    version = values.text(_map(record, "metadata").get("version"))
    if version and not _VERSION.match(version):
        raise UnreadableRecordError(f"OCSF version {version[:20]!r} is not supported; export it as OCSF 1.x")
    if not isinstance(record.get("finding_info"), Mapping):
        raise UnreadableRecordError("it has no finding_info object")


def _status(record: Mapping[str, Any], compliance: Mapping[str, Any]) -> FindingStatus:
    for word in (record.get("status_code"), compliance.get("status_code"), compliance.get("status")):
        if found := _OUTCOMES.get(values.text(word).strip().lower()):
            return found
    by_id = compliance.get("status_id")
    if isinstance(by_id, int) and by_id in _COMPLIANCE_IDS:
        return _COMPLIANCE_IDS[by_id]
    # A Detection Finding without an outcome is a problem that was found.
    return FindingStatus.FAIL if record.get("class_uid") == 2004 else FindingStatus.MANUAL


def _progress(record: Mapping[str, Any]) -> str:
    status_id = record.get("status_id")
    return _PROGRESS.get(status_id, "New") if isinstance(status_id, int) else "New"


def _unknown_severity(record: Mapping[str, Any], notes: list[str]) -> Severity:
    given = values.text(record.get("severity"))[:40]
    notes.append(f"severity {given!r} is not known; taken as MEDIUM")
    return Severity.MEDIUM


def _cluster(uid: str, rule_id: str) -> str:
    """The cluster that a finding of Prowler on Kubernetes is about; empty when its id does not say."""
    rest = uid.removeprefix(f"prowler-kubernetes-{rule_id}-")
    return rest.partition("-namespace: ")[0] if rest != uid and "-namespace: " in rest else ""


def _asset(
    item: Mapping[str, Any], provider: str, account: str, cloud: Mapping[str, Any]
) -> AssetRecord | None:
    uid, namespace = values.text(item.get("uid")), values.text(item.get("namespace"))
    if not uid:
        uid = "/".join(filter(None, (namespace, values.text(item.get("name")))))
    if not values.text(item.get("uid")) and not values.text(item.get("name")):
        return None
    arn = parse_arn(uid)
    owner = account or (arn.account if arn else "")
    name = values.text(item.get("name")) or uid
    if arn and name.startswith(("http://", "https://")):
        name = name.rstrip("/").rsplit("/", 1)[-1] or uid  # a queue's URL is no name
    kind = classify(
        uid, name=name, account=owner, scanner_type=values.text(item.get("type")), provider=provider
    )
    data = item.get("data")
    return AssetRecord(
        asset_id=asset_id(uid, owner),
        uid=uid,
        name=name[: values.MAX_TEXT],
        type_id=kind.id,
        type_name=kind.name,
        asset_class=kind.asset_class,
        category=kind.category,
        provider=provider or ("AWS" if arn else ""),
        account=owner,
        region=values.text(item.get("region")) or values.text(cloud.get("region")),
        tags=values.tags(item.get("labels") or item.get("tags")),
        config=_configuration(data),
    )


def _configuration(data: Any) -> dict[str, Any]:
    if isinstance(data, str):
        try:
            data = json.loads(data)
        except (ValueError, RecursionError):
            return {}
    if not isinstance(data, Mapping):
        return {}
    inner = data.get("metadata", data)
    if isinstance(inner, str):
        try:
            inner = json.loads(inner)
        except (ValueError, RecursionError):
            return {}
    return dict(inner) if isinstance(inner, Mapping) else {}


def _account_asset(account: str, provider: str, region: str, notes: list[str]) -> tuple[AssetRecord, ...]:
    if not account:
        notes.append("it names no resource and no account; kept without an asset")
        return ()
    notes.append(f"it names no resource; kept as a finding of the account {account[:64]}")
    return (account_asset(account, provider, region),)


def account_asset(account: str, provider: str, region: str = "") -> AssetRecord:
    """The asset that stands for a whole account, subscription or project."""
    uid = f"arn:aws:iam::{account}:root" if provider in {"", "AWS"} and account.isdigit() else account
    kind = account_type(provider)
    return AssetRecord(
        asset_id=asset_id(uid, account),
        uid=uid,
        name=account,
        type_id=kind.id,
        type_name=kind.name,
        asset_class=kind.asset_class,
        category=kind.category,
        provider=provider,
        account=account,
        region=region,
    )


def reference(asset: AssetRecord) -> ResourceRef:
    """How a finding refers to an asset."""
    return ResourceRef(asset_id=asset.asset_id, uid=asset.uid, name=asset.name, type=asset.type_id)


def _service(resources: Sequence[Mapping[str, Any]], info: Mapping[str, Any], rule_id: str) -> str:
    for item in resources:
        if group := values.text(_map(item, "group").get("name")):
            return group
    category = values.text(_map(info, "analytic").get("category"))
    if category:
        return category
    for item in resources:
        if arn := parse_arn(values.text(item.get("uid"))):
            return arn.service
    return rule_id.split("_")[0] if "_" in rule_id else ""


def _frameworks(given: Any, compliance: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    if isinstance(given, Mapping):
        for framework, ids in given.items():
            items = ids if isinstance(ids, list) else [ids]
            found[str(framework)] = tuple(values.text(item) for item in items if values.text(item))
    standards = [values.text(item) for item in _list(compliance.get("standards"))]
    requirements = tuple(
        values.text(item) for item in _list(compliance.get("requirements")) if values.text(item)
    )
    for standard in filter(None, standards):
        found.setdefault(standard, requirements)
    return found


def _first_times(info: Mapping[str, Any]) -> list[Any]:
    names = ("first_seen_time_dt", "first_seen_time", "created_time_dt", "created_time")
    return [info.get(name) for name in names]


def _map(record: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = record.get(name)
    return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    return [] if value is None else [value]
