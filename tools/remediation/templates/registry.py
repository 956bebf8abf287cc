"""Finds the template for a finding."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from tools.findings.model import Finding
from tools.remediation.errors import NoFixAvailable
from tools.remediation.recipe import Template
from tools.remediation.templates import network, s3_access, s3_data

_FAMILIES = (s3_access, s3_data, network)


@dataclass(frozen=True, slots=True)
class _Index:
    by_rule: dict[tuple[str, str], Template]
    by_kind: dict[str, Template]


@cache
def _index() -> _Index:
    by_rule: dict[tuple[str, str], Template] = {}
    by_kind: dict[str, Template] = {}
    for family in _FAMILIES:
        for template in family.TEMPLATES:
            by_kind.setdefault(template.kind, template)
            for rule in template.rules:
                by_rule[template.provider, rule.lower()] = template
    return _Index(by_rule, by_kind)


def all_templates() -> tuple[Template, ...]:
    return tuple(_index().by_kind.values())


def template_for(finding: Finding) -> Template:
    """The template for a finding. Raises `NoFixAvailable`, which says what there is for its service."""
    index = _index()
    provider = finding.provider.strip().lower() or "aws"
    rule = finding.rule_id.strip().lower().removeprefix("prowler-")
    found = index.by_rule.get((provider, rule)) or index.by_kind.get(finding.kind)
    if found is not None:
        return found
    kinds = sorted(index.by_kind)
    service = (
        ".".join(finding.kind.split(".")[:2]) + "." if "." in finding.kind else f"aws.{rule.split('_')[0]}."
    )
    near = [kind for kind in kinds if kind.startswith(service)] or kinds
    raise NoFixAvailable(
        f"There is no fix template for {finding.rule_id[:80] or finding.kind}. Fixes can be drafted for "
        f"{', '.join(near[:12])}{f' and {len(near) - 12} more kinds' if len(near) > 12 else ''}; "
        "for this one follow the scanner's own advice in the finding."
    )
