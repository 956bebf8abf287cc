"""A risk exception, as a person gives it and as it is kept."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from tools.priority.acceptance import Acceptance

State = Literal["in force", "expired", "revoked"]
_LONGEST_REASON = 2_000


class Wanted(BaseModel):
    """What is to be accepted: one finding, or a pattern of rule, resource and account; why, and until when.

    Without a finding at least one of the three has to say something: a star alone would accept everything.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    finding_id: str = Field(default="", max_length=600)
    rule_id: str = Field(default="*", min_length=1, max_length=300)
    resource: str = Field(default="*", min_length=1, max_length=600)
    account: str = Field(default="*", min_length=1, max_length=200)
    reason: str = Field(min_length=3, max_length=_LONGEST_REASON)
    until: datetime

    @field_validator("finding_id", "rule_id", "resource", "account", "reason", mode="before")
    @classmethod
    def _text(cls, given: object) -> object:
        """What a database cannot hold (NUL, half a character) is no part of a text."""
        if not isinstance(given, str):
            return given
        return given.replace("\x00", "").encode("utf-8", "replace").decode().strip()

    @field_validator("until")
    @classmethod
    def _zoned(cls, given: datetime) -> datetime:
        if given.tzinfo is None:
            raise ValueError("a time needs its zone, as in 2027-01-31T00:00:00Z")
        return given

    @model_validator(mode="after")
    def _bounded(self) -> Wanted:
        pattern = (self.rule_id, self.resource, self.account)
        if self.finding_id and pattern != ("*", "*", "*"):
            raise ValueError("name one finding, or a pattern of rule, resource and account, not both")
        if not self.finding_id and all(not part.strip("*") for part in pattern):
            raise ValueError(
                "say which finding, rule, resource or account; a star alone would accept everything"
            )
        return self


class RiskException(BaseModel):
    """An accepted risk as it is kept."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    finding_id: str
    rule_id: str
    resource: str
    account: str
    reason: str
    by: str
    role: str
    at: datetime
    until: datetime
    revoked_at: datetime | None = None
    revoked_by: str = ""
    revoked_reason: str = ""

    def state(self, now: datetime) -> State:
        """Whether it counts."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.until <= now else "in force"

    @property
    def about(self) -> str:
        """What it is about, in one line."""
        if self.finding_id:
            return f"finding {self.finding_id}"
        parts = (("rule", self.rule_id), ("resource", self.resource), ("account", self.account))
        return ", ".join(f"{name} {value}" for name, value in parts if value.strip("*"))

    def acceptance(self) -> Acceptance:
        """What the scoring takes."""
        return Acceptance(
            reason=self.reason,
            by=self.by,
            until=self.until,
            finding_id=self.finding_id,
            rule_id=self.rule_id,
            resource=self.resource,
            account=self.account,
            id=self.id,
        )
