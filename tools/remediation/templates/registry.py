"""Finds the template for a finding."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from tools.findings.model import Finding
from tools.remediation.errors import NoFixAvailable
from tools.remediation.recipe import Template
from tools.remediation.templates import (
    account,
    analytics,
    audit,
    compute,
    containers,
    functions,
    network,
    policies,
    rds,
    rds_storage,
    s3_access,
    s3_data,
    services,
)

_FAMILIES = (
    s3_access,
    s3_data,
    network,
    compute,
    rds,
    rds_storage,
    policies,
    functions,
    audit,
    account,
    services,
    containers,
    analytics,
)


@dataclass(frozen=True, slots=True)
class _Index:
    by_rule: dict[tuple[str, str], Template]
    by_kind: dict[str, tuple[Template, ...]]


@cache
def _index() -> _Index:
    by_rule: dict[tuple[str, str], Template] = {}
    by_kind: dict[str, tuple[Template, ...]] = {}
    for family in _FAMILIES:
        for template in family.TEMPLATES:
            by_kind[template.kind] = (*by_kind.get(template.kind, ()), template)
            for rule in template.rules:
                by_rule[template.provider, rule.lower()] = template
    return _Index(by_rule, by_kind)


def all_templates() -> tuple[Template, ...]:
    return tuple(template for held in _index().by_kind.values() for template in held)


def templates_for(finding: Finding) -> tuple[Template, ...]:
    """The templates that may fit a finding: the one of its rule, else those of its kind, the broadest first.

    Raises `NoFixAvailable`, which says what there is for its service.
    """
    index = _index()
    provider = finding.provider.strip().lower() or "aws"
    rule = finding.rule_id.strip().lower().removeprefix("prowler-")
    if found := index.by_rule.get((provider, rule)):
        return (found,)
    if held := index.by_kind.get(finding.kind):
        return held
    kinds = sorted(index.by_kind)
    service = (
        ".".join(finding.kind.split(".")[:2]) + "." if "." in finding.kind else f"aws.{rule.split('_')[0]}."
    )
    near = [kind for kind in kinds if kind.startswith(service)] or kinds
    more = f" and {len(near) - 12} more kinds" if len(near) > 12 else ""
    raise NoFixAvailable(
        f"There is no fix template for {finding.rule_id[:80] or finding.kind[:80]}. Fixes can be drafted for "
        f"{', '.join(near[:12])}{more}; for this one follow the scanner's own advice in the finding."
    )
