"""Reads findings in the AWS Security Finding Format: Security Hub's own and those that scanners send to it.

Source: ASFF syntax, schema version 2018-10-08. `Compliance.Status` is the outcome; a finding without it (such
as GuardDuty's) is a problem that was found.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tools.findings import values
from tools.findings.errors import UnreadableRecordError
from tools.findings.kinds import kind_for
from tools.findings.model import AssetRecord, Finding, FindingStatus, ResourceRef, ScannedRecord, Severity
from tools.findings.ocsf import account_asset, reference
from tools.findings.resources import asset_id, classify, parse_arn

SCHEMA = "2018-10-08"
_OUTCOMES = {
    "FAILED": FindingStatus.FAIL,
    "WARNING": FindingStatus.FAIL,
    "PASSED": FindingStatus.PASS,
    "NOT_AVAILABLE": FindingStatus.MANUAL,
}
_PROGRESS = {"NEW": "New", "NOTIFIED": "In Progress", "RESOLVED": "Resolved", "SUPPRESSED": "Resolved"}
_CONTROL = re.compile(r"(?:^|/)([A-Z][A-Za-z0-9]+\.\d+)(?:$|/)")
_ACCOUNT_UID = re.compile(r"^AWS::::Account:(\d{12})$")


def is_asff(record: Mapping[str, Any]) -> bool:
    """Whether a record looks like ASFF."""
    return "SchemaVersion" in record and "GeneratorId" in record


def from_asff(record: Mapping[str, Any]) -> Finding:
    """The finding of one ASFF record. Raises `UnreadableRecordError` with the reason."""
    return read_asff(record).finding


def read_asff(record: Mapping[str, Any]) -> ScannedRecord:
    """The finding of one ASFF record and the resources it names. Raises `UnreadableRecordError`."""
    version = values.text(record.get("SchemaVersion"))
    if version != SCHEMA:
        raise UnreadableRecordError(f"ASFF schema version {version[:20]!r} is not {SCHEMA}")
    finding_id = values.text(record.get("Id")).strip()
    if not finding_id:
        raise UnreadableRecordError("it has no finding id (Id)")
    notes: list[str] = []
    product, compliance = _map(record, "ProductFields"), _map(record, "Compliance")
    account = values.text(record.get("AwsAccountId"))
    rule_id = _rule_id(record, compliance, product)
    given = [item for item in _list(record, "Resources") if isinstance(item, Mapping)]
    read = [_asset(item, account, values.text(record.get("Region"))) for item in given]
    assets = tuple(asset for asset in read if asset is not None)
    region = assets[0].region if assets else values.text(record.get("Region"))
    if not assets and account:
        notes.append(f"it names no resource; kept as a finding of the account {account[:64]}")
        assets = (account_asset(account, "AWS", region),)
    elif not assets:
        notes.append("it names no resource and no account; kept without an asset")
    account = account or (assets[0].account if assets else "")
    title = values.bounded(record.get("Title") or rule_id or finding_id, "the title", notes)
    recommendation = _map(_map(record, "Remediation"), "Recommendation")
    status = _OUTCOMES.get(values.text(compliance.get("Status")).upper(), FindingStatus.FAIL)
    observed = _moment(record, "UpdatedAt", "LastObservedAt", "CreatedAt")
    finding = Finding(
        id=finding_id,
        external_id=finding_id,
        title=title,
        description=values.bounded(record.get("Description"), "the description", notes),
        severity=_severity(record, notes),
        status=status,
        progress=_progress(record) if status is FindingStatus.FAIL else "New",
        kind=kind_for("aws", rule_id),
        rule_id=rule_id,
        source=_source(record, product),
        provider="AWS",
        account=account,
        account_name=values.text(record.get("AwsAccountName")),
        region=region,
        service=_service(assets, rule_id),
        resource=reference(assets[0]) if assets else ResourceRef(),
        asset_ids=tuple(dict.fromkeys(asset.asset_id for asset in assets)),
        tags=dict(assets[0].tags) if assets else {},
        remediation=values.bounded(recommendation.get("Text"), "the remediation", notes),
        compliance=_frameworks(compliance),
        first_seen=_moment(record, "FirstObservedAt", "CreatedAt") or observed,
        observed_at=observed,
        updated_at=observed,
    )
    return ScannedRecord(finding, assets, tuple(notes))


def _rule_id(record: Mapping[str, Any], compliance: Mapping[str, Any], product: Mapping[str, Any]) -> str:
    generator = values.text(record.get("GeneratorId"))
    if generator.startswith("prowler-"):
        return generator.removeprefix("prowler-")
    control = values.text(compliance.get("SecurityControlId")) or values.text(product.get("ControlId"))
    if control and "." in control:
        return control
    found = _CONTROL.search(generator)
    return found[1] if found else generator


def _severity(record: Mapping[str, Any], notes: list[str]) -> Severity:
    given = _map(record, "Severity")
    found = values.severity(given.get("Label"))
    if found is None and isinstance(given.get("Normalized"), int):
        score = given["Normalized"]
        steps = ((90, Severity.CRITICAL), (70, Severity.HIGH), (40, Severity.MEDIUM), (1, Severity.LOW))
        found = next((severity for least, severity in steps if score >= least), Severity.INFO)
    if found is None:
        notes.append("its severity is missing or not known; taken as MEDIUM")
        return Severity.MEDIUM
    return found


def _progress(record: Mapping[str, Any]) -> str:
    if values.text(record.get("RecordState")) == "ARCHIVED":
        return "Resolved"
    return _PROGRESS.get(values.text(_map(record, "Workflow").get("Status")).upper(), "New")


def _source(record: Mapping[str, Any], product: Mapping[str, Any]) -> str:
    name = values.text(product.get("ProviderName")) or values.text(record.get("ProductName"))
    if name:
        return name
    last = values.text(record.get("ProductArn")).rsplit("/", 1)[-1]
    return "Security Hub" if last in {"", "securityhub"} else last


def _asset(item: Mapping[str, Any], account: str, region: str) -> AssetRecord | None:
    uid = values.text(item.get("Id"))
    if not uid:
        return None
    if found := _ACCOUNT_UID.match(uid):
        uid = f"arn:aws:iam::{found[1]}:root"
    arn = parse_arn(uid)
    owner = account or (arn.account if arn else "")
    name = _name(uid)
    kind = classify(uid, name=name, account=owner, scanner_type=values.text(item.get("Type")), provider="AWS")
    details = _map(item, "Details")
    config = next((dict(part) for part in details.values() if isinstance(part, Mapping)), {})
    return AssetRecord(
        asset_id=asset_id(uid, owner),
        uid=uid,
        name=owner if kind.id == "AWS_ACCOUNT" and owner else name,
        type_id=kind.id,
        type_name=kind.name,
        asset_class=kind.asset_class,
        category=kind.category,
        provider="AWS",
        account=owner,
        region=values.text(item.get("Region")) or region,
        tags=values.tags(item.get("Tags")),
        config=config,
    )


def _name(uid: str) -> str:
    arn = parse_arn(uid)
    if arn is None:
        return uid
    if not arn.rest:
        return arn.account if arn.kind != "root" and arn.service not in {"s3", "sns", "sqs"} else arn.kind
    if arn.service in {"apigateway", "elasticloadbalancing", "iam"}:
        parts = arn.rest.split("/")
        return parts[1] if arn.service == "elasticloadbalancing" and len(parts) > 1 else parts[-1]
    return arn.rest.removesuffix(":*")


def _service(assets: tuple[AssetRecord, ...], rule_id: str) -> str:
    if "_" in rule_id:
        return rule_id.split("_")[0]
    if "." in rule_id:
        return rule_id.split(".")[0].lower()
    arn = parse_arn(assets[0].uid) if assets else None
    return arn.service if arn else ""


def _frameworks(compliance: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for item in _list(compliance, "RelatedRequirements"):
        # Scanners write "FRAMEWORK id id", Security Hub "NIST.800-53.r5 AC-3(7)" or "PCI DSS v3.2.1/1.2".
        words = values.text(item).split()
        if len(words) >= 2:
            name, ids = (words[0], words[1:]) if words[0] != "PCI" else (" ".join(words[:-1]), words[-1:])
            found[name] = (*found.get(name, ()), *ids)
    for item in _list(compliance, "AssociatedStandards"):
        name = values.text(item.get("StandardsId") if isinstance(item, Mapping) else item)
        if name:
            found.setdefault(name, ())
    return found


def _moment(record: Mapping[str, Any], *names: str) -> Any:
    return next((m for m in (values.moment(record.get(name)) for name in names) if m), None)


def _list(record: Mapping[str, Any], name: str) -> list[Any]:
    value = record.get(name)
    return value if isinstance(value, list) else []


def _map(record: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = record.get(name)
    return value if isinstance(value, Mapping) else {}
