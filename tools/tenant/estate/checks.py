"""The checks that are run on the estate: each reads a configuration as the cloud's API gives it and says whether it
fails."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from tools.findings.kinds import kind_for
from tools.findings.model import Severity
from tools.tenant.estate.cell import Rule

Config = Mapping[str, Any]
LOW, MEDIUM, HIGH, CRITICAL = Severity.LOW, Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL
ON = "Turn it on for this resource and in the template that makes it."
CLOSE = "Limit the source to the networks that need it, or use a session service instead."
IMPACTS = {
    LOW: "Leaves less to go by when something happens.",
    MEDIUM: "Takes away one of the layers that slow an attacker down.",
    HIGH: "Makes an attack on this resource likely to succeed.",
    CRITICAL: "Lets an attacker reach data or control at once.",
}


@dataclass(frozen=True, slots=True)
class Check:
    """A rule and its test. `fails` takes the configuration, and the date that keys must not be older than."""

    rule: Rule
    kind: str
    fails: Callable[[Config, str], bool]


_EVERYBODY = ('"Principal":"*"', '"Principal":{"AWS":"*"}')
Row = tuple[str, str, Severity, str, Callable[[Any], bool], str]
DatedRow = tuple[str, str, Severity, str, Callable[[Any, str], bool], str]


def for_everybody(policy: Any) -> bool:
    """Whether a policy's JSON text has a grant to everybody, without a condition."""
    if not isinstance(policy, str) or not any(mark in policy for mark in _EVERYBODY):
        return False
    return '"Condition"' not in policy


def checks_for(kind: str) -> tuple[Check, ...]:
    """The checks for one kind of resource of the estate."""
    return _grouped().get(kind, ())


@cache
def _grouped() -> dict[str, tuple[Check, ...]]:
    from tools.tenant.estate.checks_aws import aws_rows, dated_rows
    from tools.tenant.estate.checks_azure import azure_rows
    from tools.tenant.estate.checks_google import google_rows
    from tools.tenant.estate.checks_kubernetes import kubernetes_rows

    found: dict[str, list[Check]] = {}
    for kind, rule, severity, title, fails, fix in (
        *aws_rows(),
        *azure_rows(),
        *google_rows(),
        *kubernetes_rows(),
    ):
        found.setdefault(kind, []).append(_check(kind, rule, severity, title, _plain(fails), fix))
    for kind, rule, severity, title, dated, fix in dated_rows():
        found.setdefault(kind, []).append(_check(kind, rule, severity, title, dated, fix))
    return {kind: tuple(checks) for kind, checks in found.items()}


def _plain(fails: Callable[[Any], bool]) -> Callable[[Config, str], bool]:
    return lambda config, _: fails(config)


def _check(
    kind: str, rule: str, severity: Severity, title: str, fails: Callable[[Any, str], bool], fix: str
) -> Check:
    cloud = kind.partition(".")[0]
    provider = {"k8s": "kubernetes", "container": "aws"}.get(cloud, cloud)
    made = Rule(rule, severity, title, fix, impact=IMPACTS[severity], service=rule.split("_")[0])
    return Check(made, kind_for(provider, rule), fails)
