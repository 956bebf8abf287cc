"""The same estate under other names: what is found must be found from configuration, not from how things are called.

Every resource name, provider id, account number and asset id is replaced wherever it stands (configurations,
policies, findings, enrichments), consistently, so that references still hold. Words that mean something to a cloud
(actions, ports, states, data classes) stay.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from evals.suites.priority import Estate
from tools.findings.model import AssetRecord, Finding, FindingSet
from tools.priority.enrich.model import Enrichments

_TOKEN = re.compile(r"[A-Za-z0-9_-]{5,}")
_TELLS = re.compile(r"\d")
_CLOUDS = re.compile(
    r"[a-z]{2}(-[a-z]+)+-?\d[a-z]?|[a-z]+(europe|us|asia|uk)\d?|(kube|system|aws|cluster)-.*|default-.*"
)
_PREFIXES = ("i-", "sg-", "subnet-", "vpc-", "eni-", "vol-", "snap-", "acl-", "rtb-", "igw-", "pcx-", "ami-")


def renamed(estate: Estate, salt: str = "other", *, tags: bool = False) -> Estate:
    """The estate with every name and id changed; labels and findings' own ids stay, so that rankings compare.

    With `tags`, keys and values of tags become words without a meaning, too: then only the other sources know what
    data, environment and tier a resource has.
    """
    names = _names(estate.snapshot.assets.values(), salt)
    assets = {}
    for asset in estate.snapshot.assets.values():
        new = AssetRecord.model_validate(_turned(asset.model_dump(mode="json"), names))
        assets[new.asset_id] = new.model_copy(update={"tags": _opaque(new.tags, salt)}) if tags else new
    findings = tuple(_finding(f, names) for f in estate.snapshot.findings)
    if tags:
        findings = tuple(f.model_copy(update={"tags": _opaque(f.tags, salt)}) for f in findings)
    snapshot = FindingSet(findings, assets, estate.snapshot.as_of, estate.snapshot.total)
    return replace(estate, snapshot=snapshot, enriched=_enriched(estate.enriched, names))


def _names(assets: Iterable[AssetRecord], salt: str) -> Mapping[str, str]:
    """New tokens for the tokens of names and ids; a word that means something to a cloud stays."""
    found: dict[str, str] = {}
    for asset in assets:
        for text in (asset.name, asset.uid, asset.asset_id, asset.account):
            for token in _TOKEN.findall(text):
                if _TELLS.search(token) and not _is_clouds(token):
                    found.setdefault(token, _new(token, salt))
        if "-" in asset.name and _TOKEN.fullmatch(asset.name) and not _is_clouds(asset.name):
            found.setdefault(asset.name, _new(asset.name, salt))
    return found


def _is_clouds(token: str) -> bool:
    """A region, a zone, or a name that Kubernetes or AWS gave: no name of the company's."""
    return _CLOUDS.fullmatch(token) is not None


def _opaque(tags: Mapping[str, str], salt: str) -> dict[str, str]:
    return {_new(f"k{key}", salt): _new(f"v{value}", salt) for key, value in tags.items()}


def _new(token: str, salt: str) -> str:
    seed = hashlib.sha256(f"{salt}|{token}".encode()).hexdigest()
    if token.isdigit():
        return str(int(seed, 16))[: len(token)]
    prefix = next((p for p in _PREFIXES if token.startswith(p)), "")
    return prefix + "n" + seed[: max(6, len(token) - len(prefix) - 1)]


def _turned(value: Any, names: Mapping[str, str]) -> Any:
    text = json.dumps(value)
    return json.loads(_TOKEN.sub(lambda m: names.get(m.group(0), m.group(0)), text))


def _finding(finding: Finding, names: Mapping[str, str]) -> Finding:
    kept = {
        "id": finding.id,
        "external_id": finding.external_id,
        "issue_id": finding.issue_id,
        "rule_id": finding.rule_id,
    }
    body = finding.model_dump(mode="json")
    return Finding.model_validate({**_turned(body, names), **kept, "kind": finding.kind})


def _enriched(enriched: Enrichments, names: Mapping[str, str]) -> Enrichments:
    def keyed(held: Mapping[str, Any]) -> dict[str, Any]:
        return {names.get(asset_id, asset_id): value for asset_id, value in held.items()}

    return replace(
        enriched,
        flaws=keyed(enriched.flaws),
        data=keyed(enriched.data),
        business=keyed(enriched.business),
        activity=keyed(enriched.activity),
        alerts=keyed(enriched.alerts),
    )
