"""The parts of a gap report that say what it rests on: scope, coverage, method, sources and limits."""

from __future__ import annotations

from datetime import datetime

from tools.compliance.assessment import Assessment
from tools.compliance.markdown import code, plain, plural, table, visible
from tools.findings.model import FindingStatus

SUGGESTIONS = 30
"""Suggested checks that are listed; the rest is counted."""


def moment(time: datetime | None) -> str:
    """A time as a reader writes it, with its zone."""
    return "unknown" if time is None else time.strftime("%Y-%m-%d %H:%M %Z")


def scope_text(assessment: Assessment) -> str:
    """The scope in a few words, on one line. Plain text: an account's name stands as somebody wrote it."""
    coverage = assessment.coverage
    provider = f" ({', '.join(coverage.providers)})" if assessment.scope.provider else ""
    if assessment.scope.account is not None:
        names = [f"{s.name} ({s.account})" if s.name else s.account for s in coverage.accounts]
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        listed = ", ".join(visible(name, 120) for name in names[:3])
        return f"{plural('account', len(names))} {listed}{more}{provider}"
    count = len(coverage.accounts)
    return f"{'all ' if count > 1 else ''}{count} {plural('account', count)}{provider}"


def coverage_lines(assessment: Assessment) -> list[str]:
    """What was looked at, and what was not."""
    coverage = assessment.coverage
    total = sum(coverage.results.values())
    split = ", ".join(f"{status.value} {coverage.results.get(status, 0):,}" for status in FindingStatus)
    lines = ["## What was looked at", ""]
    lines += table(
        ("provider", "account", "name", "results", "fail", "pass", "manual"),
        (
            (
                plain(seen.provider),
                code(seen.account),
                code(seen.name) if seen.name else "",
                f"{sum(seen.results.values()):,}",
                *(f"{seen.results.get(status, 0):,}" for status in FindingStatus),
            )
            for seen in coverage.accounts
        ),
    )
    regions = ", ".join(code(region, 40) for region in coverage.regions[:40]) or "none named"
    lines += [
        "",
        f"- {total:,} results in scope ({split}); {coverage.mapped:,} of them speak to a requirement,"
        f" {total - coverage.mapped:,} do not.",
        f"- Results outside the scope, not looked at: {coverage.out_of_scope:,}.",
        f"- Regions with results: {regions}.",
        f"- Observed from {moment(coverage.earliest)} to {moment(coverage.latest)}.",
    ]
    if not coverage.complete:
        lines.append(
            f"- **The evidence is incomplete**: {coverage.read:,} of {coverage.total:,} results could be"
            " read. Nothing was given a pass on it."
        )
    return [*lines, ""]


def method_lines(assessment: Assessment) -> list[str]:
    """How statuses came about, where the facts are from, and what the report cannot tell."""
    coverage = assessment.coverage
    lines = ["## Method, sources and limits", ""]
    sources = ", ".join(map(plain, assessment.mapping_sources)) or "none"
    lines += [
        f"- Framework: {assessment.title}, {assessment.version}. {assessment.catalog_source}"
        f" Catalog revision {assessment.catalog_revision}.",
        f"- Mapping of checks to requirements: {sources}, each row with a confidence from our review;"
        f" {assessment.rejected_rows} rows that do not bear on their requirement are set aside. Nothing is"
        " mapped by likeness of words.",
        "- A failed result on any resource fails the requirement. A pass needs every mapped check to have run"
        " in every account in scope. Where only some ran, where a check leaves the answer to a person, or"
        " where checks can only support a procedure, a person decides.",
        "- A requirement that has parts takes their statuses in: it fails with any of them and passes only with"
        " all.",
        "- A scanner reports nothing for a check without resources, and nothing for a region it did not scan;"
        " the two cannot be told apart here.",
        f"- Evidence: results of {_sources(coverage.scanners)}. This report says nothing about systems that"
        " they did not scan, and it is no legal opinion.",
    ]
    if coverage.unmapped_checks:
        shown = coverage.unmapped_checks[:12]
        lines.append(
            f"- {len(coverage.unmapped_checks)} checks in scope speak to no requirement of this framework,"
            f" such as {', '.join(code(name) for name in shown)}."
        )
    lines.append("")
    return [*lines, *_suggested(assessment)]


def _suggested(assessment: Assessment) -> list[str]:
    if not assessment.suggestions:
        return []
    shown = assessment.suggestions[:SUGGESTIONS]
    lines = [
        f"### Suggested, not counted ({len(shown)} of {len(assessment.suggestions)})",
        "",
        "Our table has no row for these checks. The scanner's own tags, or a mapped check for the same kind of"
        " weakness, point to requirements. Review them before relying on them.",
        "",
    ]
    lines += table(
        ("check", "provider", "may speak to", "because", "failed", "passed", "manual"),
        (
            (
                code(item.check_id),
                plain(item.provider),
                ", ".join(item.requirement_ids),
                plain(item.because) + (f" {code(item.kind)}" if item.kind else ""),
                str(item.failed),
                str(item.passed),
                str(item.manual),
            )
            for item in shown
        ),
    )
    return [*lines, ""]


def _sources(scanners: tuple[str, ...]) -> str:
    return ", ".join(code(name, 60) for name in scanners[:10]) or "no named scanner"
