"""Everything of a tenant that a question may name: its own words, its configuration, its datasets and their values."""

# ruff: noqa: E501 (tables and patterns are easier to read in one piece)

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, Protocol

from agent.planner.questions.entities import ENTITIES, FACTS
from agent.planner.questions.estate_samples import LONGEST, Sample, read_rows
from agent.planner.questions.settings import Settings, gather
from agent.planner.vocabulary import Vocabulary, VocabularySource
from tools.findings import AssetRecord, FindingLookup

_SAMPLE: Final = 300
_MOST_TOLD: Final = 1_000
_CVE: Final = "xdm.vulnerability.cve_id"
_PACKAGE: Final = "xdm.software_package.name"
_MOST_CVES: Final = 10_000
_WITH_CVES: Final = {"findings": FACTS["finding"], "issues": FACTS["issue"]}
_NOT_TOLD: Final = frozenset(
    "id strong_id external_id name description remediation asset_id asset_name message raw_log ip cve rule kind user_agent".split()
)
PLATFORM: Final = "Platform Discovery"
_ALWAYS: Final = ("asset_inventory", "issues", "findings")
# words that ask for a dataset which is only looked at then
_ASKS: Final[Mapping[str, str]] = {
    "cases": r"case|incident",
    "endpoints": r"endpoint|agent|workstation|laptop|sensor|\bedr\b|\bxdr\b|offline|disconnected|check(?:ed|ing)? in",
    "cloud_audit_logs": r"what (?:did|has) |which (?:users|identit|people)|made|chang|sign|event|log|audit|activit|operation|api call|who |console|\bcall|user|delet|remov|creat|modif|touch|terminat|launch|rotat|attach|detach|grant",
    "va_cves": r"cve|vuln",
    "dspm_asset_file_inventory": r"file|document|card|pattern|iban|passport|personal|health data|social security|e-?mail address|\bpii\b|\bphi\b|\bpci\b|records?\b|sensitive|shadow|dspm|classified",
    "cwp_packages_raw": r"package|software|librar|installed",
    "ciem_permissions_with_last_access": r"permission|entitle|access right|ciem|[a-z0-9]+:[a-z]+|who (?:can|may|is)|which \w+ (?:can|may) |privilege|excessive|(?:never|nobody|no one|not|un)[ -]?(?:been )?(?:ever )?used",
    "cloud_health_auditing": r"connector|health|\bscans?\b|onboard|scan error|\bruns?\b|discovery",
    "host_inventory": r"\b(?:hosts?|machines?|servers?|computers?|endpoints?|vms?|instances?)\b.*\b(?:run|runs|running|have|has|having|with|use|using) |host inventory|host_inventory|installed|software|application|manufacturer",
    "amazon_aws_raw": r"flow|amazon_aws_raw|traffic|connection|reject|denied|blocked|\bips?\b|talker|packets|bytes",
    "panw_ngfw_traffic_raw": r"traffic|firewall|ngfw|connection|session|talker|zone|bytes",
    "servicenow_cmdb_raw": r"cmdb|servicenow|service now|configuration items?|\bcis\b|support group|business critical",
    "va_endpoints": r"va_endpoint",
    "management_auditing": r"management|tenant audit|console audit|admin activity",
}


class Runner(Protocol):
    """What runs a query text and gives back rows (`XqlService`)."""

    async def run_text(self, text: str, limit: int | None = None, *, relax: bool = True) -> Any: ...


@dataclass(frozen=True)
class Estate:
    """The words of one tenant. `samples` are by dataset; one that is lacking was not looked at."""

    words: Vocabulary = field(default_factory=Vocabulary)
    settings: Settings = field(default_factory=Settings)
    samples: Mapping[str, Sample] = field(default_factory=dict)
    types: Mapping[str, tuple[str, str, str, str]] = field(default_factory=dict)
    """Type id to class, category, type name, provider."""
    platform: str = PLATFORM
    account_names: Mapping[str, str] = field(default_factory=dict)

    def has_rows(self, dataset: str) -> bool | None:
        """Whether a dataset has rows; None where it was not looked at."""
        sample = self.samples.get(dataset)
        return None if sample is None else sample.rows > 0

    def has_column(self, dataset: str, column: str) -> bool:
        sample = self.samples.get(dataset)
        return sample is not None and column in sample.columns

    def values(self, entity: str, attribute: str) -> Mapping[str, str]:
        """Values that a sample showed of an attribute, lower case to as written."""
        place = ENTITIES[entity].places.get(attribute)
        sample = self.samples.get(ENTITIES[entity].dataset)
        if place is None or sample is None:
            return {}
        if place.item:
            return sample.columns.get(f"{place.column}/{place.item}") or {}
        return (sample.facts.get(place.key) if place.key else sample.columns.get(place.column)) or {}

    def mixed(self, entity: str, attribute: str) -> bool:
        """Whether one value of an attribute stands in several spellings."""
        place = ENTITIES[entity].places.get(attribute)
        sample = self.samples.get(ENTITIES[entity].dataset)
        return place is not None and sample is not None and (place.key or place.column) in sample.mixed

    def has_fact(self, entity: str, key: str) -> bool:
        sample = self.samples.get(ENTITIES[entity].dataset)
        return sample is not None and key in sample.facts

    def has_cve(self, cve: str) -> bool | None:
        """Whether some finding or issue is about a CVE; None where not all of them are known."""
        samples = [s for d in _WITH_CVES if (s := self.samples.get(d)) is not None and _CVE in s.facts]
        if any(cve.lower() in s.facts[_CVE] for s in samples):
            return True
        return False if samples and all(_CVE in s.whole for s in samples) else None

    @cached_property
    def vulnerabilities_in(self) -> str:
        """Where the tenant keeps vulnerabilities: findings, issues, or nowhere."""
        for entity, dataset, column in (
            ("vulnerability", "findings", "xdm.finding.category"),
            ("issue", "issues", "xdm.issue.category"),
        ):
            sample = self.samples.get(dataset)
            if sample is not None and "vulnerability" in sample.columns.get(column, {}):
                return entity
        return ""

    @cached_property
    def aliases(self) -> Mapping[str, str]:
        """Short names of accounts (what is left without the word that most begin with), to their names."""
        names = [name for name, uid in self.words.accounts.items() if name != uid.lower() or "-" in name]
        parts = [re.split(r"[-_ .]", name) for name in names if not re.fullmatch(r"[0-9a-f-]{30,}|\d+", name)]
        firsts: dict[str, int] = defaultdict(int)
        for part in parts:
            firsts[part[0]] += 1
        common = max(firsts, key=lambda word: firsts[word], default="")
        if firsts.get(common, 0) < 2:
            return {}
        found = {}
        for name in names:
            if name.startswith(common) and len(name) > len(common) + 1 and name[len(common)] in "-_ .":
                found[name[len(common) + 1 :]] = name
        return found

    @cached_property
    def whole_names(self) -> WholeNames:
        return WholeNames(self)

    @cached_property
    def providers(self) -> frozenset[str]:
        return frozenset(provider.upper() for _, _, _, provider in self.types.values() if provider)

    @cached_property
    def type_names(self) -> Mapping[str, tuple[str, ...]]:
        """Names of types and categories in lower case, to type ids."""
        found: dict[str, set[str]] = defaultdict(set)
        for type_id, (_, category, name, _) in self.types.items():
            for word in (name, category, type_id.replace("_", " ")):
                if word:
                    found[word.lower()].add(type_id)
        return {word: tuple(sorted(ids)) for word, ids in found.items()}


class WholeNames:
    """Names that are one word although they have signs in them."""

    def __init__(self, estate: Estate) -> None:
        self._estate = estate

    def __contains__(self, word: object) -> bool:
        return word in self._estate.words or word in self._estate.aliases


class EstateSource:
    """The estate as it is now; gathered again only when the snapshot is another one."""

    def __init__(self, lookup: FindingLookup, runner: Runner) -> None:
        self._lookup, self._runner = lookup, runner
        self._words = VocabularySource(lookup)
        self._kept: tuple[object, Settings, Mapping[str, Any]] | None = None
        self._samples: dict[str, Sample] = {}
        self._made: Estate | None = None

    async def current(self, text: str = "") -> Estate:
        """The estate, with a look at the datasets that a question may be about. Raises `CortexError`."""
        words = await self._words.current()
        snapshot = await self._lookup.snapshot()
        evidence = await self._lookup.evidence()
        assets: dict[str, AssetRecord] = {**evidence.assets, **snapshot.assets}
        if self._kept is None or self._kept[0] is not snapshot:
            self._samples, self._made = {}, None
            self._kept = (snapshot, gather(assets.values()), _types(assets.values()))
        lowered = text.lower()
        wanted = [*_ALWAYS, *(name for name, asks in _ASKS.items() if re.search(asks, lowered))]
        for dataset in wanted:
            if dataset not in self._samples:
                self._samples[dataset] = await self._look(dataset)
        made = self._made
        if made is None or made.words is not words or len(made.samples) != len(self._samples):
            names = {uid: name for name, uid in words.accounts.items() if name != uid.lower()}
            _, settings, types = self._kept
            made = Estate(words, settings, dict(self._samples), types, self._platform(assets.values()), names)
            self._made = made
        return made

    def _platform(self, assets: Iterable[AssetRecord]) -> str:
        sample = self._samples.get("asset_inventory")
        found = sample.columns.get("xdm.asset.raw_fields", {}) if sample else {}
        return next(iter(found.values()), PLATFORM)

    async def _look(self, dataset: str) -> Sample:
        start = f'config timeframe between "begin" and "now" | dataset = {dataset}'
        rows: list[Mapping[str, Any]] = []
        wanted = [f"{start} | limit {_SAMPLE}"]
        if dataset == "findings":
            wanted.append(f'{start} | filter xdm.finding.category = "VULNERABILITY" | limit {_SAMPLE}')
        for text in wanted:
            outcome = await self._runner.run_text(text, limit=_SAMPLE, relax=False)
            rows += outcome.rows if outcome.valid else ()
        sample = await self._with_all(dataset, read_rows(dataset, rows))
        kept = [c for c in _told(dataset) if c in sample.columns]
        if len(rows) < _SAMPLE or not kept:
            return sample
        told = ", ".join(f"values({column}) as v{n}" for n, column in enumerate(kept))
        outcome = await self._runner.run_text(f"{start} | comp {told}", limit=1, relax=False)
        columns, mixed = dict(sample.columns), set(sample.mixed)
        for n, column in enumerate(kept):
            seen = (outcome.rows[0].get(f"v{n}") or []) if outcome.valid and outcome.rows else []
            texts = [v for v in seen if isinstance(v, str) and len(v) <= LONGEST][:_MOST_TOLD]
            if len({v.lower() for v in texts}) < len(set(texts)):
                mixed.add(column)
            columns[column] = {**{v.lower(): v for v in texts}, **columns[column]}
        return Sample(sample.rows, columns, sample.facts, frozenset(mixed), sample.whole)

    async def _with_all(self, dataset: str, sample: Sample) -> Sample:
        """The sample with every CVE id and package that the dataset has, where it has any: names can be checked then."""
        column = _WITH_CVES.get(dataset)
        for key in (_CVE, _PACKAGE):
            if column is None or key not in sample.facts or (key == _PACKAGE and dataset != "findings"):
                continue
            text = (
                f'config timeframe between "begin" and "now" | dataset = {dataset} | alter named = {column} -> ["{key}"] '
                f"| comp count() as times by named | limit {_MOST_CVES}"
            )
            outcome = await self._runner.run_text(text, limit=_MOST_CVES, relax=False)
            if not outcome.valid or not 0 < len(outcome.rows) < _MOST_CVES:
                continue
            seen = {str(row["named"]).lower(): str(row["named"]) for row in outcome.rows if row.get("named")}
            facts = {**sample.facts, key: {**sample.facts[key], **seen}}
            sample = Sample(sample.rows, sample.columns, facts, sample.mixed, frozenset({*sample.whole, key}))
        return sample


def _told(dataset: str) -> list[str]:
    """Columns of a dataset whose values are worth knowing all of."""
    places = [pair for e in ENTITIES.values() if e.dataset == dataset for pair in e.places.items()]
    told = (p.column for name, p in places if p.column and p.type == "text" and name not in _NOT_TOLD)
    return list(dict.fromkeys(told))


def _types(assets: Iterable[AssetRecord]) -> dict[str, tuple[str, str, str, str]]:
    found: dict[str, tuple[str, str, str, str]] = {}
    for asset in assets:
        if asset.type_id:
            found.setdefault(
                asset.type_id, (asset.asset_class, asset.category, asset.type_name, asset.provider)
            )
    return found
