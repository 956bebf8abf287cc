"""What to put right first, and what the mapping table should perhaps learn."""

from __future__ import annotations

from collections.abc import Iterable

from tools.compliance.assessment import EvidenceRow, FixFirst, RequirementResult, Suggestion
from tools.compliance.ids import IdIndex
from tools.compliance.mapping import Mapping
from tools.compliance.model import Catalog, Confidence
from tools.compliance.scope import Selected
from tools.findings.kinds import kind_for
from tools.findings.model import UNCLASSIFIED, FindingStatus, Severity


def fix_first(results: Iterable[RequirementResult]) -> tuple[FixFirst, ...]:
    """Failing checks, the one to put right first on top: health data, severity, what it closes, resources."""
    failing: dict[tuple[str, str], list[RequirementResult]] = {}
    for result in results:
        for outcome in result.outcomes:
            if outcome.failed:
                failing.setdefault((outcome.provider, outcome.check_id), []).append(result)
    found = [_fix(key, affected) for key, affected in failing.items()]
    return tuple(
        sorted(
            found,
            key=lambda fix: (
                -fix.severity.rank,
                -(fix.health_data > 0),
                -len(fix.closes),
                -len(fix.requirements),
                -fix.resources,
                fix.check_id,
            ),
        )
    )


def _fix(key: tuple[str, str], affected: list[RequirementResult]) -> FixFirst:
    provider, check_id = key
    rows: dict[tuple[str, str, str], EvidenceRow] = {}
    for row in affected[0].failed_rows:
        if row.check_id == check_id:
            rows[(row.account, row.region, row.resource)] = row
    return FixFirst(
        provider=provider,
        check_id=check_id,
        severity=max((row.severity for row in rows.values()), key=lambda s: s.rank, default=Severity.INFO),
        resources=len(rows),
        health_data=sum(row.health_data for row in rows.values()),
        requirements=tuple(result.id for result in affected),
        closes=tuple(result.id for result in affected if result.checks_failed == 1),
    )


def suggestions(chosen: Selected, catalog: Catalog, table: Mapping) -> tuple[Suggestion, ...]:
    """Checks in scope that the table lacks, with requirements that they may speak to, and why.

    Either the scanner itself tags the check for the framework, or the table has another check for the same kind of
    weakness. A person decides; nothing here counts.
    """
    index = IdIndex(catalog)
    kinds = _requirements_by_kind(table) if chosen.unmapped else {}
    found: list[Suggestion] = []
    for (provider, check_id), findings in sorted(chosen.unmapped.items()):
        tagged = {
            entry.id
            for finding in findings
            for framework, tags in finding.compliance.items()
            if _same_framework(framework, catalog.framework)
            for tag in tags
            if (entry := index.exact(tag)) is not None
        }
        alike = {name for finding in findings for name in kinds.get(finding.kind, ())}
        if not tagged and not alike:
            continue
        kind = next((f.kind for f in findings if f.kind in kinds), "")
        found.append(
            Suggestion(
                provider=provider,
                check_id=findings[0].rule_id or check_id,
                requirement_ids=tuple(sorted(tagged or alike)),
                because=(
                    "the scanner's own tag" if tagged else "a mapped check finds the same kind of weakness"
                ),
                kind="" if tagged else kind,
                failed=sum(f.status is FindingStatus.FAIL for f in findings),
                passed=sum(f.status is FindingStatus.PASS for f in findings),
                manual=sum(f.status is FindingStatus.MANUAL for f in findings),
            )
        )
    return tuple(sorted(found, key=lambda item: (-item.failed, item.check_id)))


def _requirements_by_kind(table: Mapping) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for (provider, check_id), rows in table.by_check.items():
        kind = kind_for(provider, check_id)
        if kind != UNCLASSIFIED:
            found.setdefault(kind, set()).update(
                row.requirement_id for row in rows if row.confidence is not Confidence.LOW
            )
    return found


def _same_framework(said: str, framework: str) -> bool:
    folded = "".join(letter for letter in said.casefold() if letter.isalnum())
    return folded.startswith("".join(letter for letter in framework.casefold() if letter.isalnum()))
