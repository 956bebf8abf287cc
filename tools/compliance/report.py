"""Writes an assessment as a gap report in Markdown: the answer first, the evidence under it, limits last."""

from __future__ import annotations

from collections.abc import Iterable

from tools.compliance.assessment import Assessment, RequirementResult, Status
from tools.compliance.markdown import code, plain, plural, table
from tools.compliance.report_method import coverage_lines, method_lines, moment, scope_text
from tools.findings.model import FindingStatus

EVIDENCE_ROWS = 25
"""Evidence rows shown per requirement; the rest is counted, never dropped silently."""


def headline(assessment: Assessment) -> str:
    """One plain sentence (no Markdown): what, where, as of when, and how the requirements split."""
    return _headline(assessment, scope_text(assessment))


def _headline(assessment: Assessment, scope: str) -> str:
    counts = assessment.counts.get(assessment.headline_kind, dict.fromkeys(Status, 0))
    total = sum(counts.values())
    skipped = counts[Status.NOT_ASSESSED]
    return (
        f"{assessment.title}, {scope}, as of {moment(assessment.as_of)}: of {total}"
        f" {plural(assessment.headline_kind, total)} {_verb(counts[Status.FAIL], 'fail')},"
        f" {_verb(counts[Status.PASS], 'pass')}, {_verb(counts[Status.MANUAL], 'need')} a person,"
        f" {skipped} {'was' if skipped == 1 else 'were'} not assessed."
    )


def render_markdown(assessment: Assessment) -> str:
    """The whole report. Text from findings is shown as code or escaped: it forms no link, image, heading."""
    lines = [
        f"# {assessment.title}: gap report",
        "",
        f"**{_headline(assessment, plain(scope_text(assessment)))}**",
        "",
    ]
    lines += [
        "Passing means: every check mapped to the requirement ran in every account in scope, none failed, and"
        " checks can decide the requirement. Not assessed is not passed.",
        "",
    ]
    lines += _first(assessment)
    lines += _summary(assessment)
    lines += coverage_lines(assessment)
    lines += _every(assessment)
    lines += _details(assessment, Status.FAIL, "What fails, with evidence")
    lines += _details(assessment, Status.PASS, "What passes, with evidence")
    lines += _people(assessment)
    lines += _unassessed(assessment)
    lines += method_lines(assessment)
    return "\n".join(lines).rstrip() + "\n"


def _first(assessment: Assessment) -> list[str]:
    ranked = assessment.failing_ranked
    if not ranked:
        return ["No mapped check failed in scope.", ""]
    lines = ["## What to look at first", ""]
    for result in ranked[:3]:
        lines.append(f"- **{result.id} {result.entry.title}**: {_why(result)}")
    indirect = [result.id for result in assessment.with_status(Status.FAIL) if result.indirect_only]
    if indirect:
        lines.append(
            f"- On indirect evidence only, so judge before calling it a gap ({len(indirect)}):"
            f" {', '.join(indirect)}."
        )
    lines.append("")
    fixes = assessment.fix_first
    shown = fixes[:10]
    lines += [
        f'Failing checks, the most urgent first ({len(shown)} of {len(fixes)}). "Closes" counts requirements'
        " that fail because of this check alone.",
        "",
    ]
    lines += table(
        ("check", "provider", "severity", "resources", "with health data", "requirements it fails", "closes"),
        (
            (
                code(fix.check_id),
                plain(fix.provider),
                fix.severity.value.lower(),
                str(fix.resources),
                str(fix.health_data),
                str(len(fix.requirements)),
                str(len(fix.closes)),
            )
            for fix in shown
        ),
    )
    return [*lines, ""]


def _why(result: RequirementResult) -> str:
    text = (
        f"{result.checks_failed} of {result.checks_total} mapped checks fail on"
        f" {_count(result.resources_failed, 'resource')}"
    )
    if result.worst is not None:
        text += f", worst severity {result.worst.value.lower()}"
    if result.health_data_failed:
        text += f"; {_count(result.health_data_failed, 'resource')} tagged as holding health data"
    if result.indirect_only:
        text += "; only indirect evidence"
    return f"{text}."


def _summary(assessment: Assessment) -> list[str]:
    lines = ["## Summary", ""]
    columns = ("", *(status.label for status in Status), "total")
    rows: list[tuple[str, ...]] = []
    for kind, counts in sorted(
        assessment.counts.items(), key=lambda item: item[0] != assessment.headline_kind
    ):
        rows.append(
            (
                f"all {plural(kind, 2)}",
                *(str(counts[status]) for status in Status),
                str(sum(counts.values())),
            )
        )
    for group, title in assessment.groups.items():
        inside = [r for r in assessment.results if r.entry.group == group]
        if inside:
            counted = [sum(r.status is status for r in inside) for status in Status]
            rows.append((f"{group} {title}", *map(str, counted), str(len(inside))))
    return [*lines, *table(columns, rows), ""]


def _every(assessment: Assessment) -> list[str]:
    lines = ["## Every requirement", ""]
    lines += [
        '"Checks" is how many of the mapped checks ran in every account in scope; "failing" is resources that'
        " failed, of those looked at.",
        "",
    ]
    rows = (
        (
            result.id,
            result.entry.title,
            result.entry.designation or result.entry.kind,
            f"**{result.status.label}**" if result.status is Status.FAIL else result.status.label,
            f"{result.checks_ran} of {result.checks_total}" if result.checks_total else "none mapped",
            f"{result.resources_failed} of {result.resources_seen}" if result.resources_seen else "",
        )
        for result in assessment.results
    )
    return [*lines, *table(("id", "requirement", "kind", "status", "checks", "failing"), rows), ""]


def _details(assessment: Assessment, status: Status, title: str) -> list[str]:
    chosen = [r for r in assessment.with_status(status) if r.evidence]
    if not chosen:
        return []
    lines = [f"## {title}", ""]
    if status is Status.FAIL:
        order = {result.id: place for place, result in enumerate(assessment.failing_ranked)}
        chosen.sort(key=lambda result: order.get(result.id, len(order)))
    for result in chosen:
        lines += _detail(result)
    return lines


def _detail(result: RequirementResult) -> list[str]:
    entry = result.entry
    lines = [f"### {result.id} {entry.title} ({entry.designation or entry.kind}): {result.status.label}", ""]
    lines += [entry.summary, "", result.reason]
    if result.status is Status.FAIL:
        lines += ["", _why(result)]
    if result.indirect_only:
        lines += [
            "",
            "Every failing check bears on this requirement only from afar; judge whether it is a gap.",
        ]
    lines.append("")
    ran = [outcome for outcome in result.outcomes if outcome.ran]
    ran.sort(key=lambda o: (-o.failed, o.check_id))
    lines += table(
        ("check", "failed", "passed", "manual", "confidence", "source"),
        (
            (
                code(o.check_id),
                str(o.failed),
                str(o.passed),
                str(o.manual),
                o.confidence.value,
                plain(o.source),
            )
            for o in ran
        ),
    )
    silent = [outcome.check_id for outcome in result.outcomes if not outcome.ran]
    if silent:
        lines += ["", f"Reported nothing ({len(silent)}): {', '.join(code(name) for name in silent)}."]
    part = [o for o in ran if o.missing_accounts]
    if part:
        listed = "; ".join(f"{code(o.check_id)} in {_listed(o.missing_accounts)}" for o in part[:10])
        lines += ["", f"Did not report everywhere ({len(part)}): {listed}."]
    lines += ["", *_evidence(result), ""]
    return lines


def _evidence(result: RequirementResult) -> list[str]:
    failing = result.status is Status.FAIL
    rows = result.failed_rows if failing else result.evidence
    shown = rows[:EVIDENCE_ROWS]
    lines = [f"Evidence: {len(shown)} of {len(rows)} {'failed results' if failing else 'results'}.", ""]
    lines += table(
        ("result", "severity", "check", "resource", "account", "region", "finding"),
        (
            (
                row.status.value,
                row.severity.value.lower(),
                code(row.check_id),
                code(row.resource) + (" (health data)" if row.health_data else ""),
                code(row.account),
                code(row.region),
                code(row.finding_id, 300),
            )
            for row in shown
        ),
    )
    return lines


def _people(assessment: Assessment) -> list[str]:
    chosen = assessment.with_status(Status.MANUAL)
    if not chosen:
        return []
    lines = [f"## What needs a person ({len(chosen)})", ""]
    rows = (
        (r.id, r.entry.title, r.reason, "; ".join(r.entry.evidence) or "see its specifications")
        for r in chosen
    )
    lines += [*table(("id", "requirement", "why", "what to collect"), rows), ""]
    waiting = [(r, row) for r in chosen for row in r.evidence if row.status is FindingStatus.MANUAL]
    if waiting:
        shown = waiting[:EVIDENCE_ROWS]
        lines += [f"Results that the scanner left to a person: {len(shown)} of {len(waiting)}.", ""]
        lines += table(
            ("id", "check", "resource", "finding"),
            ((r.id, code(row.check_id), code(row.resource), code(row.finding_id, 300)) for r, row in shown),
        )
        lines.append("")
    return lines


def _unassessed(assessment: Assessment) -> list[str]:
    chosen = assessment.with_status(Status.NOT_ASSESSED)
    if not chosen:
        return []
    lines = [f"## What was not assessed, and why ({len(chosen)})", ""]
    rows = (
        (
            r.id,
            r.entry.title,
            r.reason,
            _listed([code(o.check_id) for o in r.outcomes], escape=False) or "none",
        )
        for r in chosen
    )
    return [*lines, *table(("id", "requirement", "why", "checks that would show it"), rows), ""]


def _listed(names: Iterable[str], limit: int = 8, *, escape: bool = True) -> str:
    all_names = [code(name) if escape else name for name in names]
    more = f" and {len(all_names) - limit} more" if len(all_names) > limit else ""
    return ", ".join(all_names[:limit]) + more


def _count(number: int, noun: str) -> str:
    return f"{number} {plural(noun, number)}"


def _verb(number: int, verb: str) -> str:
    return f"{number} {verb + ('es' if verb == 'pass' else 's') if number == 1 else verb}"
