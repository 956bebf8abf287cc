"""Tags as people really set them: several spellings of one key, words for one stage, owners by mail, team or
handle, some missing, a few mistyped."""

from __future__ import annotations

from random import Random

from tools.tenant.estate.company import OWNERS, Account

_ENVIRONMENT_KEYS = ("Environment", "Environment", "Environment", "env", "Env", "environment", "Stage")
_WORDS = {
    "production": ("production", "production", "production", "prod", "PRD", "Prod", "prodution"),
    "dev": ("dev", "dev", "development", "DEV", "devel"),
    "staging": ("staging", "staging", "stage", "STG", "preprod"),
    "test": ("test", "test", "qa", "TEST", "tst"),
}
_OWNER_KEYS = ("Owner", "Owner", "Owner", "owner", "Contact")
_DATA_KEYS = ("DataClass", "DataClass", "data-class", "DataClassification")


def tags_for(random: Random, account: Account, application: str, data_class: str = "") -> dict[str, str]:
    """The tags of one resource."""
    if random.random() < 0.05:
        return {}
    found: dict[str, str] = {}
    tidy = random.random() < 0.55
    if random.random() > 0.06:
        key = "Environment" if tidy else random.choice(_ENVIRONMENT_KEYS)
        words = _WORDS[account.environment]
        found[key] = words[0] if tidy else random.choice(words)
    if random.random() > 0.12:
        found["Owner" if tidy else random.choice(_OWNER_KEYS)] = _owner(random, account, tidy)
    if random.random() > 0.05:
        found["Team"] = account.team
    if random.random() > 0.1:
        found["Application"] = application
    if random.random() > 0.2:
        found["Criticality"] = account.tier
    if data_class:
        found["DataClass" if tidy else random.choice(_DATA_KEYS)] = (
            data_class if tidy or random.random() < 0.7 else data_class.lower()
        )
    if random.random() < 0.15:
        found["CostCenter"] = f"cc-{random.randint(100, 999)}"
    return found


def _owner(random: Random, account: Account, tidy: bool) -> str:
    mail = OWNERS[account.team]
    if tidy:
        return mail
    return random.choice((mail, f"team-{account.team}", f"#{account.team}", f"@{mail.split('@')[0]}", "tbd"))
