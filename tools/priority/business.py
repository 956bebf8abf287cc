"""How much a resource matters: data class, environment and tier, from tags; a name is weak evidence and stays unknown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime

from tools.findings.model import AssetRecord
from tools.priority.model import Fact, absent, known, unknown
from tools.priority.reading import plain, shown

_DATA_KEYS = {"dataclass", "dataclassification", "classification", "datasensitivity", "sensitivity", "datatype", "data",
              "confidentiality", "dataclasses", "infoclass", "informationclassification", "compliance", "complianceframework",
              "compliancescope", "regulatory", "scope"}  # fmt: skip
_ENV_KEYS = {
    "environment",
    "env",
    "stage",
    "environmenttype",
    "envtype",
    "lifecycle",
    "deployment",
    "deploymentenvironment",
}
_TIER_KEYS = {"criticality", "businesscriticality", "tier", "businesstier", "servicetier", "importance", "businessimpact",
              "missioncritical", "applicationtier", "cmdbtier"}  # fmt: skip

_DATA_WORDS: Mapping[str, tuple[float, str]] = {
    **dict.fromkeys(("pii", "gdpr", "personal", "personaldata", "customerpii"), (1.0, "PII")),
    **dict.fromkeys(("pci", "pcidss", "cardholder", "card", "chd"), (1.0, "PCI")),
    **dict.fromkeys(("phi", "hipaa", "health", "ephi", "patient"), (1.0, "PHI")),
    **dict.fromkeys(("restricted", "secret", "highlyconfidential", "regulated", "credentials"), (0.95, "restricted")),
    **dict.fromkeys(("confidential", "sensitive", "financial", "sox", "hr"), (0.8, "confidential")),
    **dict.fromkeys(("internal", "private", "general"), (0.3, "internal")),
    **dict.fromkeys(("public", "none", "open", "unclassified", "nonsensitive"), (-0.5, "public")),
}  # fmt: skip
_ENV_WORDS: Mapping[str, float] = {
    **dict.fromkeys(("production", "prod", "prd", "live", "p"), 1.0),
    **dict.fromkeys(("dr", "disasterrecovery"), 0.8),
    **dict.fromkeys(("shared", "sharedservices", "management", "security"), 0.5),
    **dict.fromkeys(("staging", "stage", "stg", "uat", "preprod", "preproduction", "acceptance", "acc"), 0.1),
    **dict.fromkeys(("development", "develop", "dev", "test", "testing", "tst", "qa", "ci", "d", "t"), -1.0),
    **dict.fromkeys(("sandbox", "sbx", "lab", "demo", "poc", "playground", "training", "experiment"), -1.0),
}  # fmt: skip
_TIER_WORDS: Mapping[str, float] = {
    **dict.fromkeys(("critical", "missioncritical", "tier0", "tier1", "t0", "t1", "0", "1", "platinum", "gold", "veryhigh", "true"), 1.0),
    **dict.fromkeys(("high", "important", "tier2", "t2", "2", "silver"), 0.7),
    **dict.fromkeys(("medium", "moderate", "standard", "tier3", "t3", "3", "bronze"), 0.0),
    **dict.fromkeys(("low", "minor", "none", "tier4", "t4", "4"), -0.6),
}  # fmt: skip
_NAME_DATA = {"pii", "phi", "pci", "customer", "customers", "cardholder", "payment", "payments", "patient", "patients",
              "medical", "ssn", "payroll", "salary", "billing", "invoice", "invoices", "kyc", "identity"}  # fmt: skip
_NAME_PROD = {"prod", "production", "prd", "live"}
_NAME_DEV = {"dev", "test", "qa", "sandbox", "demo", "poc", "lab", "tst"}
_SPLIT = re.compile(r"[^a-z0-9]+")

# What is not tagged is taken for a little worse than harmless, and never for as bad as what is known to be bad.
DATA_LOW, DATA_HIGH = -0.5, 1.0


def data_fact(asset: AssetRecord, tags: Mapping[str, str], holds_data: bool, at: datetime) -> Fact:
    """What kind of data the resource holds, by its tags."""
    best: tuple[float, str, str] | None = None
    for key, value in tags.items():
        if plain(key) not in _DATA_KEYS:
            continue
        for grade, label in _data_words(value):
            if best is None or grade > best[0]:
                best = (grade, label, f"{key}={value}")
    if best is not None:
        grade, label, tag = best
        return known("data class", label, grade, f"tag {shown(tag)}", shown(asset.name), at=at)
    if not holds_data:
        return absent("data class", "holds no data itself", "asset type", at=at)
    hint = _words(asset.name) & _NAME_DATA
    if hint:
        value = f"not tagged; only its name hints at {sorted(hint)[0]}"
        return unknown("data class", value, 0.4, DATA_LOW, DATA_HIGH, "name", shown(asset.name), at=at)
    return unknown("data class", "not tagged", 0.2, DATA_LOW, DATA_HIGH, "tags", at=at)


def _data_words(value: str) -> Iterable[tuple[float, str]]:
    whole = _SPLIT.sub("", value.lower())
    for word in (whole, *_words(value)):
        if word in _DATA_WORDS:
            yield _DATA_WORDS[word]


def environment_fact(asset: AssetRecord, tags: Mapping[str, str], at: datetime) -> Fact:
    """Production or not, and the business tier, by tags; the higher of both counts."""
    grades: list[tuple[float, str]] = []
    for key, value in tags.items():
        name, word = plain(key), _SPLIT.sub("", value.lower())
        if name in _ENV_KEYS:
            options = [word, *_words(value)]
            grades += [(_ENV_WORDS[o], f"{key}={value}") for o in options if o in _ENV_WORDS][:1]
        elif name in _TIER_KEYS and word in _TIER_WORDS:
            grades.append((_TIER_WORDS[word], f"{key}={value}"))
    if grades:
        grade, tag = max(grades)
        return known(
            "environment", shown(tag.partition("=")[2]), grade, f"tag {shown(tag)}", shown(asset.name), at=at
        )
    words = _words(asset.name)
    if words & _NAME_PROD:
        return unknown("environment", "not tagged; its name says production", 0.5, -1.0, 1.0, "name", at=at)
    if words & _NAME_DEV:
        return unknown("environment", "not tagged; its name says test", -0.4, -1.0, 1.0, "name", at=at)
    return unknown("environment", "not tagged", 0.25, -1.0, 1.0, "tags", at=at)


def inherited(own: Fact, others: Iterable[tuple[AssetRecord, Fact]]) -> Fact:
    """The own fact, or, where no tag of its own decides, the gravest known one of what it belongs to."""
    if own.state == "known":
        return own
    best, holder = own, None
    for asset, fact in others:
        if fact.state == "known" and (holder is None or fact.grade > best.grade):
            best, holder = fact, asset
    if holder is None:
        return own
    source = f"{best.source} of {shown(holder.name)}"
    return known(own.name, best.value, best.grade, source, shown(holder.name), at=best.observed_at)


def _words(text: str) -> set[str]:
    return {word for word in _SPLIT.split(text.lower()) if word}
