"""What a CMDB says of assets: tier, owner, and sometimes what data they hold. Rows of the tenant, or a CSV of one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from tools.priority.enrich.matching import Assets, text_of
from tools.priority.enrich.model import Business, DataHeld
from tools.priority.enrich.records import classified, moment
from tools.priority.reading import plain, shown
from tools.priority.vocabulary import vocabulary

# Column names as ServiceNow writes them (one misspelt there), as people write them, in plain spelling.
_IDS = ("object_id", "arn", "resource_id", "cloud_id", "asset_id", "correlation_id", "id")
_NAMES = ("name", "ci_name", "hostname", "resource", "asset_name")
_TIERS = ("busines_criticality", "business_criticality", "criticality", "tier", "business_tier", "importance")
_DATA = ("data_classification", "data_class", "classification", "data_type")
_OWNERS = ("owned_by", "owner", "managed_by", "assigned_to")
_SERVICES = ("support_group", "business_service", "service", "application")
_UPDATED = ("sys_updated_on", "updated", "last_updated")


def register_of(
    rows: Iterable[Mapping[str, Any]], assets: Assets, source: str
) -> tuple[dict[str, Business], dict[str, DataHeld]]:
    """Business facts and data by asset id. Of two rows about one asset the graver counts."""
    business: dict[str, Business] = {}
    data: dict[str, DataHeld] = {}
    for row in rows:
        cells = {plain(str(name)): value for name, value in row.items()}

        def cell(names: tuple[str, ...], held: Mapping[str, Any] = cells) -> str:
            return next((text for n in names if (text := text_of(held, plain(n)))), "")

        asset_id = assets.by_any(cell(_IDS), cell(_NAMES))
        if asset_id is None:
            continue
        at = moment(next((cells.get(plain(n)) for n in _UPDATED if cells.get(plain(n)) is not None), None))
        tier = cell(_TIERS)
        if tier:
            found = Business(
                shown(tier, 60),
                tier_grade(tier),
                shown(cell(_OWNERS), 120),
                shown(cell(_SERVICES), 120),
                source,
                at,
            )
            there = business.get(asset_id)
            if there is None or found.grade > there.grade:
                business[asset_id] = found
        held = classified(cell(_DATA))
        if held is not None and (asset_id not in data or held[1] > data[asset_id].grade):
            data[asset_id] = DataHeld(held[0], held[1], None, source, at)
    return business, data


def tier_grade(text: str) -> float:
    """-1 to 1: `1 - most critical`, `tier-1`, `gold`, `high`; what says nothing is 0."""
    words = vocabulary().tier_words
    whole = plain(text)
    if whole in words:
        return words[whole]
    for part in re.split(r"[^A-Za-z0-9]+", text.lower()):
        if part in words:
            return words[part]
    return 0.0
