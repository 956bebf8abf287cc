"""What a position is worth: crown jewels by data, by what they open, by business tier. Each with its reason."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from tools.findings.model import AssetRecord
from tools.priority.business import data_fact, environment_fact
from tools.priority.enrich.model import Enrichments
from tools.priority.estate import Estate
from tools.priority.exposure_azure_services import WEB_SITE
from tools.priority.graph.vocabulary import GraphWords
from tools.priority.reading import shown
from tools.priority.vocabulary import vocabulary

_OPENING = {
    "policy.secret": "secret",
    "policy.kms": "secret",
    "policy.sqs": "messages",
    "azure.vault": "key_vault",
    "gcp.secret": "secret",
    "k8s.secret": "secret",
}
_RUNS_BUSINESS = (
    "ec2.instance",
    "azure.vm",
    "gcp.vm",
    "lambda.function",
    "azure.app",
    "gcp.function",
    "rds.db",
)
_HOLD = (
    "ec2.snapshot", "rds.snapshot", "ec2.image", "ec2.volume", "ec2.instance", "azure.vm", "azure.disk",
    "azure.snapshot", "gcp.vm", "gcp.disk", "gcp.snapshot",
)  # fmt: skip
_HANDLE = ("lambda.function", "azure.app", "gcp.function", "ecs.task", "ecs.service", "apigw", "policy.sqs")


class Worth(NamedTuple):
    """0 to 1, and why; nothing to say is (0, "")."""

    value: float
    why: str


NOTHING = Worth(0.0, "")


class Jewels:
    """Worth of assets of one estate."""

    def __init__(self, estate: Estate, enriched: Enrichments, words: GraphWords, at: datetime) -> None:
        self._estate = estate
        self._enriched = enriched
        self._words = words
        self._at = at
        self._found: dict[str, Worth] = {}

    def of(self, asset: AssetRecord) -> Worth:
        """What an asset is worth by itself, the gravest reason first; worked out once."""
        found = self._found.get(asset.asset_id)
        if found is None:
            found = max(
                self._by_data(asset),
                self._by_use(asset),
                self._by_tier(asset),
                key=lambda w: (w.value, w.why),
            )
            self._found[asset.asset_id] = found
        return found

    def _by_data(self, asset: AssetRecord) -> Worth:
        kind = self._estate.kind(asset)
        held = self._enriched.data.get(asset.asset_id)
        tagged = data_fact(asset, asset.tags, True, self._at)
        best = NOTHING
        # A tag on a store or machine says what it holds; on a group or policy it says whose it is.
        if (
            (kind.startswith(vocabulary().data_stores) or kind in _HOLD)
            and tagged.state == "known"
            and tagged.grade >= self._words.jewel["data_floor"]
        ):
            best = Worth(tagged.grade, f"{tagged.value} data ({tagged.source})")
        elif kind in _HANDLE and tagged.state == "known" and tagged.grade >= self._words.jewel["data_floor"]:
            best = Worth(
                self._words.jewel["handles"] * tagged.grade, f"handles {tagged.value} data ({tagged.source})"
            )
        if held is not None and held.grade >= max(self._words.jewel["data_floor"], best.value):
            count = f", {held.records:,} records" if held.records else ""
            best = Worth(held.grade, f"{shown(held.label)} data{count} ({shown(held.source)})")
        return best

    def unseen(self, asset: AssetRecord) -> bool:
        """Whether it is a store whose data no tag, scan or record speaks of."""
        kind = self._estate.kind(asset)
        if not kind.startswith(vocabulary().data_stores) and kind not in _HOLD:
            return False
        tagged = data_fact(asset, asset.tags, True, self._at)
        stage = environment_fact(asset, asset.tags, self._at)
        if kind == "azure.storage.container" and asset.name == WEB_SITE:
            return False  # what a web site shows is meant to be seen
        trial = stage.grade < 0  # by its tags, or by its name alone
        return asset.asset_id not in self._enriched.data and tagged.state == "unknown" and not trial

    def _by_use(self, asset: AssetRecord) -> Worth:
        name = _OPENING.get(self._estate.kind(asset))
        return Worth(self._words.jewel[name], "what it holds opens other things") if name else NOTHING

    def _by_tier(self, asset: AssetRecord) -> Worth:
        if self._estate.kind(asset) not in _RUNS_BUSINESS:
            return NOTHING
        known = self._enriched.business.get(asset.asset_id)
        if known is not None and known.grade >= 1.0:
            return Worth(
                self._words.jewel["tier_critical"], f"tier {shown(known.tier)} ({shown(known.source)})"
            )
        return NOTHING
