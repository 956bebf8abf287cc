"""Rolls evidence up to requirements. One rule above all: never a false pass.

What was not looked at is not passed; a requirement passes only when every check mapped to it ran, everywhere
in scope, and checks alone can decide it. Everything else that did not fail is handed to a person or said to
be not assessed, with the reason.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from tools.compliance import catalog as catalogs
from tools.compliance import mapping as mappings
from tools.compliance import priorities
from tools.compliance.assessment import (
    Assessment,
    CheckOutcome,
    EvidenceRow,
    RequirementResult,
    Scope,
    Status,
)
from tools.compliance.markdown import plural
from tools.compliance.model import CatalogEntry, Confidence, MappingRow
from tools.compliance.scope import Selected, select
from tools.findings.model import Finding, FindingSet, FindingStatus, Severity

_HEALTH_KEYS = (
    "dataclass",
    "dataclassification",
    "classification",
    "sensitivity",
    "datatype",
    "compliance",
    "phi",
    "ephi",
)
_HEALTH_VALUES = frozenset(
    {"phi", "ephi", "hipaa", "health", "healthdata", "patient", "patientdata", "medical"}
)
_ORDER = {FindingStatus.FAIL: 0, FindingStatus.MANUAL: 1, FindingStatus.PASS: 2}


def assess(framework: str, evidence: FindingSet, scope: Scope | None = None) -> Assessment:
    """Where the estate stands against a framework.

    `evidence` has every result (FAIL, PASS and MANUAL). Raises `UnknownFramework`, and `UnknownAccount` or
    `UnknownProvider` when the scope names something that the evidence does not contain.
    """
    scope = scope or Scope()
    catalog = catalogs.load(framework)
    table = mappings.load(framework)
    chosen = select(evidence, scope, table)
    rows = {key: _rows(key[1], items, evidence) for key, items in chosen.by_check.items()}
    own = {
        entry.id: _own(entry, table.by_requirement.get(entry.id, ()), chosen, rows)
        for entry in catalog.entries
        if entry.kind in catalog.assessed
    }
    results = tuple(_with_parts(result, catalog.children, own) for result in own.values())
    return Assessment(
        framework=catalog.framework,
        title=catalog.title,
        version=catalog.version,
        catalog_revision=catalog.revision,
        catalog_source=catalog.source,
        headline_kind=catalog.headline,
        groups=catalog.groups,
        scope=scope,
        as_of=evidence.as_of,
        results=results,
        coverage=chosen.coverage,
        fix_first=priorities.fix_first(results),
        suggestions=priorities.suggestions(chosen, catalog, table),
        rejected_rows=len(table.rejected),
        mapping_sources=table.sources,
    )


def _rows(check_id: str, findings: Iterable[Finding], evidence: FindingSet) -> tuple[EvidenceRow, ...]:
    made = []
    for finding in findings:
        status = finding.status
        if status is FindingStatus.FAIL and not finding.open:
            # Somebody closed the issue; only a passing result would show that the resource is right now.
            status = FindingStatus.MANUAL
        asset = evidence.asset_of(finding)
        made.append(
            EvidenceRow(
                finding_id=finding.id,
                issue_id=finding.issue_id,
                check_id=check_id,
                status=status,
                severity=finding.severity,
                resource=finding.resource.uid
                or finding.resource.name
                or finding.resource.asset_id
                or "unknown",
                resource_name=finding.resource.name,
                account=finding.account,
                region=finding.region,
                health_data=holds_health_data(finding.tags)
                or (asset is not None and holds_health_data(asset.tags)),
                observed_at=finding.observed_at,
            )
        )
    return tuple(
        sorted(made, key=lambda row: (_ORDER[row.status], -row.severity.rank, row.resource, row.finding_id))
    )


def holds_health_data(tags: Mapping[str, str]) -> bool:
    """Whether the owner's own tags say that a resource holds health data (such as `DataClass=PHI`)."""
    for name, value in tags.items():
        key = "".join(letter for letter in name.casefold() if letter.isalnum())
        said = "".join(letter if letter.isalnum() else " " for letter in value.casefold()).split()
        if key in ("phi", "ephi") and said not in (["false"], ["no"], ["0"], []):
            return True
        if key in _HEALTH_KEYS and not _HEALTH_VALUES.isdisjoint(said):
            return True
    return False


def _own(
    entry: CatalogEntry,
    mapped: tuple[MappingRow, ...],
    chosen: Selected,
    rows: Mapping[tuple[str, str], tuple[EvidenceRow, ...]],
) -> RequirementResult:
    relevant = [row for row in mapped if row.provider in chosen.coverage.providers]
    outcomes = tuple(_outcome(row, rows.get((row.provider, row.check_id), ()), chosen) for row in relevant)
    evidence = tuple(item for row in relevant for item in rows.get((row.provider, row.check_id), ()))
    failed = [item for item in evidence if item.status is FindingStatus.FAIL]
    failing = [outcome for outcome in outcomes if outcome.failed]
    status, reason = _decide(entry, outcomes, chosen)
    resources = _resources(failed)
    return RequirementResult(
        entry=entry,
        status=status,
        reason=reason,
        checks_total=len(outcomes),
        checks_ran=sum(outcome.complete for outcome in outcomes),
        checks_partly=sum(outcome.ran and not outcome.complete for outcome in outcomes),
        checks_failed=len(failing),
        outcomes=outcomes,
        evidence=tuple(sorted(evidence, key=lambda item: (_ORDER[item.status], -item.severity.rank))),
        resources_failed=len(resources),
        resources_seen=len(_resources(evidence)),
        health_data_failed=len(_resources(item for item in failed if item.health_data)),
        worst=_worst(outcome.severity for outcome in failing),
        worst_direct=_worst(o.severity for o in failing if o.confidence is Confidence.HIGH),
        indirect_only=bool(failing) and all(outcome.confidence is Confidence.LOW for outcome in failing),
    )


def _resources(rows: Iterable[EvidenceRow]) -> set[tuple[str, str, str]]:
    return {(row.account, row.region, row.resource) for row in rows}


def _worst(severities: Iterable[Severity | None]) -> Severity | None:
    return max((s for s in severities if s is not None), key=lambda severity: severity.rank, default=None)


def _outcome(row: MappingRow, found: tuple[EvidenceRow, ...], chosen: Selected) -> CheckOutcome:
    counts: dict[FindingStatus, int] = defaultdict(int)
    for item in found:
        counts[item.status] += 1
    seen = {item.account for item in found}
    missing = tuple(sorted(chosen.accounts_of(row.provider) - seen)) if found else ()
    return CheckOutcome(
        provider=row.provider,
        check_id=row.check_id,
        confidence=row.confidence,
        source=f"{row.source} {row.version}",
        failed=counts[FindingStatus.FAIL],
        passed=counts[FindingStatus.PASS],
        manual=counts[FindingStatus.MANUAL],
        missing_accounts=missing,
        severity=_worst(item.severity for item in found if item.status is FindingStatus.FAIL),
    )


def _decide(entry: CatalogEntry, outcomes: tuple[CheckOutcome, ...], chosen: Selected) -> tuple[Status, str]:
    total = len(outcomes)
    ran = sum(outcome.ran for outcome in outcomes)
    complete = sum(outcome.complete for outcome in outcomes)
    mapped = "1 mapped check" if total == 1 else f"{total} mapped checks"
    if failing := sum(outcome.failed > 0 for outcome in outcomes):
        return Status.FAIL, f"Of {mapped}, {ran} ran and {failing} failed."
    if not total:
        return _without_checks(entry, chosen)
    if not ran:
        return Status.NOT_ASSESSED, f"Of {mapped}, none reported anything in scope."
    if waiting := sum(outcome.manual > 0 for outcome in outcomes):
        return (
            Status.MANUAL,
            f"Of {mapped}, {ran} ran, none failed, and {waiting} left the answer to a person.",
        )
    if complete < total:
        return Status.MANUAL, (
            f"Of {mapped}, {complete} ran everywhere in scope and passed; a person has to confirm that the"
            " rest had nothing to look at."
        )
    if not chosen.coverage.complete:
        return Status.MANUAL, (
            f"Of {mapped}, all passed on what was read, but only {chosen.coverage.read:,} of"
            f" {chosen.coverage.total:,} results could be read."
        )
    if entry.checks != "decide":
        return Status.MANUAL, (
            f"Of {mapped}, all ran and passed; they support the requirement, but the procedure behind it has"
            " to be shown by a person."
        )
    return Status.PASS, f"Of {mapped}, all ran everywhere in scope and none failed."


def _without_checks(entry: CatalogEntry, chosen: Selected) -> tuple[Status, str]:
    if entry.checks == "none":
        return Status.MANUAL, "No configuration check can show this; it takes documents and people."
    providers = ", ".join(chosen.coverage.providers)
    if entry.checks == "support":
        where = f" for {providers}" if providers else ""
        return Status.MANUAL, f"No check is mapped to it{where}; the procedure has to be shown by a person."
    if not providers:
        return Status.NOT_ASSESSED, "There is no evidence in scope."
    return Status.NOT_ASSESSED, f"No check is mapped to it for {providers}."


def _with_parts(
    result: RequirementResult,
    children: Mapping[str, tuple[CatalogEntry, ...]],
    own: Mapping[str, RequirementResult],
) -> RequirementResult:
    parts = [own[child.id] for child in children.get(result.id, ())]
    if not parts:
        return result
    weighed_parts = [part.status for part in parts]
    weighed = list(weighed_parts)
    if result.checks_total:
        weighed.append(result.status)
    counted = {status: weighed.count(status) for status in Status}
    if counted[Status.FAIL]:
        status = Status.FAIL
    elif counted[Status.PASS] == len(weighed) and result.entry.checks == "decide":
        status = Status.PASS
    elif counted[Status.MANUAL] or counted[Status.PASS] == len(weighed):
        status = Status.MANUAL
    else:
        status = Status.NOT_ASSESSED
    tally = ", ".join(
        _counted(weighed_parts.count(state), state) for state in Status if state in weighed_parts
    )
    own_part = f" Its own checks: {result.reason}" if result.checks_total else ""
    count = f"{len(parts)} {plural(parts[0].entry.kind, len(parts))}"
    return result.model_copy(
        update={
            "status": status,
            "reason": f"Its {count}: {tally}.{own_part}",
            "parts": tuple(part.id for part in parts),
        }
    )


def _counted(number: int, status: Status) -> str:
    if number == 1:
        return f"1 {status.label}{'es' if status is Status.PASS else 's' if status is Status.FAIL else ''}"
    return f"{number} {'need a person' if status is Status.MANUAL else status.label}"
