"""Risks that a person accepted: which findings, until when, by whom. They are held down, never hidden."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase

from tools.findings.model import Finding


@dataclass(frozen=True, slots=True)
class Acceptance:
    """An accepted risk. `rule_id`, `resource` and `account` are patterns (`*` for any); `finding_id` names
    one.

    It acts up to `until` (no end if None) and says who gave which reason.
    """

    reason: str
    by: str
    until: datetime | None = None
    finding_id: str = ""
    rule_id: str = "*"
    resource: str = "*"
    account: str = "*"

    def covers(self, finding: Finding, at: datetime) -> bool:
        """Whether it speaks of this finding at this time."""
        if self.until is not None and self.until <= at:
            return False
        if self.finding_id:
            return self.finding_id == finding.id
        names = (finding.resource.uid, finding.resource.name, finding.resource.asset_id)
        return (
            (self.rule_id, self.resource, self.account) != ("*", "*", "*")
            and fnmatchcase(finding.rule_id, self.rule_id)
            and fnmatchcase(finding.account, self.account)
            and any(fnmatchcase(name, self.resource) for name in names)
        )


_ACCEPTED_PROGRESS = ("risk_accepted", "accepted", "suppressed", "exception", "resolved_risk_accepted")


def accepted_by_platform(finding: Finding) -> str:
    """The progress value by which the platform itself says that the risk was accepted; else empty."""
    word = finding.progress.strip().lower().replace(" ", "_").replace("-", "_")
    return finding.progress if any(mark in word for mark in _ACCEPTED_PROGRESS) else ""
