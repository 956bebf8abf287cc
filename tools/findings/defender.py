"""Reads assessments of Microsoft Defender for Cloud, in the shapes in which they are exported.

Sources: the assessments REST API and `az security assessment list` (the same, without `properties` around it), Azure
Resource Graph (`securityresources`), continuous export to Event Hubs (the API's shape), and to Log Analytics (rows of
the table SecurityRecommendation). One assessment is one finding in all of them: its id is that of the assessment.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tools.findings import values
from tools.findings.errors import UnreadableRecordError
from tools.findings.kinds import kind_for
from tools.findings.model import (
    UNCLASSIFIED,
    AssetRecord,
    Finding,
    FindingStatus,
    ResourceRef,
    ScannedRecord,
    Severity,
)
from tools.findings.ocsf import account_asset, reference
from tools.findings.resources import asset_id, classify, parse_arn, provider_name

_TYPE = "microsoft.security/assessments"
_MARK = "/providers/microsoft.security/assessments/"
_SUB = re.compile(r"/subassessments/", re.IGNORECASE)
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_SUBSCRIPTION = re.compile(r"^/subscriptions/([^/]+)", re.IGNORECASE)
_OUTCOMES = {
    "unhealthy": FindingStatus.FAIL,
    "healthy": FindingStatus.PASS,
    "notapplicable": FindingStatus.MANUAL,
    "not applicable": FindingStatus.MANUAL,
}
_EXEMPT = {"exempt", "exempted", "exemptbypolicy", "offbypolicy"}


def is_defender(record: Mapping[str, Any]) -> bool:
    """Whether a record looks like an assessment (or a part of one) of Defender for Cloud."""
    if values.text(record.get("type")).lower().startswith(_TYPE):
        return True
    if "AssessedResourceId" in record and "RecommendationState" in record:
        return True
    return _MARK in values.text(record.get("id")).lower()


def read_defender(record: Mapping[str, Any]) -> ScannedRecord:
    """The finding of one assessment and the resource that it names. Raises `UnreadableRecordError`."""
    notes: list[str] = []
    if "AssessedResourceId" in record:
        record = _of_log_row(record)
    identity = values.text(record.get("id")).strip()
    if _SUB.search(identity) or "/subassessments" in values.text(record.get("type")).lower():
        raise UnreadableRecordError("it is a sub-assessment, a part of one finding; export the assessments")
    inner = _map(record, "properties")
    body = inner or record
    metadata, details = _map(body, "metadata"), _lowered(_map(body, "resourceDetails"))
    status = _map(body, "status")
    resource_id = _resource_id(identity, details)
    key = _key(record, identity)
    if not identity:
        if not key or not resource_id:
            raise UnreadableRecordError("it has no assessment id (id)")
        identity = f"{resource_id}{_MARK}{key}"
    code = values.text(status.get("code")).strip().lower()
    if code not in _OUTCOMES:
        shown = values.text(status.get("code"))[:40] or "none"
        raise UnreadableRecordError(
            f"its status {shown!r} is not Healthy, Unhealthy or NotApplicable; export it with its status"
        )
    outcome = _OUTCOMES[code]
    cause = values.text(status.get("cause"))
    name = values.text(body.get("displayName")) or values.text(metadata.get("displayName"))
    title = values.bounded(name or key or identity, "the title", notes)
    rule_id, kind = _rule(key, values.text(metadata.get("policyDefinitionId")), name)
    asset = _asset(resource_id, details, record)
    subscription = _subscription(record, resource_id)
    if asset is None and subscription:
        notes.append(f"it names no resource; kept as a finding of the subscription {subscription[:64]}")
        asset = account_asset(subscription, "AZURE")
    elif asset is None:
        notes.append("it names no resource and no subscription; kept without an asset")
    severity = values.severity(metadata.get("severity"))
    if severity is None:
        given = values.text(metadata.get("severity"))[:40]
        why = (
            f"severity {given!r} is not known"
            if given
            else "it has no severity (export it with its metadata)"
        )
        notes.append(f"{why}; taken as MEDIUM")
    if outcome is FindingStatus.MANUAL and cause.lower() in _EXEMPT:
        notes.append("it is exempt by policy; kept as not assessed")
    first = values.moment(status.get("firstEvaluationDate"))
    changed = values.moment(status.get("statusChangeDate"))
    observed = values.moment(record.get("TimeGenerated")) or changed or first
    detail = values.text(status.get("description")) or values.text(metadata.get("description"))
    finding = Finding(
        id=identity.lower(),
        external_id=identity.lower(),
        title=title,
        description=values.bounded(detail, "the description", notes),
        severity=severity or Severity.MEDIUM,
        status=outcome,
        kind=kind,
        rule_id=rule_id,
        source="Microsoft Defender for Cloud",
        provider=asset.provider if asset is not None else "AZURE",
        account=asset.account if asset is not None else "",
        region=asset.region if asset is not None else "",
        service=_service(asset),
        resource=reference(asset) if asset is not None else ResourceRef(),
        asset_ids=(asset.asset_id,) if asset is not None else (),
        tags=dict(asset.tags) if asset is not None else {},
        category="CONFIGURATION",
        risk=values.bounded(metadata.get("description"), "the risk", notes),
        remediation=values.bounded(metadata.get("remediationDescription"), "the remediation", notes),
        first_seen=first or observed,
        observed_at=observed,
        updated_at=observed,
    )
    return ScannedRecord(finding, (asset,) if asset is not None else (), tuple(notes))


def _of_log_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of the table SecurityRecommendation in the shape of the API."""
    resource = values.text(row.get("AssessedResourceId"))
    named = [values.text(row.get(name)) for name in ("RecommendationName", "RecommendationId")]
    key = next((found[0] for found in map(_GUID.search, named[::-1]) if found), "")
    identity = next((text for text in named if _MARK in text.lower()), "")
    if not identity and resource and key:
        identity = f"{resource}{_MARK}{key}"
    title = values.text(row.get("RecommendationDisplayName")) or next(
        (text for text in named if text and not _GUID.search(text)), ""
    )
    return {
        "id": identity,
        "name": key,
        "TimeGenerated": row.get("TimeGenerated"),
        "location": row.get("ResourceRegion"),
        "subscriptionId": row.get("RecommendationSubscriptionId"),
        "properties": {
            "displayName": title,
            "resourceDetails": {"Source": row.get("Environment") or "Azure", "Id": resource},
            "status": {
                "code": row.get("RecommendationState"),
                "cause": row.get("NotApplicableReason"),
                "firstEvaluationDate": row.get("FirstEvaluationDate"),
                "statusChangeDate": row.get("StatusChangeDate"),
            },
            "metadata": {
                "severity": row.get("RecommendationSeverity"),
                "description": row.get("Description"),
                "remediationDescription": row.get("RemediationDescription"),
                "policyDefinitionId": row.get("PolicyDefinitionId"),
            },
        },
    }


def _key(record: Mapping[str, Any], identity: str) -> str:
    """The assessment key: what the same recommendation has on every resource."""
    name = values.text(record.get("name"))
    if not name and _MARK in identity.lower():
        name = identity[identity.lower().rindex(_MARK) + len(_MARK) :]
    return name.strip("/").lower()


def _resource_id(identity: str, details: Mapping[str, Any]) -> str:
    given = values.text(details.get("id"))
    if not given and _MARK in identity.lower():
        given = identity[: identity.lower().index(_MARK)]
    return given.rstrip("/")


def _rule(key: str, policy: str, name: str) -> tuple[str, str]:
    """The rule under the name that the table of kinds knows it by, else under its title, with its kind.

    Titles come in the portal's language; the keys of assessment and policy do not.
    """
    for candidate in (name, key, policy.rsplit("/", 1)[-1]):
        kind = kind_for("azure", candidate)
        if kind != UNCLASSIFIED:
            return candidate, kind
    return name or key, UNCLASSIFIED


def _subscription(record: Mapping[str, Any], resource_id: str) -> str:
    found = _SUBSCRIPTION.match(resource_id)
    return found[1] if found else values.text(record.get("subscriptionId"))


def _asset(resource_id: str, details: Mapping[str, Any], record: Mapping[str, Any]) -> AssetRecord | None:
    """The assessed resource: Azure's own, or that of another cloud that is connected, by its native id."""
    source = values.text(details.get("source")) or "Azure"
    native = values.text(details.get("nativeresourceid")) or values.text(details.get("nativecloudid"))
    provider = {"onpremise": "AZURE", "onpremisesql": "AZURE"}.get(source.lower(), provider_name(source))
    uid = native if native and provider != "AZURE" else resource_id
    if not uid:
        return None
    arn = parse_arn(uid)
    account = arn.account if arn and arn.account else _account(provider, uid, record)
    name = values.text(details.get("resourcename")) or values.text(details.get("machinename"))
    name = name or (uid.rsplit(":", 1)[-1] if arn else uid).rsplit("/", 1)[-1]
    if provider == "AZURE" and uid.lower() == f"/subscriptions/{account}".lower():
        name = account
    given = values.text(details.get("resourcetype"))
    kind = classify(uid, name=name, account=account, scanner_type=given, provider=provider)
    return AssetRecord(
        asset_id=asset_id(uid, account),
        uid=uid,
        name=name[: values.MAX_TEXT],
        type_id=kind.id,
        type_name=kind.name,
        asset_class=kind.asset_class,
        category=kind.category,
        provider=provider,
        account=account,
        region=values.text(record.get("location")) or values.text(details.get("region")),
        tags=values.tags(record.get("tags")),
    )


def _account(provider: str, uid: str, record: Mapping[str, Any]) -> str:
    if provider == "GCP" and (found := re.search(r"projects/([^/]+)", uid)):
        return found[1]
    return _subscription(record, uid)


def _service(asset: AssetRecord | None) -> str:
    if asset is None:
        return ""
    if arn := parse_arn(asset.uid):
        return arn.service
    found = re.search(r"/providers/microsoft\.([a-z]+)", asset.uid, re.IGNORECASE)
    return found[1].lower() if found else ""


def _lowered(given: Mapping[str, Any]) -> dict[str, Any]:
    """Resource details with names in lower case: the API writes `id`, Resource Graph `Id`."""
    return {str(name).lower(): value for name, value in given.items()}


def _map(record: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = record.get(name)
    return value if isinstance(value, Mapping) else {}
