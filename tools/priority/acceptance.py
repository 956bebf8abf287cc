"""Risks that a person accepted: which findings, until when, by whom. They are held down, never hidden."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from fnmatch import translate
from functools import lru_cache

from tools.findings.model import Finding

_WILD = re.compile(r"[*?\[]")


@dataclass(frozen=True, slots=True)
class Acceptance:
    """An accepted risk. `rule_id`, `resource` and `account` are patterns (`*` for any); `finding_id` names one finding,
    by its public id or the tenant's issue id.

    It acts up to `until` (no end if None) and says who gave which reason; `id` is under what it is kept.
    """

    reason: str
    by: str
    until: datetime | None = None
    finding_id: str = ""
    rule_id: str = "*"
    resource: str = "*"
    account: str = "*"
    id: str = ""

    def covers(self, finding: Finding, at: datetime) -> bool:
        """Whether it speaks of this finding at this time."""
        if self.until is not None and self.until <= at:
            return False
        if self.finding_id:
            return self.finding_id in {finding.id, str(finding.issue_id)}
        names = (finding.resource.uid, finding.resource.name, finding.resource.asset_id)
        return (
            (self.rule_id, self.resource, self.account) != ("*", "*", "*")
            and matches(finding.rule_id, self.rule_id)
            and any(matches(name, self.account) for name in (finding.account, finding.account_name))
            and any(matches(name, self.resource) for name in names)
        )


class Acceptances:
    """Accepted risks, found by what they name exactly: ten thousand of them cost a finding no more than ten."""

    def __init__(self, accepted: Iterable[Acceptance]) -> None:
        self._by_finding: dict[str, list[Acceptance]] = {}
        self._by_resource: dict[str, list[Acceptance]] = {}
        self._by_rule: dict[str, list[Acceptance]] = {}
        self._wide: list[Acceptance] = []
        # Of several that cover a finding, the one that lasts longest is told; who and why keep equals apart.
        for one in sorted(accepted, key=_place):
            if one.finding_id:
                self._by_finding.setdefault(one.finding_id, []).append(one)
            elif not _WILD.search(one.resource):
                self._by_resource.setdefault(one.resource, []).append(one)
            elif not _WILD.search(one.rule_id):
                self._by_rule.setdefault(one.rule_id, []).append(one)
            else:
                self._wide.append(one)

    def of(self, finding: Finding, at: datetime) -> Acceptance | None:
        """The accepted risk that speaks of a finding now."""
        return next((one for one in self._near(finding) if one.covers(finding, at)), None)

    def _near(self, finding: Finding) -> Iterator[Acceptance]:
        for name in (finding.id, str(finding.issue_id)):
            yield from self._by_finding.get(name, ())
        resource = finding.resource
        for name in dict.fromkeys((resource.uid, resource.name, resource.asset_id)):
            yield from self._by_resource.get(name, ())
        yield from self._by_rule.get(finding.rule_id, ())
        yield from self._wide


def _place(one: Acceptance) -> tuple[bool, float, tuple[str, ...]]:
    until = -one.until.timestamp() if one.until is not None else 0.0
    names = (one.by, one.reason, one.id, one.finding_id, one.rule_id, one.resource, one.account)
    return (one.until is not None, until, names)


def matches(name: str, pattern: str) -> bool:
    """Whether a name fits a pattern with `*`, `?` and `[...]`; upper and lower case differ, as in ids of clouds."""
    if pattern == "*":
        return True
    return _pattern(pattern).match(name) is not None if _WILD.search(pattern) else name == pattern


@lru_cache(maxsize=4096)
def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(translate(pattern))


_ACCEPTED_PROGRESS = ("risk_accepted", "accepted", "suppressed", "exception", "resolved_risk_accepted")


def accepted_by_platform(finding: Finding) -> str:
    """The progress value by which the platform itself says that the risk was accepted; else empty."""
    return finding.progress if _says_accepted(finding.progress) else ""


@lru_cache(maxsize=1024)
def _says_accepted(progress: str) -> bool:
    word = progress.strip().lower().replace(" ", "_").replace("-", "_")
    return any(mark in word for mark in _ACCEPTED_PROGRESS)
