"""The made-up company whose estate the demo shows: accounts, teams, applications and people.

The first eight accounts are in every estate; larger ones add accounts of further teams.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

COMPANY = "Halden Outfitters"
ORGANIZATION = "o-h4ld3n0utf"
TENANT = "3f0d1c62-77a4-4b7e-8d0a-51b6c2e9a410"
"""The company's own Entra tenant."""


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
    "loyalty": ("points", "vouchers"),
    "logistics": ("routing", "parcels", "customs"),
    "returns": ("refunds", "labels"),
    "pricing": ("markdown", "promos"),
    "search": ("indexer", "suggest"),
    "marketing": ("campaigns", "mailer"),
    "support": ("tickets", "callback"),
    "stores": ("till", "stock", "footfall"),
    "mobile": ("app-api", "push"),
    "suppliers": ("portal", "tenders"),
    "finance": ("invoices", "close"),
    "people": ("payroll", "rota"),
    "media": ("images", "video"),
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
    "loyalty": "s.ferrari@halden.example",
    "logistics": "o.haugen@halden.example",
    "returns": "l.petrova@halden.example",
    "pricing": "d.okonkwo@halden.example",
    "search": "y.tanaka@halden.example",
    "marketing": "c.moreno@halden.example",
    "support": "b.kowalski@halden.example",
    "stores": "n.andersen@halden.example",
    "mobile": "f.rahman@halden.example",
    "suppliers": "g.weber@halden.example",
    "finance": "i.silva@halden.example",
    "people": "p.novotna@halden.example",
    "media": "v.oconnor@halden.example",
}
_MORE = tuple(team for team in APPLICATIONS if team not in {account.team for account in ACCOUNTS})
_STAGES = (
    ("prod", "production", "tier-1"),
    ("dev", "dev", "tier-4"),
    ("stage", "staging", "tier-3"),
    ("prod", "production", "tier-2"),
    ("test", "test", "tier-4"),
)
_CLOUDS = ("AWS", "AWS", "AZURE", "AWS", "GCP", "AWS", "AZURE", "GCP")
_REGIONS = {
    "AWS": ("eu-west-1", "us-east-1", "eu-central-1", "ap-southeast-2"),
    "AZURE": ("westeurope", "northeurope", "eastus", "uksouth"),
    "GCP": ("europe-west1", "us-central1", "europe-north1", "asia-east1"),
}
_FIRST = (
    "ana ben cho dev eli fay gus hana ivo jun kai lea mio nils ola pia quin rui sven tess ugo vera".split()
)
_LAST = (
    "reyes koch iyer brandt dahl osei novak laurent hayashi pires kaya moreau lindgren abara costa fischer "
    "haddad ilic jensen kim"
).split()


def accounts(count: int) -> tuple[Account, ...]:
    """The first `count` accounts: the eight of every estate, then more of other teams."""
    found = list(ACCOUNTS[:count])
    serial = 0
    while len(found) < count:
        found.append(_further(serial))
        serial += 1
    return tuple(found)


def _further(serial: int) -> Account:
    team = _MORE[serial % len(_MORE)]
    round_ = serial // len(_MORE)
    short, environment, tier = _STAGES[(serial + round_) % len(_STAGES)]
    provider = _CLOUDS[(serial + round_) % len(_CLOUDS)]
    name = f"halden-{team}-{short}" + (f"-{round_ + 1}" if round_ else "")
    digest = sha256(name.encode()).hexdigest()
    regions = _REGIONS[provider]
    first = regions[int(digest[:4], 16) % len(regions)]
    ids = {
        "AWS": f"5{int(digest[4:14], 16) % 10**11:011}",
        "AZURE": f"{digest[:8]}-{digest[8:12]}-4{digest[13:16]}-a{digest[17:20]}-{digest[20:32]}",
        "GCP": name,
    }
    return Account(provider, ids[provider], name, environment, (first,), team, tier)


def person(serial: int) -> str:
    """A colleague's user name."""
    return f"{_FIRST[serial % len(_FIRST)]}.{_LAST[(serial // len(_FIRST) + serial) % len(_LAST)]}"
