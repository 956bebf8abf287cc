"""Turns a drawn account into rows of the data sets: assets, findings, issues and their links."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from pydantic_core import to_json

from tools.findings.model import Severity
from tools.tenant.estate.cell import HISTORY_DAYS, Cell, Resource, Rule
from tools.tenant.estate.company import OWNERS
from tools.tenant.estate.kinds import asset_types
from tools.tenant.loading_rows import PLATFORM

Row = tuple[Any, ...]
ISSUE_COLUMNS = (
    *("xdm.issue.id", "xdm.issue.external_id", "xdm.issue.name", "xdm.issue.description"),
    *("xdm.issue.severity", "xdm.issue.platform_severity", "xdm.issue.domain", "xdm.issue.category"),
    *("xdm.issue.type", "xdm.issue.owner", "xdm.issue.detection.method", "xdm.issue.detection.rule_id"),
    *("xdm.issue.status.progress", "xdm.issue.status.resolution_reason"),
    *("xdm.issue.status.resolution_comment", "xdm.issue.assigned_to", "xdm.issue.remediation"),
    *("xdm.issue.impact", "xdm.issue.observation_time", "xdm.issue.last_modified"),
    *("xdm.issue.resolution_time", "xdm.issue.asset_ids", "xdm.issue.finding_ids"),
    *("xdm.issue.normalized_fields", "xdm.issue.extended_fields", "xdm.issue.is_excluded"),
    *("xdm.issue.is_excepted", "xdm.issue.is_starred", "xdm.issue.alert_count", "xdm.issue.tags"),
    *("original_tags", "xdm.issue.case_ids", "_time", "_insert_time"),
)
FINDING_COLUMNS = (
    *("xdm.finding.id", "xdm.finding.name", "xdm.finding.description", "xdm.finding.category"),
    *("xdm.finding.type_id", "xdm.finding.asset_id", "xdm.finding.asset_name", "xdm.finding.owner"),
    *("xdm.finding.normalized_fields", "_time", "_insert_time"),
)
ASSET_COLUMNS = (
    *("xdm.asset.id", "xdm.asset.strong_id", "xdm.asset.name", "xdm.asset.provider", "xdm.asset.realm"),
    *("xdm.asset.cloud.region", "xdm.asset.type.class", "xdm.asset.type.category"),
    *("xdm.asset.type.name", "xdm.asset.type.id", "xdm.asset.tags", "xdm.asset.normalized_fields"),
    *("xdm.asset.raw_fields", "xdm.asset.group_ids", "xdm.asset.first_observed"),
    *("xdm.asset.last_observed", "_time", "_insert_time", "xdm.host.os_distribution", "xdm.host.state"),
    *("xdm.host.ipv4_addresses", "xdm.kubernetes.resource.namespace", "xdm.kubernetes.cluster.version"),
)
_METHOD_TAGS = {
    "CSPM Scanner": "CSPM Scanner",
    "Vulnerability Policy": "Vulnerability Policy",
    "Data Policy": "Data Policy",
}
_COMMENTS = {
    "RESOLVED_FIXED": "The check passes in a later scan.",
    "RESOLVED_RISK_ACCEPTED": "Accepted by the owner until the next review.",
    "RESOLVED_FALSE_POSITIVE": "Looked at: does not apply here.",
}


_FIXED = {
    Severity.CRITICAL: 0.012,
    Severity.HIGH: 0.05,
    Severity.MEDIUM: 0.1,
    Severity.LOW: 0.12,
    Severity.INFO: 0.1,
}
"""Of what passes, the share that failed before, within the history: what is grave is rare."""


def plain_json(value: Any) -> str:
    """JSON text of a value."""
    return to_json(value).decode()


@dataclass(slots=True)
class Written:
    """The rows of one account, and which issue stands for which finding."""

    issues: list[Row] = field(default_factory=list)
    findings: list[Row] = field(default_factory=list)
    assets: list[Row] = field(default_factory=list)
    links: list[Row] = field(default_factory=list)
    by_rule: dict[tuple[str, str], int] = field(default_factory=dict)
    severities: dict[int, str] = field(default_factory=dict)
    failed: int = 0


@dataclass(slots=True, eq=False)
class Draft:
    """A result that is yet to become rows."""

    resource: Resource
    rule: Rule
    kind: str
    failed: bool
    facts: dict[str, Any] | None
    detail: str
    observed: datetime | None


class Writer:
    """Writes accounts, one after the other; issue ids go on from account to account."""

    def __init__(self, now: datetime, first_issue: int) -> None:
        self._now = now
        self._next = first_issue

    def write(self, cell: Cell) -> Written:
        """All rows of an account, in an order that tells nothing."""
        found = Written()
        graded = {key for plant in cell.plants for key in plant.grades}
        watched = {r.id for decoy in cell.decoys for r in decoy.resources}
        drafts = list(self.drafts(cell))
        cell.random.shuffle(drafts)
        prefixes: dict[str, tuple[str, str]] = {}
        for draft in drafts:
            self._result(cell, draft, found, graded, watched, prefixes)
        order = list(cell.resources)
        cell.random.shuffle(order)
        found.assets = [self._asset(cell, one) for one in order if one.collected]
        return found

    def drafts(self, cell: Cell) -> Iterator[Draft]:
        """Every result: checks of the configurations, and what other detectors found."""
        for resource, check, failed in cell.results:
            yield Draft(resource, check.rule, check.kind, failed, None, "", None)
        for hit in cell.hits:
            yield Draft(hit.resource, hit.rule, "", True, hit.facts, hit.detail, hit.observed)

    def _result(
        self,
        cell: Cell,
        draft: Draft,
        found: Written,
        graded: set[tuple[str, str]],
        watched: set[str],
        prefixes: dict[str, tuple[str, str]],
    ) -> None:
        resource, rule, random = draft.resource, draft.rule, cell.random
        known = prefixes.get(resource.id)
        if known is None:
            known = prefixes[resource.id] = _prefix(resource)
        prefix, place = known
        roll = random.random()
        kept_open = (resource.id, rule.id) in graded or (draft.failed and resource.id in watched)
        closed = "" if kept_open else _closed(draft.failed, rule, roll)
        age = HISTORY_DAYS * (1.0 if random.random() < 0.22 else random.random() ** 1.25) + 0.3
        observed = draft.observed or self._now - timedelta(minutes=5 + int(600 * random.random()))
        began = min(self._now - timedelta(days=age), observed)
        seen = observed.isoformat(" ", "seconds")[:19]
        inserted = began.isoformat(" ", "seconds")[:19]
        finding_id = f"{random.getrandbits(128):032x}|{rule.id}"
        failing = draft.failed and closed != "RESOLVED_FIXED"
        status = "FAIL" if failing else "PASS"
        severity = rule.severity.value
        facts = (
            f'{prefix},"xdm.finding.status":"{status}","xdm.finding.severity":"{severity}",'
            f'"xdm.finding.rule_id":"{rule.id}","xdm.finding.service":"{rule.service}",'
            f'"xdm.finding.first_observed":"{inserted}"'
        )
        if draft.facts:
            facts += "," + plain_json(draft.facts)[1:-1]
        detail = f"{place}. {rule.title}." if failing or closed else f"{place} passes."
        if draft.detail:
            detail = f"{place}. {draft.detail}"
        if rule.domain == "POSTURE" and (failing or draft.facts is None):
            more = f',"xdm.finding.remediation":{plain_json(rule.remediation)}' if failing else ""
            body = f'{facts},"xdm.finding.status_detail":{plain_json(detail)}{more}}}'
            found.findings.append(
                (
                    *(finding_id, rule.title, detail, rule.category, rule.id, resource.id, resource.name),
                    *(rule.owner, body, seen, inserted),
                )
            )
        if not draft.failed and not closed:
            return
        if failing:
            found.failed += 1
        issue = self._next
        self._next += 1
        found.by_rule[resource.id, rule.id] = issue
        found.severities[issue] = severity
        found.links.append((issue, resource.id))
        found.issues.append(
            self._issue(
                cell,
                draft,
                issue,
                finding_id,
                detail,
                facts + "}",
                closed,
                kept_open,
                (seen, inserted, began),
            )
        )

    def _issue(
        self,
        cell: Cell,
        draft: Draft,
        issue: int,
        finding_id: str,
        detail: str,
        facts: str,
        closed: str,
        kept_open: bool,
        times: tuple[str, str, datetime],
    ) -> Row:
        resource, rule, random = draft.resource, draft.rule, cell.random
        seen, inserted, began = times
        modified, resolution, assigned, progress = seen, None, None, "New"
        if closed:
            moment = began + (self._now - began) * (0.15 + 0.8 * random.random())
            seen = resolution = modified = moment.isoformat(" ", "seconds")[:19]
            progress = "Resolved"
        elif random.random() < 0.11:
            progress, assigned = "In Progress", OWNERS[resource.account.team]
        excepted = closed == "RESOLVED_RISK_ACCEPTED" or (
            not closed and not kept_open and random.random() < 0.012
        )
        extended = None
        if excepted:
            until = int((self._now + timedelta(days=20 + 300 * random.random())).timestamp() * 1000)
            extended = f'{{"exception_ids":["EX-{1000 + issue % 9000}"],"exception_expiration":{until}}}'
        severity = rule.severity.value
        domain = "Posture" if rule.domain == "POSTURE" else "Security"
        return (
            *(issue, finding_id, rule.title, detail, severity, severity, rule.domain, rule.category),
            *(draft.kind or rule.title, rule.owner, rule.method, rule.id, progress, closed or None),
            *(_COMMENTS.get(closed), assigned, rule.remediation, rule.impact, seen, modified, resolution),
            *([resource.id], [finding_id] if rule.domain == "POSTURE" else [], facts, extended),
            *(not kept_open and random.random() < 0.006, excepted, random.random() < 0.01, 1),
            *([f"team:{resource.account.team}"], [f"DS:PANW/{rule.method}", f"DOM:{domain}"]),
            *([], seen, inserted),
        )

    def _asset(self, cell: Cell, resource: Resource) -> Row:
        kind = asset_types()[resource.kind]
        account = resource.account
        last = (self._now - timedelta(minutes=int(700 * cell.random.random()))).isoformat(" ", "seconds")[:19]
        first = resource.first.isoformat(" ", "seconds")[:19]
        columns = resource.columns
        facts = resource.facts | {
            "xdm.cloud.provider": _provider(resource),
            "xdm.cloud.project_id": account.id,
            "xdm.cloud.project": account.name,
            "xdm.cloud.region": resource.region,
        }
        raw = f'{{"{PLATFORM}":{plain_json(resource.config)}}}' if resource.config else None
        return (
            *(resource.id, resource.uid, resource.name, _provider(resource), account.id, resource.region),
            *(kind.asset_class, kind.category, kind.name, kind.id, plain_json(resource.tags)),
            *(plain_json(facts), raw, [account.environment, account.team], first, last, last, first),
            *(columns.get("xdm.host.os_distribution"), columns.get("xdm.host.state")),
            *(columns.get("xdm.host.ipv4_addresses"), columns.get("xdm.kubernetes.resource.namespace")),
            columns.get("xdm.kubernetes.cluster.version"),
        )


def _provider(resource: Resource) -> str:
    return "KUBERNETES" if resource.kind.startswith("k8s.") else resource.account.provider


def _prefix(resource: Resource) -> tuple[str, str]:
    """The facts that all findings of a resource share, as the beginning of a JSON object; where it is."""
    kind = asset_types()[resource.kind]
    facts = {
        "xdm.cloud.provider": _provider(resource),
        "xdm.cloud.project_id": resource.account.id,
        "xdm.cloud.project": resource.account.name,
        "xdm.cloud.region": resource.region,
        "xdm.asset.strong_id": resource.uid,
        "xdm.asset.name": resource.name,
        "xdm.asset.type.id": kind.id,
    }
    return plain_json(facts)[:-1], f"{kind.name} {resource.name} in {resource.account.name}"


def _closed(failed: bool, rule: Rule, roll: float) -> str:
    """How an issue ended, if it did: what passes now may have failed before; some are closed by hand."""
    if not failed:
        return "RESOLVED_FIXED" if roll < _FIXED[rule.severity] else ""
    if rule.category == "VULNERABILITY" and roll < 0.09:
        return "RESOLVED_FIXED"
    if roll > 0.985:
        return "RESOLVED_FALSE_POSITIVE" if roll > 0.994 else "RESOLVED_RISK_ACCEPTED"
    return ""
