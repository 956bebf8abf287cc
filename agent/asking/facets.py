"""The estate's own words for one question: accounts, regions, kinds, tags, rules, names, configuration keys.

All of it is text that strangers may have written. It is handed to a model as quoted data and as nothing else.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from agent.asking.ranking import asked, words
from agent.asking.shortlist import quoted
from tools.findings import AssetRecord, Finding, FindingLookup

_SAMPLED: Final = 40
_DEPTH: Final = 4
_MOST_KEYS: Final = 400
_MOST_VALUES: Final = 60
_SHOWN: Final = 8
_FEW: Final = 4
_LONGEST: Final = 40
_SECRET: Final = re.compile(
    r"pass|secret|(?<!http_)token|credential|private|api_?key|access_?key|connection|environment|user_?data|variables",
    re.IGNORECASE,
)
_PLAIN: Final = re.compile(r"-?[0-9]{1,6}\Z|[A-Za-z][A-Za-z_./ -]{0,23}\Z")
_KEY: Final = re.compile(r"[\w .:/@-]{1,80}\Z")


@dataclass(frozen=True, slots=True)
class Facets:
    """What an estate calls its things. Values by how often they occur, the most frequent first."""

    accounts: Mapping[str, str] = field(default_factory=dict)
    providers: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    types: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rules: Mapping[str, str] = field(default_factory=dict)
    names: frozenset[str] = frozenset()
    settings: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)


def gather(findings: Iterable[Finding], assets: Iterable[AssetRecord]) -> Facets:
    """The facets of a snapshot. `settings` are the places in `xdm.asset.raw_fields` by kind, with values seen."""
    accounts: dict[str, str] = {}
    providers: Counter[str] = Counter()
    regions: Counter[str] = Counter()
    types: dict[str, str] = {}
    tags: dict[str, Counter[str]] = defaultdict(Counter)
    settings: dict[str, dict[str, Counter[str]]] = defaultdict(dict)
    sampled: Counter[str] = Counter()
    names: set[str] = set()
    for asset in assets:
        if asset.account:
            accounts.setdefault(asset.account, "")
        providers.update([asset.provider] if asset.provider else [])
        regions.update([asset.region] if asset.region else [])
        if asset.type_id:
            types.setdefault(asset.type_id, asset.category)
        for key, value in asset.tags.items():
            if len(tags) < _MOST_KEYS or key in tags:
                tags[key][value] += 1
        if len(asset.name) >= 4:
            names.add(asset.name)
        if sampled[asset.type_id] < _SAMPLED:
            sampled[asset.type_id] += 1
            _settings(asset.config, settings[asset.type_id])
    rules: dict[str, str] = {}
    for finding in findings:
        if finding.account and finding.account_name:
            accounts[finding.account] = finding.account_name
        if finding.rule_id:
            rules.setdefault(finding.rule_id, finding.title)
    return Facets(
        accounts=accounts,
        providers=tuple(name for name, _ in providers.most_common()),
        regions=tuple(name for name, _ in regions.most_common()),
        types=types,
        tags={key: tuple(v for v, _ in seen.most_common(_MOST_VALUES)) for key, seen in tags.items()},
        rules=rules,
        names=frozenset(names),
        settings={
            kind: {path: _shown(path, seen) for path, seen in made.items()} for kind, made in settings.items()
        },
    )


def _settings(config: Mapping[str, Any], into: dict[str, Counter[str]]) -> None:
    for path, value in _leaves(config, ()):
        key = json.dumps(list(path))
        if key not in into and len(into) >= _MOST_KEYS:
            return
        seen = into.setdefault(key, Counter())
        if isinstance(value, bool | int | float | str) and len(seen) < _MOST_VALUES:
            seen[str(value).lower() if isinstance(value, bool) else str(value)] += 1


def _shown(path: str, seen: Counter[str]) -> tuple[str, ...]:
    """Values that say what a setting can be: switches, numbers, words, what several resources have. Never a secret.

    A configuration may hold a password in a variable. What is under such a key, or looks like no word and occurs once,
    stays here.
    """
    if _SECRET.search(path):
        return ()
    told = [value for value, times in seen.most_common() if _PLAIN.match(value) or times > 1]
    return tuple(value for value in told if len(value) <= _LONGEST)[:_FEW]


def _leaves(node: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    if isinstance(node, Mapping) and node and len(path) < _DEPTH:
        for key, value in list(node.items())[:60]:
            if _KEY.match(str(key)):
                yield from _leaves(value, (*path, str(key)))
    elif path:
        yield path, node


class FacetSource:
    """The facets of the tenant as it is now; gathered again only when the snapshot is another one."""

    def __init__(self, lookup: FindingLookup) -> None:
        self._lookup = lookup
        self._kept: tuple[object, Facets] | None = None

    async def current(self) -> Facets:
        """The facets of the current snapshot. Raises `CortexError`."""
        snapshot = await self._lookup.snapshot()
        if self._kept is None or self._kept[0] is not snapshot:
            self._kept = (snapshot, gather(snapshot.findings, snapshot.assets.values()))
        return self._kept[1]


def named(question: str, facets: Facets, budget: int, count: Callable[[str], int]) -> str:
    """The facets that a question is about, one JSON object a line, at most `budget` tokens; "" if none is."""
    lowered = f" {question.lower()} "
    said = asked(question)
    strong = frozenset(words(question))
    lines: list[str] = []
    left = budget
    for line in _lines(lowered, said, strong, facets):
        cost = count(line + "\n")
        if cost <= left:
            lines.append(line)
            left -= cost
    return "\n".join(lines)


def _lines(lowered: str, said: Mapping[str, float], strong: frozenset[str], facets: Facets) -> Iterator[str]:
    """Most useful first: names in the question, its kinds and their settings, then tags, rules, places."""
    found = [name for name in facets.names if name.lower() in lowered]
    if found:
        yield _line("xdm.asset.name", sorted(found, key=lambda n: (-len(n), n))[:_SHOWN])
    accounts = {
        uid: name
        for uid, name in facets.accounts.items()
        if uid.lower() in lowered or (name and strong & set(words(name)))
    } or dict(list(facets.accounts.items())[:_SHOWN] if "account" in said else [])
    for uid, name in list(accounts.items())[:_SHOWN]:
        yield "{" + f'"xdm.asset.realm": {quoted(uid)}, "called": {quoted(name)}' + "}"
    kinds = _kinds(said, strong, facets)
    if kinds:
        yield _line("xdm.asset.type.id", kinds)
        categories = dict.fromkeys(facets.types[kind] for kind in kinds if facets.types[kind])
        yield _line("xdm.asset.type.category", list(categories))
    for key, values in facets.tags.items():
        hits = [value for value in values if {w for w in words(value) if len(w) > 1} & strong]
        if hits or set(words(key)) & said.keys():
            shown = [*hits, *(value for value in values if value not in hits)][:_SHOWN]
            yield "{" + f'"tag": {quoted(key)}, "values": [{", ".join(map(quoted, shown))}]' + "}"
    for path, seen in _paths(said, kinds, facets):
        place = ", ".join(quoted(step) for step in ["Platform Discovery", *json.loads(path)])
        yield ("{" + f'"xdm.asset.raw_fields": [{place}], "values": [{", ".join(map(quoted, seen))}]' + "}")
    rules = sorted(
        (
            (sum(said.get(w, 0) for w in set(words(f"{rule} {title}"))), rule)
            for rule, title in facets.rules.items()
        ),
        key=lambda item: (-item[0], item[1]),
    )
    for score, rule in rules[:_SHOWN]:
        if score >= 1.5:
            yield ("{" + f'"rule_id": {quoted(rule)}, "title": {quoted(facets.rules[rule])}' + "}")
    regions = [region for region in facets.regions if region.lower() in lowered]
    if regions or "region" in said:
        yield _line("xdm.asset.cloud.region", regions or list(facets.regions[:_SHOWN]))
    if {"aws", "azure", "gcp", "cloud", "provider"} & said.keys():
        yield _line("xdm.asset.provider", list(facets.providers[:_SHOWN]))


def _line(column: str, values: Iterable[str]) -> str:
    return "{" + f'"{column}": [{", ".join(map(quoted, values))}]' + "}"


def _kinds(said: Mapping[str, float], strong: frozenset[str], facets: Facets) -> list[str]:
    scores = {}
    for kind, category in facets.types.items():
        own = set(words(f"{kind} {category}"))
        scores[kind] = sum(said.get(word, 0.0) for word in own) + 0.5 * len(own & strong)
    ranked = sorted((kind for kind in scores if scores[kind] >= 1.0), key=lambda kind: (-scores[kind], kind))
    return ranked[:6]


def _paths(said: Mapping[str, float], kinds: list[str], facets: Facets) -> list[tuple[str, tuple[str, ...]]]:
    scored: dict[str, tuple[float, tuple[str, ...]]] = {}
    for kind in kinds or facets.settings:
        for path, seen in facets.settings.get(kind, {}).items():
            score = sum(said.get(word, 0.0) for word in set(words(path)))
            if score > 0 or (kinds and kind == kinds[0]):
                scored[path] = max(scored.get(path, (0.0, seen)), (score, seen))
    ranked = sorted(scored.items(), key=lambda item: (-item[1][0], item[0]))
    return [(path, seen) for path, (_, seen) in ranked[:12]]
