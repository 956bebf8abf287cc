"""Says what a resource is, from its identity (ARN, Azure id, Google path), then from the scanner's word.

The identity is trusted first, because a scanner's type can be wrong (a snapshot reported as a volume).
Type ids, classes and categories are those of the `asset_inventory` dataset.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from tools.findings.resource_types import AssetType, type_table

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_AZURE_PROVIDER = re.compile(r"/providers/([^/]+)/([^/]+)(?:/[^/]+/([^/]+))?", re.IGNORECASE)
_PROVIDERS = {
    "aws": "AWS",
    "amazon": "AWS",
    "amazon web services": "AWS",
    "azure": "AZURE",
    "microsoft": "AZURE",
    "microsoft azure": "AZURE",
    "gcp": "GCP",
    "google": "GCP",
    "google cloud": "GCP",
    "google cloud platform": "GCP",
    "kubernetes": "KUBERNETES",
    "k8s": "KUBERNETES",
    "oci": "OCI",
    "oracle": "OCI",
    "oracle cloud": "OCI",
}


@dataclass(frozen=True)
class Arn:
    """An ARN in its parts; `kind` is the resource type part and `rest` the identifier after it."""

    partition: str
    service: str
    region: str
    account: str
    kind: str
    rest: str


def asset_id(uid: str, account: str) -> str:
    """The tenant's id of an imported resource: 32 hex digits, the same for the same resource and account.

    Azure compares ids without regard to case, and its own interfaces spell one resource in several ways.
    """
    if uid[:15].lower() == "/subscriptions/":
        uid, account = uid.lower().rstrip("/"), account.lower()
    return sha256(f"{uid}|{account}".encode("utf-8", "replace")).hexdigest()[:32]


def provider_name(value: str) -> str:
    """A provider as the inventory spells it: AWS, AZURE, GCP, KUBERNETES; an unknown one in upper case."""
    return _PROVIDERS.get(value.strip().lower(), value.strip().upper())


def parse_arn(uid: str) -> Arn | None:
    """The parts of an ARN, or None."""
    parts = uid.split(":", 5)
    if len(parts) < 6 or parts[0] != "arn":
        return None
    resource = parts[5].lstrip("/")
    separator = min((i for i in (resource.find("/"), resource.find(":")) if i >= 0), default=-1)
    kind, rest = (resource, "") if separator < 0 else (resource[:separator], resource[separator + 1 :])
    return Arn(parts[1], parts[2], parts[3], parts[4], kind, rest)


@lru_cache(maxsize=8192)
def classify(
    uid: str, *, name: str = "", account: str = "", scanner_type: str = "", provider: str = ""
) -> AssetType:
    """The type of a resource. What is not known gets the class Other and the scanner's own word."""
    table, arn, type_id = type_table(), parse_arn(uid), ""
    if arn is not None:
        type_id = _arn_type(arn, name, account)
    elif match := _AZURE_PROVIDER.search(uid):
        child = f"{match[1]}/{match[2]}/{match[3]}".lower() if match[3] else ""
        type_id = table.azure.get(child) or table.azure.get(f"{match[1]}/{match[2]}".lower(), "")
    elif uid.lower().startswith("/subscriptions/") and uid.count("/") == 2:
        type_id = "AZURE_SUBSCRIPTION"
    elif uid.startswith(
        ("//", "projects/", "https://www.googleapis.com/", "https://compute.googleapis.com/")
    ):
        type_id = _google_type(uid)
    if not type_id and account and uid in {account, f"projects/{account}"}:
        type_id = _account_type(provider)
    if not type_id:
        word = scanner_type.lower()
        type_id = table.scanner.get(word) or table.azure.get(word, "")
    return table.types[type_id] if type_id else _unknown(scanner_type, arn)


def _arn_type(arn: Arn, name: str, account: str) -> str:
    arns = type_table().arn
    found = arns.get(f"{arn.service}/{arn.kind}")
    if not arn.rest and account and name == account:
        return "AWS_ACCOUNT"
    if arn.service == "s3":
        # A bucket's ARN has no type part: arn:aws:s3:::name, with /key for an object.
        return "AWS_ACCOUNT" if arn.kind in {"", "account"} else "S3_BUCKET"
    if found == "ELB_LOAD_BALANCER" and arn.rest.startswith(("app/", "net/", "gwy/")):
        return "ELBV2_LOAD_BALANCER"
    return found or arns.get(f"{arn.service}/*", "")


def _google_type(uid: str) -> str:
    parts = [part for part in uid.split("/") if part]
    for part in reversed(parts[:-1]):
        if found := type_table().google.get(part.lower()):
            return found
    return ""


def account_type(provider: str) -> AssetType:
    """The type that a whole account, subscription or project has."""
    return type_table().types[_account_type(provider)]


def _account_type(provider: str) -> str:
    return {"AZURE": "AZURE_SUBSCRIPTION", "GCP": "GOOGLE_CLOUD_PROJECT"}.get(
        provider_name(provider), "AWS_ACCOUNT"
    )


def _unknown(scanner_type: str, arn: Arn | None) -> AssetType:
    word = scanner_type.strip()
    if not word or word.lower() in {"other", "unknown", "notdefined"}:
        word = f"{arn.service} {arn.kind}" if arn else ""
    if not word:
        return AssetType("OTHER", "Other", "Other", "Other")
    spaced = " ".join(_CAMEL.split(word)).replace("/", " ").replace(".", " ").replace("-", " ")
    identifier = re.sub(r"[^A-Z0-9]+", "_", spaced.upper()).strip("_")[:100]
    return AssetType(identifier or "OTHER", spaced[:100], "Other", "Other")
