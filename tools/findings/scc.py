"""Reads findings of Google Security Command Center: bare, with their resource, or as a notification.

Sources: Security Command Center API v1 and v2 (`Finding`, `ListFindingsResult`, `NotificationMessage`), which is what
`gcloud scc findings list --format=json` prints and what a Pub/Sub notification carries. An inactive or muted finding
stays a finding and is resolved: nobody says that the check passes now.
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
from tools.findings.resource_types import AssetType
from tools.findings.resources import asset_id, classify, parse_arn

_NAME = re.compile(r"(?:^|/)sources/[^/]+/(?:locations/[^/]+/)?findings/[^/]+$")
_PROJECT = re.compile(r"(?:^|/)projects/([^/]+)")
_PLACE = re.compile(r"/(?:zones|regions|locations)/([^/]+)")
_ZONE = re.compile(r"^([a-z]+-[a-z]+\d+)-[a-z]$")
_PROVIDERS = {"AMAZON_WEB_SERVICES": "AWS", "MICROSOFT_AZURE": "AZURE", "GOOGLE_CLOUD_PLATFORM": "GCP"}
_SHORT = {
    *(
        "SSH",
        "RDP",
        "SQL",
        "MFA",
        "IAM",
        "API",
        "APIS",
        "KMS",
        "DNS",
        "DNSSEC",
        "IP",
        "VPC",
        "SSL",
        "TLS",
        "OS",
        "VM",
    ),
    *("ACL", "HTTP", "FTP", "SMTP", "LDAP", "CSEK", "CMEK", "RSASHA1", "RBAC", "SNMP", "POP3", "UI", "LB"),
}
_SECURITY = {"THREAT"}


def is_scc(record: Mapping[str, Any]) -> bool:
    """Whether a record looks like a finding of Security Command Center."""
    found = _finding(record)
    return "category" in found and (
        _NAME.search(values.text(found.get("name"))) is not None
        or ("resourceName" in found and "parent" in found)
    )


def read_scc(record: Mapping[str, Any]) -> ScannedRecord:
    """The finding of one record and the resource that it names. Raises `UnreadableRecordError`."""
    notes: list[str] = []
    found, resource = _finding(record), _map(record, "resource")
    name = values.text(found.get("name")).strip()
    if not name:
        raise UnreadableRecordError("it has no finding name (finding.name)")
    category = values.text(found.get("category")).strip()
    if not category:
        raise UnreadableRecordError("it has no category (finding.category)")
    state = values.text(found.get("state")).upper()
    if state not in {"ACTIVE", "INACTIVE"}:
        raise UnreadableRecordError(f"its state {state[:40] or 'none'!r} is not ACTIVE or INACTIVE")
    muted = values.text(found.get("mute")).upper() == "MUTED"
    if muted:
        notes.append("it is muted; kept as resolved")
    properties = _map(found, "sourceProperties")
    marks = values.tags(_map(_map(found, "securityMarks"), "marks") or None)
    asset = _asset(found, resource, properties, marks)
    cve = values.text(_map(_map(found, "vulnerability"), "cve").get("id")).upper()
    vulnerable = values.text(found.get("findingClass")).upper() == "VULNERABILITY"
    provider = asset.provider if asset is not None else "GCP"
    account = asset.account if asset is not None else _account(found, resource, properties, "GCP")
    if asset is None and account:
        notes.append(f"it names no resource; kept as a finding of the project {account[:64]}")
        asset = account_asset(account, "GCP")
    elif asset is None:
        notes.append("it names no resource and no project; kept without an asset")
    severity = values.severity(found.get("severity")) or values.severity(properties.get("SeverityLevel"))
    if severity is None:
        given = values.text(found.get("severity"))[:40]
        notes.append(f"severity {given!r} is not known; taken as MEDIUM")
    observed = values.moment(found.get("eventTime")) or values.moment(found.get("createTime"))
    threat = values.text(found.get("findingClass")).upper() in _SECURITY
    detail = found.get("description") or properties.get("Explanation") or properties.get("summary_message")
    finding = Finding(
        id=name,
        external_id=name,
        title=values.bounded(_title(category, cve), "the title", notes),
        description=values.bounded(detail, "the description", notes),
        severity=severity or Severity.MEDIUM,
        status=FindingStatus.FAIL,
        progress="Resolved" if muted or state == "INACTIVE" else "New",
        kind=kind_for(provider.lower() or "gcp", category),
        rule_id=cve or category,
        source=_source(found, properties),
        provider=provider,
        account=account,
        account_name=values.text(resource.get("projectDisplayName")) or account,
        region=asset.region if asset is not None else "",
        service=_service(asset, resource),
        resource=reference(asset) if asset is not None else ResourceRef(),
        asset_ids=(asset.asset_id,) if asset is not None else (),
        tags=dict(asset.tags) if asset is not None else marks,
        domain="SECURITY" if threat else "POSTURE",
        category="THREAT" if threat else "VULNERABILITY" if cve or vulnerable else "CONFIGURATION",
        risk="",
        remediation=values.bounded(
            found.get("nextSteps") or properties.get("Recommendation"), "the remediation", notes
        ),
        compliance=_frameworks(found),
        first_seen=values.moment(found.get("createTime")) or observed,
        observed_at=observed,
        updated_at=observed,
    )
    return ScannedRecord(finding, (asset,) if asset is not None else (), tuple(notes))


def _finding(record: Mapping[str, Any]) -> Mapping[str, Any]:
    inner = record.get("finding")
    return inner if isinstance(inner, Mapping) else record


def _asset(
    found: Mapping[str, Any],
    resource: Mapping[str, Any],
    properties: Mapping[str, Any],
    marks: Mapping[str, str],
) -> AssetRecord | None:
    uid = values.text(found.get("resourceName")) or values.text(resource.get("name"))
    if not uid:
        return None
    arn = parse_arn(uid)
    cloud = values.text(resource.get("cloudProvider")).upper()
    provider = _PROVIDERS.get(cloud) or (
        "AWS" if arn else "AZURE" if uid.lower().startswith("/subscriptions/") else "GCP"
    )
    account = (arn.account if arn else "") or _account(found, resource, properties, provider)
    name = values.text(resource.get("displayName")) or uid.rstrip("/").rsplit("/", 1)[-1]
    kind = _kind(uid, name, account, values.text(resource.get("type")), provider)
    project = kind.id == "GOOGLE_CLOUD_PROJECT"
    if project:
        uid = name = account  # as every other source names a project
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
        region=_region(uid, resource),
        tags=dict(marks),
    )


def _kind(uid: str, name: str, account: str, given: str, provider: str) -> AssetType:
    """The type of a resource. Several services call what they hold an instance; only one of them means a machine."""
    host, _, path = uid.removeprefix("//").partition("/") if uid.startswith("//") else ("", "", uid)
    if host == "cloudresourcemanager.googleapis.com" and path.startswith("projects/"):
        return classify(account or path, name=name, account=account or path, provider=provider)
    if host.startswith("cloudsql."):
        return classify(
            uid.replace("/instances/", "/sqlinstances/"), name=name, account=account, provider=provider
        )
    if "/instances/" in uid and host and host != "compute.googleapis.com":
        return classify(
            "", name=name, account=account, scanner_type=given or host.split(".")[0], provider=provider
        )
    return classify(uid, name=name, account=account, scanner_type=given, provider=provider)


def _account(
    found: Mapping[str, Any], resource: Mapping[str, Any], properties: Mapping[str, Any], provider: str
) -> str:
    """The project, account or subscription; a project by its id and not by its number, where both are told."""
    if provider == "AWS":
        return values.text(_map(_map(resource, "awsMetadata"), "account").get("id"))
    if provider == "AZURE":
        inside = re.match(r"/subscriptions/([^/]+)", values.text(found.get("resourceName")), re.IGNORECASE)
        given = values.text(_map(_map(resource, "azureMetadata"), "subscription").get("id"))
        return inside[1] if inside else given
    gcp = _map(resource, "gcpMetadata")
    named = [
        values.text(properties.get("ProjectId")),
        values.text(gcp.get("projectDisplayName")),
        values.text(resource.get("projectDisplayName")),
    ]
    for text in (found.get("resourceName"), gcp.get("project"), resource.get("project"), found.get("name")):
        named += _PROJECT.findall(values.text(text))
    told = [one for one in named if one]
    return next((one for one in told if not one.isdigit()), told[0] if told else "")


def _region(uid: str, resource: Mapping[str, Any]) -> str:
    place = _PLACE.search(uid)
    given = values.text(resource.get("location")) or (place[1] if place else "")
    zone = _ZONE.match(given.lower())
    return zone[1] if zone else given.lower()


def _service(asset: AssetRecord | None, resource: Mapping[str, Any]) -> str:
    if asset is not None and (arn := parse_arn(asset.uid)):
        return arn.service
    host = (
        asset.uid.removeprefix("//").partition("/")[0]
        if asset is not None and asset.uid.startswith("//")
        else ""
    )
    given = values.text(resource.get("service")) or host
    return given.split(".")[0].lower()


def _source(found: Mapping[str, Any], properties: Mapping[str, Any]) -> str:
    name = values.text(found.get("parentDisplayName")) or values.text(properties.get("ScannerName"))
    return f"Security Command Center ({name})" if name else "Security Command Center"


def _title(category: str, cve: str) -> str:
    """A category in words: OPEN_SSH_PORT is "Open SSH port". One that is a sentence already stays one."""
    if "_" not in category and category != category.upper():
        return f"{category}: {cve}" if cve else category
    words = [word if word.upper() in _SHORT else word.lower() for word in category.split("_") if word]
    said = " ".join(words) or category
    said = said[:1].upper() + said[1:]
    return f"{said}: {cve}" if cve else said


def _frameworks(found: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    listed = found.get("compliances")
    frameworks: dict[str, tuple[str, ...]] = {}
    for item in listed if isinstance(listed, list) else []:
        if not isinstance(item, Mapping):
            continue
        name = " ".join(filter(None, (values.text(item.get("standard")), values.text(item.get("version")))))
        ids = item.get("ids")
        if name and isinstance(ids, list):
            frameworks[name] = tuple(values.text(one) for one in ids if values.text(one))
    return frameworks


def _map(record: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = record.get(name)
    return value if isinstance(value, Mapping) else {}
