"""Findings with their scores as results: searched, one in full, as rows of a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import Field, field_validator

from tools.findings import (
    UNCLASSIFIED,
    AssetRecord,
    Finding,
    FindingLookup,
    FindingSet,
    FindingStatus,
    Severity,
    kind_title,
)
from tools.findings.filters import FindingFilter
from tools.priority.enrich.model import Enrichments
from tools.priority.model import PriorityScore, ScoreBook
from tools.priority.prefilter import KINDS, PLURALS
from tools.priority.service import PriorityService
from tools.results import QueryRecord, ToolResult, utcnow
from tools.tool import ToolArguments

Facet = Literal["severity", "provider", "account", "region", "service", "resource_type", "rule_id"]
_COLUMNS = ("priority", "severity", "finding", "resource", "account", "region", "id")
_GROUP_COLUMNS = ("priority", "findings", "severity", "finding", "resource", "account", "region", "id")
_CONFIG_CHARACTERS = 4_000


class SearchArguments(ToolArguments):
    """Filters; all must hold, any value within one. Leave out what is not asked for."""

    text: str | None = Field(default=None, description="Words that must all occur.", max_length=300)
    severities: tuple[Severity, ...] = Field(default=(), description="INFO, LOW, MEDIUM, HIGH, CRITICAL.")
    kinds: tuple[str, ...] = Field(default=(), description="Finding kinds, e.g. aws.s3.public_access.")
    rule_ids: tuple[str, ...] = Field(default=(), description="Rule or check ids.")
    providers: tuple[str, ...] = Field(default=(), description="AWS, AZURE, GCP.")
    accounts: tuple[str, ...] = Field(default=(), description="Account ids or names.")
    regions: tuple[str, ...] = Field(default=())
    services: tuple[str, ...] = Field(default=(), description="e.g. s3, ec2, iam.")
    resource_types: tuple[str, ...] = Field(default=(), description="Asset type ids, e.g. S3_BUCKET.")
    resources: tuple[str, ...] = Field(default=(), description="Parts of a resource's name or id.")
    tags: dict[str, tuple[str, ...]] = Field(default_factory=dict, description="Tag key to accepted values.")
    any_tag: dict[str, tuple[str, ...]] = Field(
        default_factory=dict, description="Spellings of one tag: key to accepted values; one is enough."
    )
    exclude: dict[Facet, tuple[str, ...]] = Field(
        default_factory=dict, description="Facet to values that are left out."
    )
    status: Literal["FAIL", "PASS", "MANUAL"] = Field(
        default="FAIL", description="FAIL: open findings (default). PASS and MANUAL: evidence."
    )
    since: datetime | None = Field(default=None, description="Observed at or after (ISO 8601).")
    older_than_days: float | None = Field(default=None, gt=0)
    grouped: bool = Field(default=False, description="One row per root cause instead of per finding.")
    held: bool = Field(
        default=False,
        description="Only those held down: accepted exceptions, approved ports and public things, test estates.",
    )
    order_by: Literal["priority", "severity", "newest", "oldest"] = "priority"
    limit: int = Field(default=25, ge=1, le=200)
    offset: int = Field(default=0, ge=0)

    @field_validator("severities", mode="before")
    @classmethod
    def _upper(cls, given: Any) -> Any:
        listed = [given] if isinstance(given, str) else given
        return [s.upper() if isinstance(s, str) else s for s in listed or ()]

    @field_validator(
        "kinds",
        "rule_ids",
        "providers",
        "accounts",
        "regions",
        "services",
        "resource_types",
        "resources",
        mode="before",
    )
    @classmethod
    def _listed(cls, given: Any) -> Any:
        return [given] if isinstance(given, str) else given

    @field_validator("tags", "any_tag", "exclude", mode="before")
    @classmethod
    def _tag_values(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        return {k: [v] if isinstance(v, str) else ([] if v is None else v) for k, v in given.items()}

    def to_filter(self, now: datetime) -> FindingFilter:
        return FindingFilter(
            text=self.text or "",
            severity=self.severities,
            kind=self.kinds,
            rule_id=self.rule_ids,
            provider=self.providers,
            account=self.accounts,
            region=self.regions,
            service=self.services,
            resource_type=self.resource_types,
            resource=self.resources,
            tags=self.tags,
            any_tag=self.any_tag,
            exclude=self.exclude,
            status="open" if self.status == "FAIL" else "any",
            outcome=(FindingStatus(self.status),),
            since=self.since,
            until=now - timedelta(days=self.older_than_days) if self.older_than_days else None,
        )


async def search_findings(
    args: SearchArguments,
    lookup: FindingLookup,
    priority: PriorityService,
    *,
    limit: int | None = None,
    offset: int | None = None,
) -> ToolResult:
    """The findings that match, ranked. `limit` and `offset` override the model's bounds (for the command line).

    Raises `BadFilterError` for a value that nothing in the tenant has, `CortexError` from the tenant.
    """
    known = await (lookup.snapshot() if args.status == "FAIL" else lookup.evidence())
    book = await priority.scores()
    found = list(args.to_filter(utcnow()).checked(known).select(known))
    kinds = {f.id: score.held for f in found if (score := book.by_id.get(f.id)) is not None and score.held}
    if args.held:
        found = [f for f in found if f.id in kinds]
    start = args.offset if offset is None else offset
    count = args.limit if limit is None else limit
    held = {**held_of(kinds.values()), "problem": (await priority.tolerances()).problem}
    return _found(args, known, book, _ordered(found, book, args.order_by), start, count, held)


def sources_of(enriched: Enrichments) -> list[dict[str, Any]]:
    """How each source of enrichment answered: of when, how many rows, and how many are about no asset here."""
    return [
        {
            "name": name,
            "answered": state.answered,
            "source": state.source,
            "as_of": state.as_of.isoformat() if state.as_of else None,
            "rows": state.rows,
            "unmatched": state.unmatched,
            "problem": state.problem,
        }
        for name, state in sorted(enriched.states.items())
    ]


def unmatched_of(sources: Iterable[Mapping[str, Any]]) -> list[str]:
    """A sentence for each source of which rows match no asset."""
    return [
        f"{one['unmatched']} of {one['rows']} rows of {one['source']} are about no asset of the inventory"
        for one in sources
        if one["unmatched"]
    ]


def unanswered_of(sources: Iterable[Mapping[str, Any]]) -> list[str]:
    """A sentence for each source that scores are made without, and why it gave nothing."""
    return [
        f"Scored without {one['source']}. {one['problem']}".rstrip() for one in sources if not one["answered"]
    ]


def held_of(kinds: Iterable[str]) -> dict[str, Any]:
    """How many are held down, by what: `{total, by, words}`; `words` is a clause, empty when there are none."""
    by: dict[str, int] = {}
    for kind in kinds:
        by[kind] = by.get(kind, 0) + 1
    ordered = {kind: by[kind] for kind in KINDS if kind in by}
    told = ", ".join(f"{count} {PLURALS[kind] if count != 1 else kind}" for kind, count in ordered.items())
    total = sum(by.values())
    return {"total": total, "by": ordered, "words": f"{total} held down: {told}" if total else ""}


async def one_finding(finding_id: str, lookup: FindingLookup, priority: PriorityService) -> ToolResult:
    """One finding in full with its score. Raises `UnknownFindingError` with near ids."""
    finding = await lookup.get(finding_id)
    known = await lookup.snapshot()
    book = await priority.scores()
    score = book.by_id.get(finding.id)
    rank = f", rank {book.rank_of(finding.id)} of {len(book)}" if score else ""
    scored = f" scores {score.score:.0f} of 100{rank}" if score else f" is {finding.status.value}, not scored"
    return ToolResult(
        kind="finding",
        summary=f"{headline_of(finding)} on {finding.resource.name or finding.account}{scored}.",
        total=1,
        returned=1,
        truncated=False,
        as_of=known.as_of,
        data={
            "finding": finding_view(finding, known.asset_of(finding)),
            "score": score_view(score, book) if score else None,
        },
        citations=(finding.id,),
    )


def finding_view(finding: Finding, asset: AssetRecord | None) -> dict[str, Any]:
    """A finding as JSON values for a page: its own fields, a title for its kind, tags and configuration."""
    view = finding.model_dump(mode="json", exclude={"compliance"})
    view["kind_title"] = kind_title(finding.kind)
    view["headline"] = headline_of(finding)
    view["compliance"] = {k: list(v) for k, v in finding.compliance.items()}
    if asset is not None:
        view["tags"] = dict(asset.tags) or view["tags"]
        view["resource"]["type_name"] = asset.type_name
        config = str(dict(asset.config))
        view["configuration"] = dict(asset.config) if len(config) <= _CONFIG_CHARACTERS else None
    return view


def headline_of(finding: Finding) -> str:
    """What is wrong, in a few words: a scanner's title often says what should be, not what is."""
    return finding.title if finding.kind == UNCLASSIFIED else kind_title(finding.kind)


def finding_row(finding: Finding, score: PriorityScore | None) -> dict[str, Any]:
    """A finding as one row of a table."""
    return {
        "priority": round(score.score) if score else None,
        "severity": finding.severity.value,
        "finding": headline_of(finding),
        "resource": finding.resource.name or finding.resource.uid,
        "account": finding.account_name or finding.account,
        "region": finding.region,
        "id": finding.id,
        "rule": finding.rule_id,
        "kind": finding.kind,
        "title": finding.title,
        "service": finding.service,
        "issue": finding.issue_id,
        "exact_score": round(score.score, 2) if score else None,
        "held": score.held if score else "",
    }


def _ordered(found: list[Finding], book: ScoreBook, order: str) -> list[Finding]:
    scores = book.by_id

    def priority(f: Finding) -> float:
        score = scores.get(f.id)
        return -score.score if score else 0.0

    def observed(f: Finding) -> float:
        return f.observed_at.timestamp() if f.observed_at else 0.0

    if order == "severity":
        return sorted(found, key=lambda f: (-f.severity.rank, priority(f), f.id))
    if order == "newest":
        return sorted(found, key=lambda f: (-observed(f), priority(f), f.id))
    if order == "oldest":
        return sorted(found, key=lambda f: (observed(f), priority(f), f.id))
    return sorted(found, key=lambda f: (priority(f), f.id))


def _found(
    args: SearchArguments,
    known: FindingSet,
    book: ScoreBook,
    found: list[Finding],
    start: int,
    count: int,
    held: dict[str, Any],
) -> ToolResult:
    scores = book.by_id
    rows: list[dict[str, Any]]
    if args.grouped:
        rows = _grouped(found, book)
    else:
        rows = [finding_row(f, scores.get(f.id)) for f in found[start : start + count]]
    total = len(rows) if args.grouped else len(found)
    if args.grouped:
        rows = rows[start : start + count]
    by_severity: dict[str, int] = {}
    for f in found:
        by_severity[f.severity.value] = by_severity.get(f.severity.value, 0) + 1
    what = {"FAIL": "open", "PASS": "passed", "MANUAL": "manual"}[args.status] + (" held-down" * args.held)
    told = f" {held['words']}." if held["words"] and not args.held else ""
    noun = "result" if args.status != "FAIL" else "finding"
    unit = f"{noun}{'' if len(found) == 1 else 's'}"
    grouped = f" in {total} groups" if args.grouped else ""
    incomplete = "" if known.complete else f" The tenant has more than could be read ({known.total})."
    return ToolResult(
        kind="findings",
        summary=(
            f"{len(found)} {what} {unit} match{'es' if len(found) == 1 else ''}{grouped}, "
            f"of {len(known)} looked through.{incomplete}{told}"
        ),
        total=total,
        returned=len(rows),
        truncated=len(rows) < total,
        as_of=known.as_of,
        columns=_GROUP_COLUMNS if args.grouped else _COLUMNS,
        rows=tuple(rows),
        queries=tuple(
            QueryRecord(
                xql=q,
                reading=f"all {'issues' if 'issues' in q else 'rows'} and their assets; filtered here",
                dataset=q.split("|")[0].replace("dataset =", "").strip(),
                window="all time",
                rows=len(known),
                total=known.total,
                truncated=not known.complete,
                as_of=known.as_of,
            )
            for q in known.queries[:1]
        ),
        data={
            "scanned": len(known),
            "matching": len(found),
            "by_severity": by_severity,
            "complete": known.complete,
            "weights": book.weights_version,
            "held": held,
        },
        citations=tuple(str(r["id"]) for r in rows),
    )


def _grouped(found: list[Finding], book: ScoreBook) -> list[dict[str, Any]]:
    """One row per root cause: its highest finding stands for it."""
    by_id = {f.id: f for f in found}
    rows = []
    for group in book.groups:
        members = [by_id[i] for i in group.finding_ids if i in by_id]
        if not members:
            continue
        lead = members[0]
        row = finding_row(lead, book.by_id.get(lead.id))
        rows.append({**row, "findings": len(members), "group": group.key, "members": [m.id for m in members]})
    return rows


def score_view(score: PriorityScore, book: ScoreBook) -> dict[str, Any]:
    return {**score.to_dict(), "rank": book.rank_of(score.finding_id), "of": len(book)}
