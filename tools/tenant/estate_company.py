"""The made-up company whose estate the demo shows: accounts, teams, applications, and names drawn by seed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

from tools.findings.model import AssetRecord
from tools.findings.resources import asset_id, classify

COMPANY = "Halden Outfitters"


@dataclass(frozen=True)
class Account:
    """A cloud account with what its resources inherit."""

    provider: str
    id: str
    name: str
    environment: str
    regions: tuple[str, ...]
    team: str
    tier: str


ACCOUNTS = (
    Account(
        "AWS", "411122223331", "halden-payments-prod", "production", ("eu-west-1",), "payments", "tier-1"
    ),
    Account(
        "AWS", "411122223332", "halden-shop-prod", "production", ("eu-west-1", "us-east-1"), "shop", "tier-1"
    ),
    Account("AWS", "411122223333", "halden-data", "production", ("eu-west-1",), "data-platform", "tier-2"),
    Account("AWS", "411122223334", "halden-dev", "dev", ("us-east-1",), "platform", "tier-4"),
    Account(
        "AZURE",
        "5e0c6f0a-3a54-4c1e-9a57-2b9f1d6f7a01",
        "halden-corporate",
        "production",
        ("westeurope",),
        "corporate-it",
        "tier-2",
    ),
    Account(
        "AZURE",
        "8b1de7c2-9d0f-4f6b-8c2a-6d3c0a4e5b02",
        "halden-analytics",
        "staging",
        ("northeurope",),
        "analytics",
        "tier-3",
    ),
    Account("GCP", "halden-ml-prod", "halden-ml-prod", "production", ("europe-west1",), "ml", "tier-2"),
    Account("GCP", "halden-edge-dev", "halden-edge-dev", "dev", ("us-central1",), "edge", "tier-4"),
)
APPLICATIONS = {
    "payments": ("checkout", "ledger", "settlement"),
    "shop": ("storefront", "catalog", "basket"),
    "data-platform": ("warehouse", "events"),
    "platform": ("sandbox", "ci"),
    "corporate-it": ("intranet", "hr"),
    "analytics": ("reports", "forecast"),
    "ml": ("recommender", "fraud-model"),
    "edge": ("cdn-probe", "beacon"),
}
OWNERS = {
    "payments": "m.okafor@halden.example",
    "shop": "j.lindqvist@halden.example",
    "data-platform": "r.castellanos@halden.example",
    "platform": "t.nowak@halden.example",
    "corporate-it": "h.sato@halden.example",
    "analytics": "e.dubois@halden.example",
    "ml": "a.banerjee@halden.example",
    "edge": "k.mbeki@halden.example",
}


@dataclass
class Resource:
    """A resource of the estate: the asset, the checker's word for its type, and since when it is there."""

    asset: AssetRecord
    kind: str
    config: dict[str, Any]
    account: Account


@dataclass
class Estate:
    """The estate while it is drawn: resources, the planted paths and the decoys.

    `scale` says how many of everything that comes in numbers there are.
    """

    random: Random
    now: datetime
    scale: int = 1
    resources: list[Resource] = field(default_factory=list)
    planted: list[dict[str, Any]] = field(default_factory=list)
    decoys: list[dict[str, Any]] = field(default_factory=list)

    def hexes(self, count: int) -> str:
        """Hex digits for an id, the same for the same seed."""
        return f"{self.random.getrandbits(4 * count):0{count}x}"

    def numbered(self, *names: str) -> list[str]:
        """The names, and as many times more (with a number) as the scale says."""
        return [*names, *(f"{name}-{n}" for n in range(2, self.scale + 1) for name in names)]

    def chance(self, share: float) -> bool:
        """True in this share of cases."""
        return self.random.random() < share

    def application(self, account: Account) -> str:
        """One of the applications of the account's team."""
        return self.random.choice(APPLICATIONS[account.team])

    def address(self) -> str:
        """A public address out of the ranges kept for documentation."""
        network = self.random.choice(("192.0.2", "198.51.100", "203.0.113"))
        return f"{network}.{self.random.randint(2, 253)}"

    def add(
        self,
        account: Account,
        kind: str,
        uid: str,
        name: str,
        config: dict[str, Any],
        *,
        region: str = "",
        application: str = "",
        data_class: str = "",
    ) -> Resource:
        """Put a resource into the estate, with the tags that the company gives its resources."""
        tags = {
            "Environment": account.environment,
            "Owner": OWNERS[account.team],
            "Team": account.team,
            "Application": application or self.application(account),
            "Criticality": account.tier,
        }
        if data_class:
            tags["DataClass"] = data_class
        if self.chance(0.08):
            # Some teams forget to tag.
            tags = {key: value for key, value in tags.items() if key not in {"Owner", "Criticality"}}
        found = classify(uid, name=name, account=account.id, scanner_type=kind, provider=account.provider)
        asset = AssetRecord(
            asset_id=asset_id(uid, account.id),
            uid=uid,
            name=name,
            type_id=found.id,
            type_name=found.name,
            asset_class=found.asset_class,
            category=found.category,
            provider=account.provider,
            account=account.id,
            region=region or account.regions[0],
            tags=tags,
            config=config,
        )
        resource = Resource(asset, kind, config, account)
        self.resources.append(resource)
        return resource

    def plant(self, name: str, why: str, *hops: Resource) -> None:
        """Write down an attack path that is really there."""
        self.planted.append({"name": name, "why": why, "hops": [hop.asset.uid for hop in hops]})

    def decoy(self, why: str, resource: Resource) -> None:
        """Write down a finding that looks worse than it is."""
        self.decoys.append({"why": why, "resource": resource.asset.uid})
