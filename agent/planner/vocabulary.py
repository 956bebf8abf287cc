"""The estate's own words: its accounts, regions, services, tags, names and rules, from the current snapshot."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property

from agent.planner.rule_words import Rule
from agent.planner.words import NOUNS
from tools.findings import AssetRecord, Finding, FindingLookup, FindingStatus

_MIN_NAME = 4
_MAX_NAMES = 200_000
_MOST_LIKELY = 60
_MOST_SHARED = 2_000
_MOST_LETTERS = 60


@dataclass(frozen=True)
class Vocabulary:
    """Lower-case spellings to what they stand for."""

    rules: tuple[Rule, ...] = ()
    accounts: Mapping[str, str] = field(default_factory=dict)
    regions: frozenset[str] = frozenset()
    services: frozenset[str] = frozenset()
    tag_keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    tag_values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    name_ids: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    spaced_names: tuple[str, ...] = ()
    type_ids: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    finding_ids: Mapping[str, str] = field(default_factory=dict)
    twofold: frozenset[str] = frozenset()
    """Names of an account that are also the value of a tag, where both don't mean the same resources."""

    def __contains__(self, word: object) -> bool:
        return (
            word in self.names
            or word in self.tag_values
            or word in self.tag_keys
            or word in self.accounts
            or word in self.services
            or word in self.regions
            or word in self.finding_ids
        )

    def near(self, word: str, limit: int = 3) -> list[str]:
        """Known names that look like a word."""
        lowered = word.lower()
        shared: Counter[str] = Counter()
        for gram in _grams(lowered):
            shared.update(self._by_gram.get(gram, ()))
        likely = [name for name, _ in shared.most_common(_MOST_LIKELY)]
        return get_close_matches(lowered, likely, n=limit, cutoff=0.75)

    @cached_property
    def _by_gram(self) -> Mapping[str, list[str]]:
        """Names by the threes of letters in them: looking every name over would be slow for thousands of them."""
        index: dict[str, list[str]] = defaultdict(list)
        pool = (*self.accounts, *self.regions, *self.services, *self.tag_values, *self.names)
        for name in dict.fromkeys(pool):
            for gram in _grams(name[:_MOST_LETTERS]):
                if len(index[gram]) < _MOST_SHARED:
                    index[gram].append(name)
        return index


def _grams(word: str) -> set[str]:
    return {word[i : i + 3] for i in range(max(1, len(word) - 2))}


def noun_of(asset: AssetRecord) -> str | None:
    """The noun that an asset goes by."""
    for noun, (categories, type_ids, _) in NOUNS.items():
        if asset.category in categories or asset.type_id in type_ids:
            return noun
    return None


def build(findings: Iterable[Finding], assets: Mapping[str, AssetRecord]) -> Vocabulary:
    """Gather the words of a snapshot."""
    nouns = {asset_id: noun_of(asset) for asset_id, asset in assets.items()}
    rules: dict[str, tuple[str, str, str]] = {}
    rule_nouns: dict[str, set[str]] = defaultdict(set)
    rule_types: dict[str, set[str]] = defaultdict(set)
    failing: set[str] = set()
    passing: set[str] = set()
    accounts: dict[str, str] = {}
    regions: set[str] = set()
    services: set[str] = set()
    ids: dict[str, str] = {}
    for f in findings:
        rules.setdefault(f.rule_id, (f.kind, f.title, f.service))
        if f.open and f.issue_id is not None:
            failing.add(f.rule_id)
        if f.status is FindingStatus.PASS:
            passing.add(f.rule_id)
        for asset_id in f.asset_ids or (f.resource.asset_id,):
            if (noun := nouns.get(asset_id)) is not None:
                rule_nouns[f.rule_id].add(noun)
            if (asset := assets.get(asset_id)) is not None:
                rule_types[f.rule_id].add(asset.type_id)
        if f.account:
            accounts[f.account.lower()] = f.account
            if f.account_name:
                accounts[f.account_name.lower()] = f.account
        if f.region:
            regions.add(f.region.lower())
        if f.service:
            services.add(f.service.lower())
        ids[f.id.lower()] = f.id
        if f.issue_id is not None:
            ids[str(f.issue_id).lower()] = f.id
    tag_keys: dict[str, set[str]] = defaultdict(set)
    tag_values: dict[str, set[str]] = defaultdict(set)
    names: dict[str, str] = {}
    name_ids: dict[str, list[str]] = defaultdict(list)
    type_ids: dict[str, set[str]] = defaultdict(set)
    for asset_id, asset in assets.items():
        if (noun := nouns[asset_id]) is not None:
            type_ids[noun].add(asset.type_id)
        if asset.account:
            accounts.setdefault(asset.account.lower(), asset.account)
        if asset.region:
            regions.add(asset.region.lower())
        for key, value in asset.tags.items():
            tag_keys[key.lower()].add(key)
            if len(value) >= 2:
                tag_values[value.lower()].add(key)
        if len(names) < _MAX_NAMES:
            for name in (asset.name, asset.uid, asset.tags.get("Name", "")):
                if len(name) >= _MIN_NAME and not name.isdigit():
                    names.setdefault(name.lower(), name)
                    if asset_id not in name_ids[name.lower()]:
                        name_ids[name.lower()].append(asset_id)
    return Vocabulary(
        rules=tuple(
            Rule(
                rule_id,
                kind,
                title,
                service,
                frozenset(rule_nouns[rule_id]),
                rule_id in failing,
                rule_id in passing,
                frozenset(rule_types[rule_id]),
            )
            for rule_id, (kind, title, service) in sorted(rules.items())
        ),
        accounts=accounts,
        regions=frozenset(regions),
        services=frozenset(services),
        tag_keys={k: tuple(sorted(v)) for k, v in tag_keys.items()},
        tag_values={k: tuple(sorted(v)) for k, v in tag_values.items()},
        names=names,
        name_ids={k: tuple(v) for k, v in name_ids.items()},
        spaced_names=tuple(sorted((n for n in names if " " in n), key=len, reverse=True)),
        type_ids={k: tuple(sorted(v)) for k, v in type_ids.items()},
        finding_ids=ids,
        twofold=frozenset(
            name for name in tag_values.keys() & accounts.keys() if _twofold(name, accounts[name], assets)
        ),
    )


def _twofold(name: str, account: str, assets: Mapping[str, AssetRecord]) -> bool:
    return any(
        (asset.account == account) != (name in (v.lower() for v in asset.tags.values()))
        for asset in assets.values()
    )


_REGION = re.compile(
    r"^(?:[a-z]{2}(?:-gov|-iso)?-(?:north|south|east|west|central)(?:east|west)?-?\d|(?:north|south|east|west|central|canada|uk|france|germany|japan|korea|australia|brazil|norway|sweden|switzerland|uae|qatar|poland|italy|israel|spain|mexico)(?:north|south|east|west|central|us|europe|asia|uk|india){1,2}\d?|(?:us|europe|asia|northamerica|australia)-[a-z]+\d)$"
)


def looks_like_region(word: str) -> bool:
    """Whether a word is spelled like a region, known to the estate or not."""
    return bool(_REGION.match(word))


class VocabularySource:
    """The vocabulary of the tenant as it is now; made again only when the snapshot is another one."""

    def __init__(self, lookup: FindingLookup) -> None:
        self._lookup = lookup
        self._kept: tuple[object, object, Vocabulary] | None = None

    async def current(self) -> Vocabulary:
        """The words of the current snapshot and evidence. Raises `CortexError`."""
        snapshot = await self._lookup.snapshot()
        evidence = await self._lookup.evidence()
        if self._kept is None or self._kept[0] is not snapshot or self._kept[1] is not evidence:
            # Evidence knows the rules that ran and passed; without them "none found" could not be told from
            # "nothing looked".
            words = build((*evidence.findings, *snapshot.findings), {**evidence.assets, **snapshot.assets})
            self._kept = (snapshot, evidence, words)
        return self._kept[2]
