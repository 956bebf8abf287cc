"""The checks that are run on the demo estate: each reads a configuration and says whether it fails."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from tools.findings.model import Severity

Config = Mapping[str, Any]
Row = tuple[str, str, Severity, str, Callable[[Config], bool], str]
LOW, MEDIUM, HIGH, CRITICAL = Severity.LOW, Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL


@dataclass(frozen=True)
class Check:
    """A rule (its id as scanners know it), how bad a failure is, the problem in words, and the test."""

    rule_id: str
    severity: Severity
    title: str
    fails: Callable[[Config], bool]
    remediation: str


def checks_for(kind: str) -> tuple[Check, ...]:
    """The checks for one kind of resource of the estate."""
    return _grouped().get(kind, ())


@cache
def _grouped() -> dict[str, tuple[Check, ...]]:
    from tools.tenant.estate_checks_aws import aws_rows
    from tools.tenant.estate_checks_others import other_rows

    found: dict[str, tuple[Check, ...]] = {}
    for kind, rule_id, severity, title, fails, remediation in (*aws_rows(), *other_rows()):
        check = Check(rule_id, severity, title, fails, remediation)
        found[kind] = (*found.get(kind, ()), check)
    return found
