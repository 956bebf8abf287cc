"""What to look for: a filter whose unknown fields and values are refused with the nearest known ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from tools.findings import values
from tools.findings.errors import BadFilterError
from tools.findings.model import AssetRecord, Finding, FindingSet, FindingStatus, Severity
from tools.findings.resources import provider_name

StatusWord = Literal["open", "in_progress", "resolved", "any"]

FACETS: Mapping[str, Callable[[Finding], str]] = {
    "severity": lambda f: f.severity.value,
    "provider": lambda f: f.provider,
    "account": lambda f: f.account,
    "region": lambda f: f.region,
    "service": lambda f: f.service,
    "kind": lambda f: f.kind,
    "resource_type": lambda f: f.resource.type,
    "source": lambda f: f.source,
    "category": lambda f: f.category,
    "rule_id": lambda f: f.rule_id,
}
"""The properties that a search counts, and how to read them from a finding."""


_PLAIN = ("provider", "region", "service", "kind", "source", "category")
# What people call a service where scanners have a name of their own for it.
_SERVICE_ALIASES = {
    "lambda": "awslambda",
    "alb": "elbv2",
    "nlb": "elbv2",
    "elb": "elbv2",
    "load balancer": "elbv2",
    "elasticsearch": "opensearch",
    "inspector": "inspector2",
    "ebs": "ec2",
    "secrets manager": "secretsmanager",
    "api gateway": "apigateway",
    "parameter store": "ssm",
}
_STATUS_WORDS: Mapping[str, frozenset[str]] = {
    "open": frozenset({"new", "in progress"}),
    "in_progress": frozenset({"in progress"}),
    "resolved": frozenset({"resolved"}),
}


class FindingFilter(BaseModel):
    """Conditions that must all hold; in a list any value may match. Text is compared without regard to case.

    `text` is looked for in title, description, rule, resource, account and tags; each of its words must
    occur. `tags` maps a tag key to accepted values (an empty list: any value); of `any_tag` one is enough. `exclude`
    maps a facet to values that no match has. Times are aware or UTC.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    ids: tuple[str, ...] = ()
    severity: tuple[Severity, ...] = ()
    min_severity: Severity | None = None
    provider: tuple[str, ...] = ()
    account: tuple[str, ...] = ()
    region: tuple[str, ...] = ()
    service: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    rule_id: tuple[str, ...] = ()
    resource_type: tuple[str, ...] = ()
    resource: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    tags: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    any_tag: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    exclude: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    text: str = ""
    status: StatusWord = "open"
    outcome: tuple[FindingStatus, ...] = ()
    since: datetime | None = None
    until: datetime | None = None

    @field_validator("severity", mode="before")
    @classmethod
    def _severities(cls, given: Any) -> tuple[Severity, ...]:
        found = []
        for word in _listed(given):
            severity = values.severity(word)
            if severity is None or (isinstance(word, str) and word.strip().lower() in {"unknown", "other"}):
                raise ValueError(f"severity {word!r} is not one of INFO, LOW, MEDIUM, HIGH, CRITICAL")
            found.append(severity)
        return tuple(found)

    @field_validator("exclude")
    @classmethod
    def _facets(cls, given: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
        if unknown := [name for name in given if name not in FACETS]:
            raise ValueError(f"{unknown[0]!r} is no facet; facets are {', '.join(FACETS)}")
        return given

    @field_validator("since", "until")
    @classmethod
    def _aware(cls, given: datetime | None) -> datetime | None:
        return given.replace(tzinfo=UTC) if given is not None and given.tzinfo is None else given

    def checked(self, known: FindingSet) -> FindingFilter:
        """The same filter with values spelled as the set has them.

        Raises `BadFilterError` for a value that nothing in the set has, with the nearest that something has.
        """
        changes: dict[str, Any] = {}
        for name in _PLAIN:
            given: Sequence[str] = getattr(self, name)
            if given:
                changes[name] = _known(name, given, map(FACETS[name], known.findings))
        if self.account:
            changes["account"] = _known_accounts(self.account, known)
        for name in ("rule_id", "resource_type"):
            given = getattr(self, name)
            if given:
                changes[name] = _known(name, given, map(FACETS[name], known.findings))
        if self.tags:
            changes["tags"] = _known_tags(self.tags, known)
        return self.model_copy(update=changes)

    def matches(self, finding: Finding, asset: AssetRecord | None = None) -> bool:
        """Whether a finding fulfils every condition."""
        return all(test(finding, asset) for test in self._tests())

    def select(self, known: FindingSet) -> tuple[Finding, ...]:
        """The findings of a set that match, in the set's order."""
        tests = self._tests()
        return tuple(
            finding
            for finding in known.findings
            if all(test(finding, known.assets.get(finding.resource.asset_id)) for test in tests)
        )

    def _tests(self) -> list[Callable[[Finding, AssetRecord | None], bool]]:
        tests: list[Callable[[Finding, AssetRecord | None], bool]] = []
        if self.status != "any":
            words = _STATUS_WORDS[self.status]
            tests.append(lambda f, _: f.progress.casefold() in words or _other(f, self.status))
        if self.ids:
            ids = {value.strip() for value in self.ids}
            tests.append(lambda f, _: f.id in ids or str(f.issue_id) in ids)
        if self.severity:
            tests.append(lambda f, _: f.severity in self.severity)
        if self.min_severity is not None:
            least = self.min_severity.rank
            tests.append(lambda f, _: f.severity.rank >= least)
        if self.outcome:
            tests.append(lambda f, _: f.status in self.outcome)
        for name in (*_PLAIN, "rule_id", "resource_type"):
            if getattr(self, name):
                tests.append(_one_of(FACETS[name], getattr(self, name)))
        if self.account:
            accounts = {value.casefold() for value in self.account}
            tests.append(lambda f, _: bool({f.account.casefold(), f.account_name.casefold()} & accounts))
        if self.resource:
            parts = [value.casefold() for value in self.resource]
            tests.append(lambda f, _: any(p in _names(f) for p in parts))
        for key, accepted in self.tags.items():
            tests.append(_has_tag(key, accepted))
        if self.any_tag:
            several = [_has_tag(key, accepted) for key, accepted in self.any_tag.items()]
            tests.append(lambda f, asset: any(test(f, asset) for test in several))
        for facet, values_out in self.exclude.items():
            tests.append(_none_of(FACETS[facet], values_out))
        if self.text.strip():
            terms = self.text.casefold().split()
            tests.append(_has_words(terms))
        if self.since is not None:
            since = self.since
            tests.append(lambda f, _: f.observed_at is not None and f.observed_at >= since)
        if self.until is not None:
            until = self.until
            tests.append(lambda f, _: f.observed_at is not None and f.observed_at <= until)
        return tests


def _other(finding: Finding, status: str) -> bool:
    # A progress word that nobody knows counts as open: better shown than lost.
    return status == "open" and finding.progress.casefold() not in {"new", "in progress", "resolved"}


def _one_of(read: Callable[[Finding], str], given: Sequence[str]) -> Callable[..., bool]:
    wanted = {value.casefold() for value in given}
    return lambda finding, _: read(finding).casefold() in wanted


def _none_of(read: Callable[[Finding], str], given: Sequence[str]) -> Callable[..., bool]:
    unwanted = {value.casefold() for value in given}
    return lambda finding, _: read(finding).casefold() not in unwanted


def _has_tag(key: str, accepted: Sequence[str]) -> Callable[..., bool]:
    name, words = key.casefold(), {value.casefold() for value in accepted}

    def test(finding: Finding, asset: AssetRecord | None) -> bool:
        for tags in (finding.tags, asset.tags if asset else {}):
            for tag, value in tags.items():
                if tag.casefold() == name and (not words or value.casefold() in words):
                    return True
        return False

    return test


def _has_words(terms: Sequence[str]) -> Callable[..., bool]:
    def test(finding: Finding, _: AssetRecord | None) -> bool:
        text = _haystack(finding)
        return all(term in text for term in terms)

    return test


def _names(finding: Finding) -> str:
    return f"{finding.resource.name}\n{finding.resource.uid}\n{finding.resource.asset_id}".casefold()


def _haystack(finding: Finding) -> str:
    tags = " ".join(f"{key}={value} {key}:{value}" for key, value in finding.tags.items())
    return "\n".join(
        (
            *(finding.id, finding.title, finding.description, finding.rule_id, finding.kind, finding.service),
            *(finding.resource.name, finding.resource.uid, finding.resource.type, finding.account),
            *(finding.account_name, finding.region, finding.provider, tags),
        )
    ).casefold()


def _known(name: str, given: Sequence[str], present: Iterable[str]) -> tuple[str, ...]:
    by_fold = {value.casefold(): value for value in present if value}
    found = []
    for value in given:
        spelled = value.strip()
        if name == "provider":
            spelled = provider_name(spelled)
        match = by_fold.get(spelled.casefold())
        if match is None and name == "service":
            match = by_fold.get(_SERVICE_ALIASES.get(spelled.casefold(), ""))
        if match is None:
            near = nearest(spelled, by_fold.values())
            raise BadFilterError(name, f"No finding has the {name.replace('_', ' ')} {value[:100]!r}.", near)
        found.append(match)
    return tuple(found)


def _known_accounts(given: Sequence[str], known: FindingSet) -> tuple[str, ...]:
    names = {finding.account for finding in known.findings} | {f.account_name for f in known.findings}
    return _known("account", given, names)


def _known_tags(given: Mapping[str, Sequence[str]], known: FindingSet) -> dict[str, tuple[str, ...]]:
    present: dict[str, set[str]] = {}
    tagged = [finding.tags for finding in known.findings] + [asset.tags for asset in known.assets.values()]
    for tags in tagged:
        for key, value in tags.items():
            present.setdefault(key, set()).add(value)
    found: dict[str, tuple[str, ...]] = {}
    for key, accepted in given.items():
        name = _known("tag", [key], present)[0]
        alike = (items for tag, items in present.items() if tag.casefold() == name.casefold())
        spellings = {value for items in alike for value in items}
        found[name] = _known(f"value of tag {name}", accepted, spellings)
    return found


def nearest(value: str, present: Iterable[str], count: int = 3) -> tuple[str, ...]:
    """The known values that are most like this one."""
    by_fold = {item.casefold(): item for item in present if item}
    word = value.casefold()
    close = get_close_matches(word, by_fold, n=count, cutoff=0.6)
    inside = sorted((item for item in by_fold if len(word) > 2 and word in item), key=len)
    return tuple(by_fold[item] for item in list(dict.fromkeys([*close, *inside]))[:count])


def _listed(given: Any) -> list[Any]:
    if given is None:
        return []
    return list(given) if isinstance(given, (list, tuple, set, frozenset)) else [given]
