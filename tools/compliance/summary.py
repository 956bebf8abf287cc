"""An assessment's figures as JSON values, for scripts and pages."""

from __future__ import annotations

from typing import Any

from tools.compliance.assessment import Assessment, Status


def summary(assessment: Assessment, first: int = 5) -> dict[str, Any]:
    """The report's figures as JSON values. `counts` is over `total` requirements of the kind `counted`."""
    counts = assessment.counts.get(assessment.headline_kind, dict.fromkeys(Status, 0))
    coverage = assessment.coverage
    return {
        "framework": assessment.framework,
        "title": assessment.title,
        "version": assessment.version,
        "as_of": assessment.as_of.isoformat(),
        "scope": {
            "account": assessment.scope.account,
            "provider": assessment.scope.provider,
            "accounts": [seen.account for seen in coverage.accounts],
            "providers": list(coverage.providers),
        },
        "counted": assessment.headline_kind,
        "counts": {status.value: number for status, number in counts.items()},
        "total": sum(counts.values()),
        "counts_by_kind": {
            kind: {status.value: number for status, number in split.items()}
            for kind, split in assessment.counts.items()
        },
        "evidence": {
            "results": sum(coverage.results.values()),
            "by_status": {status.value: number for status, number in coverage.results.items()},
            "mapped": coverage.mapped,
            "out_of_scope": coverage.out_of_scope,
            "complete": coverage.complete,
        },
        "first": [
            {
                "id": result.id,
                "title": result.entry.title,
                "checks_failed": result.checks_failed,
                "resources_failed": result.resources_failed,
                "health_data_failed": result.health_data_failed,
                "worst": result.worst.value if result.worst else None,
            }
            for result in assessment.failing_ranked[:first]
        ],
        "fix_first": [
            {
                "provider": fix.provider,
                "check_id": fix.check_id,
                "severity": fix.severity.value,
                "resources": fix.resources,
                "requirements": list(fix.requirements),
                "closes": list(fix.closes),
            }
            for fix in assessment.fix_first[:first]
        ],
    }
