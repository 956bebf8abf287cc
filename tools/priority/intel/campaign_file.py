"""Threat campaigns as a plain JSON feed: a list of objects, or one under `campaigns`.

Each has a `name` and at least one of `ports`, `techniques` (ATT&CK ids) and `cves`; `from`, `until`, `last_seen`,
`source` and `confidence` (0 to 100, or low, medium, high) are optional. Other names that people use are known too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tools.priority.enrich.model import Campaign
from tools.priority.enrich.records import moment
from tools.priority.reading import plain, shown

MOST_CAMPAIGNS = 100_000
MOST_MARKS = 1_000
"""Ports, techniques or flaws of one campaign; one that lists more says nothing about any of them."""
_MOST_FAULTS = 20
_CVE = re.compile(r"CVE-\d{4}-\d{4,7}(?!\d)", re.IGNORECASE)
_TECHNIQUE = re.compile(r"(?<![A-Z0-9])T\d{4}(?:\.\d{3})?(?!\d)", re.IGNORECASE)
_WORDS = {"low": 25, "medium": 55, "moderate": 55, "high": 85}


@dataclass(frozen=True)
class CampaignFile:
    """Campaigns of a feed, read. `skipped` counts what could not be used, `kinds` says what that was."""

    campaigns: Sequence[Campaign]
    as_of: datetime
    skipped: int = 0
    faults: tuple[str, ...] = ()
    kinds: Mapping[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.campaigns)


def campaign_file(body: Any, source: str, now: datetime) -> CampaignFile | None:
    """The campaigns of a parsed document; None if it is no such feed."""
    listed = body.get("campaigns") if isinstance(body, Mapping) else body
    if not isinstance(listed, list) or not (
        isinstance(body, Mapping) or any(_looks(item) for item in listed[:50])
    ):
        return None
    found: dict[str, Campaign] = {}
    faults: list[str] = []
    skipped = 0
    for number, item in enumerate(listed, 1):
        campaign = _campaign(item, source) if isinstance(item, Mapping) else None
        if campaign is None or len(found) >= MOST_CAMPAIGNS:
            skipped += 1
            faults += (
                [f"entry {number}: no name, or nothing that it uses"] if len(faults) < _MOST_FAULTS else []
            )
            continue
        found[campaign.id] = campaign
    told = moment(body.get("as_of") or body.get("updated")) if isinstance(body, Mapping) else None
    return CampaignFile(tuple(found.values()), min(told, now) if told else now, skipped, tuple(faults))


def _looks(item: Any) -> bool:
    return isinstance(item, Mapping) and bool(
        {plain(str(key)) for key in item}
        & {"ports", "techniques", "cves", "ttps", "attacktechniques", "attackids"}
    )


def _campaign(item: Mapping[str, Any], source: str) -> Campaign | None:
    cells = {plain(str(key)): value for key, value in item.items()}

    def first(*names: str) -> Any:
        return next((cells[n] for n in names if cells.get(n) is not None), None)

    name = text_of(first("name", "title", "campaign"), 200)
    ports = ports_in(first("ports", "port", "targetports"))
    techniques = techniques_in(
        first("techniques", "technique", "ttps", "attacktechniques", "attackids", "mitre")
    )
    cves = cves_in(first("cves", "cve", "vulnerabilities"))
    if not name or not (ports or techniques or cves):
        return None
    given = text_of(first("id", "uuid"), 200)
    return Campaign(
        id=given or f"{name}",
        name=name,
        ports=ports,
        techniques=techniques,
        cves=cves,
        since=utc(first("from", "since", "start", "firstseen", "validfrom")),
        until=utc(first("until", "to", "end", "expires", "validuntil")),
        seen=utc(first("lastseen", "seen", "modified", "updated")),
        confidence=confidence_of(first("confidence")),
        source=text_of(first("source", "provider", "author"), 200) or source,
    )


def text_of(value: Any, limit: int) -> str:
    """One line of text; empty for anything else."""
    return (
        shown(value.replace("\x00", "").encode("utf-8", "replace").decode(), limit)
        if isinstance(value, str)
        else ""
    )


def ports_in(value: Any) -> tuple[int, ...]:
    """Ports in a list, a number or a text (`22, 3389`); none if there are too many to mean any."""
    found: dict[int, None] = {}
    for one in _flat(value):
        for text in re.split(r"[\s,;/]+", str(one)) if isinstance(one, str) else [one]:
            if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) <= 5:
                text = int(text)
            if isinstance(text, int) and not isinstance(text, bool) and 1 <= text <= 65_535:
                found[text] = None
    return tuple(found) if len(found) <= MOST_MARKS else ()


def techniques_in(value: Any) -> tuple[str, ...]:
    """ATT&CK technique ids in a list or text."""
    return _ids(value, _TECHNIQUE)


def cves_in(value: Any) -> tuple[str, ...]:
    """CVE ids in a list or text."""
    return _ids(value, _CVE)


def _ids(value: Any, pattern: re.Pattern[str]) -> tuple[str, ...]:
    found = dict.fromkeys(
        text.upper() for one in _flat(value) if isinstance(one, str) for text in pattern.findall(one)
    )
    return tuple(found) if len(found) <= MOST_MARKS else ()


def _flat(value: Any) -> Iterable[Any]:
    """Items of a list; of an object its id or name."""
    for item in value if isinstance(value, list | tuple) else [value]:
        if isinstance(item, Mapping):
            yield from (
                v for k, v in item.items() if plain(str(k)) in {"id", "name", "externalid", "cve", "port"}
            )
        elif item is not None:
            yield item


def confidence_of(value: Any) -> int | None:
    """0 to 100; a share of one and the words low, medium and high are understood."""
    if isinstance(value, str):
        word = value.strip().lower()
        return _WORDS.get(
            word,
            int(word) if word.isascii() and word.isdigit() and len(word) <= 3 and int(word) <= 100 else None,
        )
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 100:
        return None
    return round(value * 100) if isinstance(value, float) and value <= 1 else round(value)


def utc(value: Any) -> datetime | None:
    """A time in UTC; None when it cannot be read."""
    found = moment(value) if value is not None else None
    try:
        return found.astimezone(UTC) if found is not None else None
    except (OverflowError, ValueError):
        return None
