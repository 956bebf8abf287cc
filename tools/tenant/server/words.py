"""Words that the store keeps in one form and the API shows or takes in another.

Source: Cortex platform OpenAPI (enums of Issue), live exports (constants).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

SEVERITIES = ("INFO", "LOW", "MEDIUM", "HIGH", "CRITICAL")
PROGRESS = ("New", "In Progress", "Resolved")
CASE_PROGRESS = ("NEW", "UNDER_INVESTIGATION", "RESOLVED")
REASONS = (
    "RESOLVED_KNOWN_ISSUE",
    "RESOLVED_DUPLICATE",
    "RESOLVED_FALSE_POSITIVE",
    "RESOLVED_OTHER",
    "RESOLVED_TRUE_POSITIVE",
    "RESOLVED_SECURITY_TESTING",
    "RESOLVED_RISK_ACCEPTED",
    "RESOLVED_FIXED",
    "RESOLVED_DISMISSED",
)
CASE_REASONS = tuple(r for r in REASONS if r != "RESOLVED_RISK_ACCEPTED")

DETECTION_METHODS = (
    "XDR Agent", "XDR Analytics", "PAN NGFW", "XDR BIOC", "XDR IOC", "Threat Intelligence",
    "XDR Managed Threat Hunting", "XDR Analytics BIOC", "Correlation", "Prisma Cloud",
    "Prisma Cloud Compute", "ASM", "IoT Security", "Custom Issue", "Health", "SaaS Attachments",
    "Attack Path", "Posture Policy", "CAS Drift Scanner", "Cloud Network Analyzer", "IaC Scanner",
    "CAS Secret Scanner", "CI/CD Risks", "CLI Scanner", "CIEM Scanner", "API Traffic Monitor",
    "API Posture Scanner", "Agentless Disk Scanner", "Kubernetes Scanner", "Compute Policy", "CSPM Scanner",
    "CAS CVE Scanner", "CAS License Scanner", "Secrets Scanner", "SAST Scanner", "Data Policy",
    "Package Operational Risk", "Vulnerability Policy", "AI Security Posture", "DLP", "MIRRORING", "AURL",
    "User Reported Phishing", "Graph Engine",
)  # fmt: skip
_OTHER_CONSTANTS = {
    "AISPM_RULE_ENGINE": "AI Security Posture",
    "CAS_IAC_SCANNER": "IaC Scanner",
    "CAS_SAST_SCANNER": "SAST Scanner",
    "CAS_OPERATIONAL_RISK_SCANNER": "Package Operational Risk",
    "CAS_CI_CD_RISK_SCANNER": "CI/CD Risks",
    "XPANSE": "ASM",
    "TRAPS": "XDR Agent",
    "CREATE_ALERT_PUBLIC_API": "Custom Issue",
}
_DOMAINS = {
    "SECURITY": "Security",
    "HEALTH": "Health",
    "HUNTING": "Hunting",
    "IT": "IT",
    "POSTURE": "Posture",
}
_CLASSES = ("Compute", "Data", "Network", "Identity", "Security", "Management", "Application", "IoT", "Other")
_CATEGORIES = (
    "Storage Bucket", "Virtual Machine", "Database Instance", "Container", "Serverless Function",
    "Load Balancer", "Firewall", "VPN Gateway", "IAM Role", "IAM User", "IAM Group", "IAM Policy",
    "Service Account", "Kubernetes Cluster", "Kubernetes Pod", "Kubernetes Node", "Network Interface",
    "Subnet", "VPC", "Security Group", "DNS Zone", "Certificate", "Key Vault", "Disk", "Snapshot", "Image",
    "Queue", "Topic", "API Gateway", "CDN", "Other",
)  # fmt: skip
# The inventory names some categories differently from the issue lists.
_INVENTORY_CATEGORIES = {
    "vm instance": "Virtual Machine",
    "vm image": "Image",
    "container image": "Image",
    "database": "Database Instance",
    "human identity": "IAM User",
    "key management": "Key Vault",
    "kubernetes resource": "Kubernetes Pod",
}
_PROVIDERS = ("AWS", "Azure", "GCP", "Oracle Cloud", "IBM Cloud", "Alibaba Cloud", "Other")


def squeezed(word: str) -> str:
    """One form for display names and constants: `CSPM Scanner` and `CSPM_SCANNER` give the same."""
    return "".join(c for c in word.upper() if c.isalnum())


_METHOD_BY_FORM = {squeezed(name): name for name in DETECTION_METHODS} | {
    squeezed(constant): name for constant, name in _OTHER_CONSTANTS.items()
}


def method_form(word: str) -> str:
    """The display name of a detection method, from its name or its constant; an unknown one stays."""
    return _METHOD_BY_FORM.get(squeezed(word), word)


def progress_form(word: str) -> str:
    """New, In Progress or Resolved from the spellings in use."""
    form = squeezed(word.removeprefix("ENUM."))
    if form.startswith("STATUS"):
        form = form[6:].lstrip("0123456789")
    if form.startswith("RESOLVED"):
        return "Resolved"
    return {"NEW": "New", "INPROGRESS": "In Progress", "UNDERINVESTIGATION": "In Progress"}.get(form, word)


def domain_form(word: str) -> str:
    """POSTURE, SECURITY, ... without prefix."""
    return word.strip().upper().removeprefix("DOMAIN_")


def documented_domain(word: str) -> str:
    """The domain as the vendor's files write it."""
    form = domain_form(word)
    return _DOMAINS.get(form, word)


def documented(values: Iterable[Any], kind: str) -> list[str]:
    """Asset lists of an issue in the words of the vendor's files; what they have no word for is `Other`."""
    known = {"classes": _CLASSES, "categories": _CATEGORIES, "providers": _PROVIDERS}[kind]
    by_form = {squeezed(word): word for word in known}
    found = []
    for value in values:
        word = _INVENTORY_CATEGORIES.get(str(value).lower(), str(value))
        found.append(by_form.get(squeezed(word), "Other"))
    return found
