"""What can be written, as values that are checked before anything is sent.

Source: Cortex platform OpenAPI (CreateIssue, UpdateIssue, UpdateCase); classic alert and incident updates.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from tools.cortex.vocabulary import CaseProgress, Progress, ResolutionReason, Severity


class _Write(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    def wire(self) -> dict[str, Any]:
        """As it goes over the wire: only what was given."""
        return self.model_dump(mode="json", exclude_none=True)


class IssueUpdate(_Write):
    """Change of one issue; at least one field. A resolution needs its reason."""

    severity: Severity | None = None
    status: Progress | None = None
    status_resolution_reason: ResolutionReason | None = None
    status_resolution_comment: str | None = Field(default=None, max_length=10_000)

    @model_validator(mode="after")
    def _consistent(self) -> IssueUpdate:
        if not self.wire():
            raise ValueError("an update needs at least one field")
        if self.status == Progress.RESOLVED and self.status_resolution_reason is None:
            raise ValueError("a resolution needs status_resolution_reason")
        if self.status_resolution_reason is not None and self.status != Progress.RESOLVED:
            raise ValueError("status_resolution_reason goes with the status Resolved only")
        return self


class CaseUpdate(_Write):
    """Change of one case."""

    status_progress: CaseProgress
    resolve_reason: ResolutionReason | None = None
    resolve_comment: str | None = Field(default=None, max_length=10_000)

    @model_validator(mode="after")
    def _consistent(self) -> CaseUpdate:
        if self.resolve_reason == ResolutionReason.RISK_ACCEPTED:
            raise ValueError("a case cannot be resolved with RESOLVED_RISK_ACCEPTED")
        if self.resolve_reason is not None and self.status_progress != CaseProgress.RESOLVED:
            raise ValueError("resolve_reason goes with the status RESOLVED only")
        return self


class NewIssue(_Write):
    """An issue to create. `observation_time` is epoch milliseconds."""

    name: str = Field(min_length=1)
    description: str
    observation_time: int = Field(ge=0)
    domain: str = Field(min_length=1)
    category: str = Field(min_length=1)
    severity: Severity
    owner: str | None = None
    type: str | None = None
    remediation: str | None = None
    extended_description: str | None = None
    impact: str | None = None
    initial_evidence: str | None = None
    asset_ids: tuple[str, ...] | None = None
    mitre_tactics: tuple[str, ...] | None = None
    mitre_techniques: tuple[str, ...] | None = None
    tags: tuple[str, ...] | None = None
    is_excluded: bool | None = None
    is_starred: bool | None = None
    assigned_to: str | None = None
    assigned_to_pretty: str | None = None
    normalized_fields: dict[str, Any] | None = None
    custom_fields: dict[str, Any] | None = None


class CreatedIssue(BaseModel):
    """What the tenant says of an issue it accepted."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)

    external_id: str | None = None
    detection_method: str | None = None


ClassicStatus = Literal[
    "new",
    "under_investigation",
    "resolved_known_issue",
    "resolved_duplicate",
    "resolved_false_positive",
    "resolved_true_positive",
    "resolved_security_testing",
    "resolved_other",
    "resolved_threat_handled",
]


class AlertUpdate(_Write):
    """Change of classic alerts."""

    severity: Literal["informational", "low", "medium", "high", "critical"] | None = None
    status: ClassicStatus | None = None
    comment: str | None = Field(default=None, max_length=10_000)

    @model_validator(mode="after")
    def _some(self) -> AlertUpdate:
        if not self.wire():
            raise ValueError("an update needs at least one field")
        return self


class IncidentUpdate(_Write):
    """Change of one classic incident. `assigned_user_mail` of `none` takes the assignee away."""

    status: ClassicStatus | None = None
    assigned_user_mail: str | None = None
    assigned_user_pretty_name: str | None = None
    manual_severity: Literal["low", "medium", "high", "critical"] | None = None
    resolve_comment: str | None = None
    comment: str | None = None

    @model_validator(mode="after")
    def _some(self) -> IncidentUpdate:
        if not self.wire():
            raise ValueError("an update needs at least one field")
        return self

    def wire(self) -> dict[str, Any]:
        body = super().wire()
        if "comment" in body:
            body["comment"] = {"comment_action": "add", "value": body["comment"]}
        return body
