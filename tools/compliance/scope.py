"""Picks the evidence that an assessment looks at, and keeps count of what it leaves out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tools.compliance.assessment import AccountSeen, Coverage, Scope
from tools.compliance.errors import UnknownAccount, UnknownProvider
from tools.compliance.mapping import Mapping, check_key, provider_key
from tools.findings.model import Finding, FindingSet, FindingStatus


@dataclass(frozen=True)
class Selected:
    """The findings in scope by (provider, check id), the unmapped ones apart, and the count of everything."""

    by_check: dict[tuple[str, str], tuple[Finding, ...]]
    unmapped: dict[tuple[str, str], tuple[Finding, ...]]
    coverage: Coverage

    def accounts_of(self, provider: str) -> set[str]:
        """The ids of the accounts of a provider that are in scope."""
        return {seen.account for seen in self.coverage.accounts if seen.provider == provider}


def select(evidence: FindingSet, scope: Scope, table: Mapping) -> Selected:
    """The evidence in scope. Raises `UnknownAccount` or `UnknownProvider` when nothing answers to the scope's
    name.
    """
    pool = list(evidence)
    if scope.provider is not None:
        wanted = provider_key(scope.provider)
        seen = sorted({provider_key(f.provider) for f in pool if f.provider})
        pool = [f for f in pool if provider_key(f.provider) == wanted]
        if not pool:
            raise UnknownProvider(scope.provider, seen)
    if scope.account is not None:
        pool = _of_account(pool, scope.account)
    grouped: dict[tuple[str, str], list[Finding]] = {}
    for finding in pool:
        grouped.setdefault((provider_key(finding.provider), check_key(finding.rule_id)), []).append(finding)
    mapped = {key: tuple(items) for key, items in grouped.items() if key in table.by_check}
    unmapped = {key: tuple(items) for key, items in grouped.items() if key not in table.by_check}
    times = [f.observed_at for f in pool if f.observed_at is not None]
    return Selected(
        by_check=mapped,
        unmapped=unmapped,
        coverage=Coverage(
            results=_by_status(pool),
            mapped=sum(len(items) for items in mapped.values()),
            unmapped_checks=tuple(sorted({check for _, check in unmapped})),
            out_of_scope=len(evidence) - len(pool),
            accounts=_accounts(pool),
            providers=tuple(sorted({provider_key(f.provider) for f in pool if f.provider})),
            regions=tuple(sorted({f.region for f in pool if f.region})),
            scanners=tuple(sorted({f.source for f in pool if f.source})),
            read=len(evidence),
            total=max(evidence.total, len(evidence)),
            complete=evidence.complete,
            earliest=min(times, default=None),
            latest=max(times, default=None),
        ),
    )


def _by_status(findings: Iterable[Finding]) -> dict[FindingStatus, int]:
    counted = dict.fromkeys(FindingStatus, 0)
    for finding in findings:
        counted[finding.status] += 1
    return counted


def _accounts(findings: Iterable[Finding]) -> tuple[AccountSeen, ...]:
    grouped: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        if finding.provider:
            grouped.setdefault((provider_key(finding.provider), finding.account), []).append(finding)
    return tuple(
        AccountSeen(
            provider=provider,
            account=account,
            name=next((f.account_name for f in items if f.account_name), ""),
            results=_by_status(items),
        )
        for (provider, account), items in sorted(grouped.items())
    )


def _of_account(pool: list[Finding], name: str) -> list[Finding]:
    """Exact id or name first; else the one account whose name contains the words asked for."""
    wanted = name.strip().casefold()
    exact = [f for f in pool if wanted in (f.account.casefold(), f.account_name.casefold())]
    if exact and wanted:
        return exact
    near = {f.account for f in pool if wanted and wanted in f.account_name.casefold()}
    if len(near) == 1:
        return [f for f in pool if f.account in near]
    known = sorted(
        {f"{f.account_name} ({f.account})" if f.account_name else f.account for f in pool if f.account}
    )
    raise UnknownAccount(name, known)
