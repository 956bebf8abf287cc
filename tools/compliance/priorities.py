"""What to put right first, and what the mapping table should perhaps learn."""

from __future__ import annotations

from collections.abc import Iterable

from tools.compliance.assessment import EvidenceRow, FixFirst, RequirementResult, Suggestion
from tools.compliance.ids import IdIndex
from tools.compliance.model import Catalog
from tools.compliance.scope import Selected
from tools.findings.model import FindingStatus, Severity


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


def suggestions(chosen: Selected, catalog: Catalog) -> tuple[Suggestion, ...]:
    """Checks in scope that the table lacks, with the requirements that the scanner itself names for them."""
    index = IdIndex(catalog)
    found: list[Suggestion] = []
    for (provider, check_id), findings in sorted(chosen.unmapped.items()):
        tags = {
            tag
            for finding in findings
            for framework, tags in finding.compliance.items()
            if _same_framework(framework, catalog.framework)
            for tag in tags
        }
        ids = tuple(sorted({entry.id for tag in tags if (entry := index.exact(tag)) is not None}))
        if ids:
            found.append(
                Suggestion(
                    provider=provider,
                    check_id=check_id,
                    requirement_ids=ids,
                    failed=sum(f.status is FindingStatus.FAIL for f in findings),
                    passed=sum(f.status is FindingStatus.PASS for f in findings),
                    manual=sum(f.status is FindingStatus.MANUAL for f in findings),
                )
            )
    return tuple(found)


def _same_framework(said: str, framework: str) -> bool:
    folded = "".join(letter for letter in said.casefold() if letter.isalnum())
    return folded.startswith("".join(letter for letter in framework.casefold() if letter.isalnum()))
